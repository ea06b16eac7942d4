"""The address in Exchange's service connection point is an internal one that no public CA certifies."""

from collections.abc import Iterable

from mailtrust.core.model.finding import Explanation, Finding, NotApplicable, Passed, RuleResult
from mailtrust.core.model.text import text
from mailtrust.core.model.walk import Method
from mailtrust.core.model.walk_evidence import WalkEvidence
from mailtrust.core.rules.grounds.voices import NOT_PAST_THE_WARNING
from mailtrust.core.rules.grounds.weight import weigh
from mailtrust.core.rules.walking.grounds.meetings import (
    Meeting,
    by_host,
    exchange_walks,
    hurt_at,
    leaves_at,
    meetings,
    names_in,
    reach,
    seen_at,
)
from mailtrust.core.validation.names.internal import is_internal

ID = "scp-internal-name"


def judge(evidence: WalkEvidence) -> Iterable[RuleResult]:
    """Look at the internal names that the directory gives. A certificate of the own CA for one is as it should be."""
    led = (one for one in meetings(exchange_walks(evidence), {Method.SCP}) if one.attempt.verdict is not None)
    hosts = {host: met for host, met in by_host(led).items() if is_internal(host)}
    if not hosts:
        yield NotApplicable(ID, text("No service connection point leads to an internal name with a certificate."))
    for host, met in hosts.items():
        failed = [one for one in met if one.failed]
        yield _finding(evidence, host, failed) if failed else Passed(ID, host, seen_at(met))


def _finding(evidence: WalkEvidence, host: str, failed: list[Meeting]) -> Finding:
    hurt, seen = hurt_at(evidence, failed), seen_at(failed)
    leaves = leaves_at(evidence, seen)
    names = names_in(leaves)
    return Finding(
        rule=ID,
        severity=weigh(hurt),
        observations=seen,
        certificates=tuple(leaf.fingerprint for leaf in leaves),
        clients=hurt.clients,
        facts=(("wanted", host), ("presented", names)),
        title=text("The directory leads Outlook to the internal name {host}, which no public CA certifies", host=host),
        explanation=Explanation(
            admin=text(
                "Exchange's setup writes the server's own name into its service connection point, and nobody has "
                "changed it: {host}. The certificate there carries {names}. Let Set-ClientAccessService "
                "-AutoDiscoverServiceInternalUri (up to Exchange 2013 Set-ClientAccessServer) name one of these on "
                "every server, and have it lead to the server inside too (split DNS). A certificate of an own CA for "
                "{host} helps only where this CA is trusted.",
                host=host,
                names=names or text("no name at all"),
            ),
            manager=text(
                "Inside the house, Outlook is led to the mail server by a name that no certificate for the public can "
                "carry. {reach} One setting on the server mends it; no certificate need be bought.",
                reach=reach(evidence, hurt),
            ),
            user=text(
                "Outlook warns about a certificate when it starts in the office. {safe}", safe=NOT_PAST_THE_WARNING
            ),
        ),
        subject=host,
    )
