"""What became of steps that a live endpoint of Exchange was told."""

from typing import Literal

from mailtrust.core.model.applied import Outcome
from mailtrust.core.model.exchange_change import ExchangeStep
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.text import Text

How = Literal["not-begun", "so-already", "done", "taken-back", "harmless", "stays", "refused", "by-hand"]
"""`harmless`: it stays, and need not be taken back; `stays`: it was not taken back; `refused`: Exchange refused it,
and the rest went on; `by-hand`: a person does it, afterwards."""


@frozen
class StepDone:
    """A step, and how it is now."""

    step: ExchangeStep
    how: How
    why: Text | None = None
    command: str = ""
    """What a person runs, where that is to be done by hand."""


@frozen
class ExchangeApplied:
    """What a run has made of them."""

    outcome: Outcome
    why: Text
    steps: tuple[StepDone, ...]

    @property
    def refused(self) -> tuple[StepDone, ...]:
        """What Exchange refused, and nothing else hung on."""
        return tuple(one for one in self.steps if one.how == "refused")

    @property
    def by_hand(self) -> tuple[StepDone, ...]:
        """What is left to a person."""
        return tuple(one for one in self.steps if one.command)
