"""Thunderbird."""

from mailtrust.core.formats.mozilla_policies import NAME
from mailtrust.core.model.remedy import Step
from mailtrust.core.model.rollout import Kit, Wish
from mailtrust.core.model.text import text
from mailtrust.core.rollout.parts import mozilla
from mailtrust.core.rollout.parts.mozilla_scripts import Program
from mailtrust.core.rollout.parts.nss_script import THUNDERBIRD

ID = "thunderbird"
TITLE = text("Thunderbird, for every user of a computer")
MERGES: tuple[str, ...] = (NAME,)

_PROGRAM = Program(
    id=ID,
    title="Thunderbird",
    policies="/etc/thunderbird/policies",
    homes=("/usr/lib/thunderbird", "/usr/lib64/thunderbird", "/opt/thunderbird"),
    follows_since=128,
    profiles=THUNDERBIRD,
)


def install(wish: Wish) -> Kit:
    """The policy for each system, the certificates, and a script for Linux."""
    return mozilla.install(_PROGRAM, wish)


def remove(wish: Wish) -> Kit:
    """What takes policy and certificates away, out of the profiles too."""
    return mozilla.remove(_PROGRAM, wish)


def check(wish: Wish) -> tuple[Step, ...]:
    """What Thunderbird itself says."""
    return mozilla.check(_PROGRAM, wish)
