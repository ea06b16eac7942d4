"""What came of a check of what is assigned: the input of its reports."""

from datetime import datetime

from mailtrust.core.model.acceptance import Acceptance, settled
from mailtrust.core.model.exchange import ExchangeOrganisation
from mailtrust.core.model.finding import Finding, Passed, RuleResult, worst_first
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.text import Text
from mailtrust.core.report.outcome import OutcomeWord
from mailtrust.core.services.exchange.due import Due


@frozen
class Reviewed:
    """All that is said about it."""

    at: datetime
    organisation: ExchangeOrganisation | None
    results: tuple[RuleResult, ...]
    acceptances: tuple[Acceptance, ...]
    file: str
    """What accepts; empty: there is no such file."""
    due: tuple[Due, ...]
    notes: tuple[Text, ...]
    """What could not be read or asked."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Those that count, worst first."""
        out = settled(self.acceptances)
        return tuple(one for one in worst_first(self.results) if one.id not in out)

    @property
    def accepted(self) -> tuple[Finding, ...]:
        """Those that do not count, because somebody has said so."""
        out = settled(self.acceptances)
        return tuple(one for one in worst_first(self.results) if one.id in out)

    @property
    def outcome(self) -> OutcomeWord:
        """The severity of the worst finding that counts; `unknown` where no rule could look."""
        if findings := self.findings:
            return findings[0].severity.value
        return "clean" if self.accepted or any(isinstance(one, Passed) for one in self.results) else "unknown"
