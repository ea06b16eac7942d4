"""The address in Exchange's service connection point is of a host whose certificate does not hold for it."""

from collections.abc import Iterable

from mailtrust.core.discovery.steps.https_candidate import NAME_CODES
from mailtrust.core.model.finding import Explanation, Finding, NotApplicable, Passed, RuleResult
from mailtrust.core.model.text import text
from mailtrust.core.model.walk import Method
from mailtrust.core.model.walk_evidence import WalkEvidence
from mailtrust.core.rules.grounds.voices import NOT_PAST_THE_WARNING
from mailtrust.core.rules.grounds.weight import weigh
from mailtrust.core.rules.walking.grounds.meetings import (
    Meeting,
    by_host,
    codes_at,
    exchange_walks,
    hurt_at,
    leaves_at,
    meetings,
    names_in,
    reach,
    seen_at,
)
from mailtrust.core.validation.names.internal import is_internal

ID = "scp-name-mismatch"


def judge(evidence: WalkEvidence) -> Iterable[RuleResult]:
    """Look at the public names that the directory gives; of internal ones another rule tells."""
    led = (one for one in meetings(exchange_walks(evidence), {Method.SCP}) if one.attempt.verdict is not None)
    hosts = {host: met for host, met in by_host(led).items() if not is_internal(host)}
    if not hosts:
        yield NotApplicable(ID, text("No service connection point leads to a public name with a certificate."))
    for host, met in hosts.items():
        failed = [one for one in met if one.failed]
        yield _finding(evidence, host, failed) if failed else Passed(ID, host, seen_at(met))


def _finding(evidence: WalkEvidence, host: str, failed: list[Meeting]) -> Finding:
    hurt, seen = hurt_at(evidence, failed), seen_at(failed)
    leaves = leaves_at(evidence, seen)
    codes = codes_at(failed)
    names = names_in(leaves)
    title = text("The directory leads Outlook to {host}, whose certificate does not hold", host=host)
    if NAME_CODES.intersection(codes):
        title = text("The directory leads Outlook to {host}, which its certificate does not name", host=host)
    return Finding(
        rule=ID,
        severity=weigh(hurt),
        observations=seen,
        certificates=tuple(leaf.fingerprint for leaf in leaves),
        clients=hurt.clients,
        facts=(("wanted", host), ("presented", names), ("codes", codes)),
        title=title,
        explanation=Explanation(
            admin=text(
                "A service connection point in Active Directory names {host}; the certificate there carries {names} "
                "({codes}). Let Set-ClientAccessService -AutoDiscoverServiceInternalUri (up to Exchange 2013 "
                "Set-ClientAccessServer) name one of these, on every server, or have the certificate carry {host}. "
                "The URL of the Autodiscover virtual directory counts for nothing.",
                host=host,
                names=names or text("no name at all"),
                codes=codes,
            ),
            manager=text(
                "Inside the house, Outlook is led to the mail server by a name that its certificate does not prove. "
                "{reach} One setting on the server mends it.",
                reach=reach(evidence, hurt),
            ),
            user=text(
                "Outlook warns about a certificate when it starts in the office. {safe}", safe=NOT_PAST_THE_WARNING
            ),
        ),
        subject=host,
    )
