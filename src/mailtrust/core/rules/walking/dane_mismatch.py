"""What an MX host presents is not what its TLSA records say (RFC 7672 2.2)."""

from collections.abc import Iterable

from mailtrust.core.model.finding import Explanation, Finding, NotApplicable, Passed, RuleResult, Severity
from mailtrust.core.model.text import Text, text
from mailtrust.core.model.walk import Meets, Method
from mailtrust.core.model.walk_evidence import WalkEvidence
from mailtrust.core.rules.grounds.voices import NOTHING_TO_DO
from mailtrust.core.rules.grounds.weight import heavier, weigh
from mailtrust.core.rules.walking.grounds.mail_records import dns
from mailtrust.core.rules.walking.grounds.meetings import (
    Meeting,
    by_host,
    hurt_at,
    leaves_at,
    meetings,
    seen_at,
    servers_walks,
)
from mailtrust.core.validation.tlsa_rollover import advised

ID = "dane-mismatch"
TTL = 3600


def judge(evidence: WalkEvidence) -> Iterable[RuleResult]:
    """Look at each MX host that DANE was honoured at."""
    met = meetings(servers_walks(evidence, "mta-dane"), {Method.DANE})
    bound = [one for one in met if one.attempt.verdict is not None or one.attempt.meets is Meets.WARNING]
    if not bound:
        yield NotApplicable(ID, text("No MX host has TLSA records that count."))
    for host, here in by_host(bound).items():
        failed = [one for one in here if one.attempt.meets is Meets.WARNING]
        yield _finding(evidence, host, failed) if failed else Passed(ID, host, seen_at(here))


def _finding(evidence: WalkEvidence, host: str, failed: list[Meeting]) -> Finding:
    hurt = hurt_at(evidence, failed)
    leaves = leaves_at(evidence, seen_at(failed))
    records = dns(evidence, f"_25._tcp.{host}", "TLSA")
    return Finding(
        rule=ID,
        severity=heavier(weigh(hurt), Severity.ERROR),
        observations=seen_at(failed),
        certificates=tuple(leaf.fingerprint for leaf in leaves),
        clients=("mta-dane",),
        facts=(("host", host), ("records", records.records if records is not None else ())),
        title=text("Senders that honour DANE deliver nothing to {host}", host=host),
        explanation=Explanation(
            admin=text(
                "{detail} {way}",
                detail=failed[0].attempt.detail,
                way=_way(host, tuple(advised(leaf).text for leaf in leaves)),
            ),
            manager=text(
                "Mail from providers that honour DANE (many in Germany, the Netherlands and Sweden) waits, and comes "
                "back to its senders after some days."
            ),
            user=NOTHING_TO_DO,
        ),
        subject=host,
    )


def _way(host: str, lines: tuple[str, ...]) -> Text:
    if not lines:
        return text("Offer TLS again with the former key, or delete the records of _25._tcp.{host}.", host=host)
    return text(
        "The quickest cure is the former key, if it is still there. Else publish the key that is served now, and take "
        "the records away that fit nothing: {records}",
        records=tuple(f"_25._tcp.{host}. {TTL} IN TLSA {line}" for line in lines),
    )
