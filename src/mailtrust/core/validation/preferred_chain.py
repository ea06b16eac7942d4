"""Which of the chains that a CA offers for one certificate is served: the one that most clients accept."""

from collections.abc import Sequence

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.chain_verdict import ChainVerdict
from mailtrust.core.model.verdict import Outcome

Judged = tuple[Sequence[Certificate], Sequence[ChainVerdict]]
"""A chain, and what each client that matters says to it."""


def preferred(offered: Sequence[Judged]) -> int:
    """The place of the best chain: refused by the fewest, then accepted by the most, then shortest, then the CA's own.

    A chain may be refused by nobody and yet warned of by some: that is better than one that some refuse.
    """
    if not offered:
        raise ValueError("there is no chain to choose from")

    def cost(place: int) -> tuple[int, int, int, int]:
        chain, verdicts = offered[place]
        refused = sum(verdict.outcome is Outcome.REFUSED for verdict in verdicts)
        accepted = sum(verdict.outcome is Outcome.ACCEPTED for verdict in verdicts)
        return refused, -accepted, len(chain), place

    return min(range(len(offered)), key=cost)
