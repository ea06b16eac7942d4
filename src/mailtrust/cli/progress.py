"""One line on standard error that a person watches."""

import sys

from mailtrust.core.model.text import text
from mailtrust.flows.check import Progress

STAGES = {
    "looking-up": text("Looking up names …"),
    "gathering": text("Looking for missing issuers …"),
}


def show_progress(progress: Progress) -> None:
    """Draw the line anew; it is wiped when the check is over."""
    from mailtrust.cli.translations import current

    if progress.stage == "probing":
        sentence = text("Asking ports: {done} of {total} …", done=progress.done, total=progress.total)
    else:
        sentence = STAGES[progress.stage]
    sys.stderr.write(f"\r\x1b[K{sentence.render(current())}")
    sys.stderr.flush()


def wipe_progress() -> None:
    """Take the line away, so that the report begins on a clean one."""
    if sys.stderr.isatty():
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()
