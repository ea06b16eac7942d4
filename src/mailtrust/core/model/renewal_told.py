"""What a run of `mailtrust renew` has come to with one certificate."""

from datetime import datetime
from typing import Literal

from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.plan import Plan
from mailtrust.core.model.text import Text

Outcome = Literal["not-due", "due", "waiting", "renewed", "failed"]


@frozen
class RenewalTold:
    """What a run has come to with one certificate."""

    name: str
    outcome: Outcome
    """`due`: it was only looked at. `waiting`: for DNS, for a person, for a server. `failed`: nothing is worse."""
    status: int
    """As an exit status."""
    said: tuple[Text, ...]
    certificate: str = ""
    """SHA-256 of the one that is served."""
    ends: datetime | None = None
    """Its last second."""
    next_run: datetime | None = None
    """Before this moment there is nothing to be done."""
    plan: Plan | None = None
    """What is or would be done."""
