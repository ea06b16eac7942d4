"""The host that SRV records lead to shows a certificate that does not hold for it (RFC 6186 6, MS-OXDISCO 3.1.5.3)."""

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
    hurt_at,
    leaves_at,
    meetings,
    names_in,
    reach,
    seen_at,
    users_walks,
)

ID = "srv-name-mismatch"


def judge(evidence: WalkEvidence) -> Iterable[RuleResult]:
    """Look at the targets of SRV records."""
    led = (one for one in meetings(users_walks(evidence), {Method.SRV}) if one.attempt.verdict is not None)
    hosts = by_host(led)
    if not hosts:
        yield NotApplicable(ID, text("No SRV record leads to a host with a certificate."))
    for host, met in hosts.items():
        failed = [one for one in met if one.failed]
        yield _finding(evidence, host, failed) if failed else Passed(ID, host, seen_at(met))


def _finding(evidence: WalkEvidence, host: str, failed: list[Meeting]) -> Finding:
    hurt, seen = hurt_at(evidence, failed), seen_at(failed)
    leaves = leaves_at(evidence, seen)
    codes = codes_at(failed)
    names = names_in(leaves)
    title = text("SRV records lead to {host}, whose certificate does not hold", host=host)
    if NAME_CODES.intersection(codes):
        title = text("SRV records lead to {host}, which its certificate does not name", host=host)
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
                "The records lead to {host}; the certificate there carries {names} ({codes}). Clients compare the name "
                "in the record, never an alias behind it. Let the record name one of these names, or have the "
                "certificate carry {host}.",
                host=host,
                names=names or text("no name at all"),
                codes=codes,
            ),
            manager=text(
                "An entry in DNS leads mail programs to a server by a name that it cannot prove. {reach}",
                reach=reach(evidence, hurt),
            ),
            user=text("Your program warns about a certificate while it sets your account up. {safe}",
                      safe=NOT_PAST_THE_WARNING),
        ),
        subject=host,
    )  # fmt: skip
