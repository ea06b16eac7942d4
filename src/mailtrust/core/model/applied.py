"""What became of a plan that was applied: in which state each step and each server is, and why."""

from typing import Literal

from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.plan import PlanStep
from mailtrust.core.model.text import Text


@frozen
class NotBegun:
    """Nothing was done."""


@frozen
class InPlace:
    """It was done, and stands."""

    proven: bool
    """On the wire."""


@frozen
class TakenBack:
    """It was done, or begun, and everything is as before."""


@frozen
class NotTakenBack:
    """It was done, or begun, and nobody has taken it back."""

    why: Text
    copy: str = ""
    """Where the former file stands on the server; empty: there is none."""
    again: bool = False
    """The next run tries it again; else only a person can put it right."""


StepState = NotBegun | InPlace | TakenBack | NotTakenBack


@frozen
class StepNow:
    """A step, and how it is now."""

    step: PlanStep
    state: StepState


@frozen
class Happening:
    """Something that a run does, told while it does it."""

    what: Literal["doing", "done", "failed", "taking-back", "back", "left", "copy-stays", "proving", "proven"]
    step: PlanStep | None = None
    servers: tuple[str, ...] = ()
    """Those that are proven; empty: all."""
    why: Text | None = None


Outcome = Literal["done", "nothing-to-do", "undone", "not-undone"]
"""`undone`: what was begun has been taken back; servers that were proven before stay as they are."""


@frozen
class Applied:
    """What a run has made of a plan."""

    plan: str
    """The plan's id."""
    outcome: Outcome
    why: Text
    """What went wrong, or why there was nothing to do; for `done` that it is."""
    steps: tuple[StepNow, ...]

    def named(self, kind: type[StepState]) -> tuple[StepNow, ...]:
        """The steps in that state."""
        return tuple(one for one in self.steps if isinstance(one.state, kind))
