"""What a rule can answer: a finding, passed, not applicable, or unknown. Silence proves nothing."""

from collections.abc import Iterable
from enum import StrEnum

from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.text import Text
from mailtrust.core.model.verdict import Fact


class Severity(StrEnum):
    """How much a finding weighs, least first."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for info to 3 for critical."""
        return list(Severity).index(self)


@frozen
class Explanation:
    """The same fact in three voices."""

    admin: Text
    """What is wrong and why, for the administrator who will mend it."""
    manager: Text
    """What it means for the organisation: who is hurt, how urgent, what it costs. No jargon."""
    user: Text
    """What the person at the phone sees and may safely do."""


@frozen
class Finding:
    """Something that is wrong, or soon will be."""

    rule: str
    severity: Severity
    observations: tuple[str, ...]
    """Observation ids."""
    certificates: tuple[str, ...]
    """Fingerprints."""
    clients: tuple[str, ...]
    """Client ids it hurts."""
    facts: tuple[tuple[str, Fact], ...]
    title: Text
    explanation: Explanation
    subject: str = ""
    """What tells two findings of one rule apart; with `rule` it is the finding's identity across runs."""

    @property
    def id(self) -> str:
        """The finding's identity across runs."""
        return f"{self.rule}:{self.subject}" if self.subject else self.rule

    def fact(self, name: str) -> Fact:
        """The fact of that name, or None."""
        return dict(self.facts).get(name)


@frozen
class Passed:
    """The rule looked and all is well."""

    rule: str
    subject: str = ""
    observations: tuple[str, ...] = ()
    """Where it looked: a finding is mended when its rule has passed at each of its own observations."""


@frozen
class NotApplicable:
    """The rule has nothing to look at here."""

    rule: str
    why: Text


@frozen
class Unknown:
    """The rule could not look."""

    rule: str
    why: Text
    subject: str = ""


RuleResult = Finding | Passed | NotApplicable | Unknown


def worst_first(results: Iterable[RuleResult]) -> tuple[Finding, ...]:
    """The findings among the results, the heaviest first."""
    found = [one for one in results if isinstance(one, Finding)]
    return tuple(sorted(found, key=lambda one: -one.severity.rank))
