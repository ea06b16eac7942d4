"""The shape of a way's file."""

from typing import Protocol

from mailtrust.core.model.remedy import Step
from mailtrust.core.model.rollout import Kit, Wish
from mailtrust.core.model.text import Text


class Way(Protocol):
    """What each file in rollout/ is: a module for one way by which anchors come to clients.

    Which clients it reaches, their profiles say (`reached_by`), and nothing here.
    """

    ID: str
    """As `mailtrust trust`, `--deployed` and the profiles name it."""
    TITLE: Text
    """For people: a few words."""
    MERGES: tuple[str, ...]
    """The names of files that it can take as they are on a computer and give back with the anchors in them."""

    def install(self, wish: Wish, /) -> Kit:
        """What brings the anchors to clients. Raises UserProblem for what this way cannot do."""
        ...

    def remove(self, wish: Wish, /) -> Kit:
        """What takes them away again, and leaves whatever else is there."""
        ...

    def check(self, wish: Wish, /) -> tuple[Step, ...]:
        """How to see on a client whether they are there: steps that only look."""
        ...
