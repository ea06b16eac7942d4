"""How long a certificate of an export has still to live, and what an administrator has said of that."""

from datetime import datetime, timedelta

from mailtrust.core.model.assignment import AssignmentEvidence
from mailtrust.core.model.exchange import ExchangeCertificate
from mailtrust.core.model.finding import Severity
from mailtrust.core.model.frozen import frozen

# CSS-Exchange, HealthChecker: 60 days and more are well. A fifth of a self-signed certificate's five years is a year.
MOST = timedelta(days=60)


@frozen
class _Lifetime:
    not_before: datetime
    not_after: datetime


def has_ended(evidence: AssignmentEvidence, certificate: ExchangeCertificate) -> bool:
    """Whether its time is over (RFC 5280 4.1.2.5: notAfter is the last moment of its life)."""
    end = certificate.not_after
    return certificate.status == "DateInvalid" if end is None else end < evidence.now


def soon(evidence: AssignmentEvidence, certificate: ExchangeCertificate) -> Severity | None:
    """How much it weighs that it will end; None: that is not soon, it has ended already, or nobody knows when."""
    end = certificate.not_after
    if end is None or end < evidence.now:
        return None
    # Where the export does not say when it began, a percentage is taken of a year.
    begin = certificate.not_before or end - timedelta(days=365)
    warn, critical = evidence.settings.before_expiry(_Lifetime(begin, end))
    warn = min(warn, MOST) if evidence.settings.warn.percent is not None else warn
    left = end - evidence.now
    if left > warn:
        return None
    return Severity.CRITICAL if left <= critical else Severity.WARNING
