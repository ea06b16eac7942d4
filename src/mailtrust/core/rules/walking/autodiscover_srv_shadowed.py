"""An SRV record would lead to the right server, but clients meet another host before it and are warned there."""

from collections.abc import Iterable

from mailtrust.core.model.finding import Explanation, Finding, NotApplicable, Passed, RuleResult
from mailtrust.core.model.text import text
from mailtrust.core.model.walk import Attempt, Meets, Method, flat
from mailtrust.core.model.walk_evidence import WalkEvidence
from mailtrust.core.rules.grounds.voices import NOT_PAST_THE_WARNING
from mailtrust.core.rules.grounds.weight import weigh
from mailtrust.core.rules.walking.grounds.mail_records import dns
from mailtrust.core.rules.walking.grounds.meetings import (
    Meeting,
    exchange_walks,
    hurt_at,
    meetings,
    reach,
    seen_at,
)

ID = "autodiscover-srv-shadowed"
BEFORE = frozenset({Method.ROOT, Method.AUTODISCOVER})


def judge(evidence: WalkEvidence) -> Iterable[RuleResult]:
    """Look at the ways on which an SRV record would lead to the server."""
    walks = tuple(walk for walk in exchange_walks(evidence) if any(map(_serves, walk.attempts)))
    if not walks:
        yield NotApplicable(ID, text("No SRV record leads a client to a server that it would take."))
        return
    shading = [one for one in meetings(walks, BEFORE) if one.reached and one.attempt.meets is Meets.WARNING]
    yield _finding(evidence, shading) if shading else Passed(ID, evidence.domain)


def _serves(attempt: Attempt) -> bool:
    met = flat(attempt)
    return attempt.method is Method.SRV and attempt.leads and not any(one.meets is Meets.WARNING for one in met)


def _finding(evidence: WalkEvidence, shading: list[Meeting]) -> Finding:
    hurt = hurt_at(evidence, shading)
    hosts = tuple(dict.fromkeys(one.host for one in shading))
    srv = dns(evidence, f"_autodiscover._tcp.{evidence.domain}", "SRV")
    return Finding(
        rule=ID,
        severity=weigh(hurt),
        observations=seen_at(shading),
        certificates=(),
        clients=hurt.clients,
        facts=(("hosts", hosts), ("srv", srv.records if srv is not None else ())),
        title=text(
            "The SRV record of {domain} is right, and clients never come to it", domain=evidence.domain
        ),
        explanation=Explanation(
            admin=text(
                "Clients ask {hosts} before the SRV record (it is the last step), and are warned there. Delete the "
                "address records and aliases of autodiscover.{domain}, and see to it that no wildcard record answers "
                "for it; close port 443 of the domain's own host or give it a certificate of its own.",
                hosts=hosts,
                domain=evidence.domain,
            ),
            manager=text(
                "The right entry for the mail programs exists, but an older one comes first and leads to warnings. "
                "{reach} Deleting it costs nothing.",
                reach=reach(evidence, hurt),
            ),
            user=text("Your program warns about a certificate while it looks for settings. {safe}",
                      safe=NOT_PAST_THE_WARNING),
        ),
        subject=evidence.domain,
    )  # fmt: skip
