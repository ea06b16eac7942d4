"""What a client makes of a chain that was given, and not presented to it by a server."""

from typing import NamedTuple

from mailtrust.core.model.client import ClientProfile
from mailtrust.core.model.verdict import Basis, Outcome, PathAttempt, Reason


class ChainVerdict(NamedTuple):
    """One client's judgement of one chain."""

    client: ClientProfile
    outcome: Outcome
    path: tuple[str, ...]
    """The decisive path's fingerprints, leaf first, anchor last; as far as it came when there is no whole path."""
    reasons: tuple[Reason, ...]
    attempts: tuple[PathAttempt, ...]
    """Every path tried, the decisive one first."""
    unsupported: tuple[str, ...]
    """What of the request this client disregards."""
    basis: Basis

    @property
    def valid(self) -> bool | None:
        """True when accepted, None when unknown."""
        return None if self.outcome is Outcome.UNKNOWN else self.outcome is Outcome.ACCEPTED
