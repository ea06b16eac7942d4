"""One way a file by which anchors come to clients; the tuple below names them all. `parts` holds what they share.

A way turns a wish into a kit: files and steps, to bring the anchors out or to take them away again, and how to see
whether they are there. Nothing is installed from here: the kit is for whoever may do that.
"""

from mailtrust.core.rollout import android, apple, chromium, firefox, gpo, java, linux, nss, thunderbird, windows
from mailtrust.core.rollout.parts.way import Way

WAYS: tuple[Way, ...] = (gpo, windows, firefox, thunderbird, chromium, apple, android, linux, java, nss)
"""In the order of the help."""

BY_ID: dict[str, Way] = {way.ID: way for way in WAYS}
