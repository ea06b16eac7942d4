"""What became of findings after a change: the answer of the wire, not of the hand that made the change."""

from mailtrust.core.model.frozen import frozen


@frozen
class Noted:
    """A finding as a plan remembers it."""

    id: str
    rule: str
    observations: tuple[str, ...]


@frozen
class Proof:
    """Every finding of before and after, in one of four places. Ids, in the order of the findings."""

    plan: str
    """The plan's digest; empty where two checks are compared without one."""
    resolved: tuple[str, ...]
    """The rule has passed, on the wire, at every endpoint of the finding."""
    remaining: tuple[str, ...]
    introduced: tuple[str, ...]
    """Was not there before."""
    unproven: tuple[str, ...]
    """Nobody could look: the server does not answer, or the rule had nothing to look at."""

    @property
    def good(self) -> bool:
        """Nothing is worse than before, and nothing stands open."""
        return not (self.remaining or self.introduced or self.unproven)
