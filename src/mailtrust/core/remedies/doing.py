"""Steps in short: a command that looks, one that changes something, something for a person."""

from typing import Literal

from mailtrust.core.model.remedy import Human, Run, Step
from mailtrust.core.model.text import Text, text

NOTHING_CHANGED = text("Nothing was changed.")

Shell = Literal["sh", "powershell", "cmd", "exchange"]


def look(say: Text, command: str, by: Shell = "sh") -> Step:
    """A command that only looks."""
    return Step(say, Run(command, by), NOTHING_CHANGED)


def do(say: Text, command: str, undo: Text, *, by: Shell = "sh", needs: str = "root") -> Step:
    """A command that changes something and disturbs nobody yet."""
    return Step(say, Run(command, by), undo, needs=needs)


def human(
    say: Text,
    *clicks: Text,
    undo: Text = NOTHING_CHANGED,
    disruption: Literal["none", "reload", "restart"] = "none",
    needs: str = "",
) -> Step:
    """Something for a person, with the clicks where there are any."""
    return Step(say, Human(clicks), undo, disruption, needs)
