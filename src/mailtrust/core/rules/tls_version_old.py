"""The newest TLS that the server speaks is one that clients have given up (RFC 8996: 1.0 and 1.1 are dead)."""

from collections.abc import Iterable

from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.finding import Explanation, Finding, NotApplicable, Passed, RuleResult, Severity
from mailtrust.core.model.observation import Handshake, Observation
from mailtrust.core.model.text import text
from mailtrust.core.rules.grounds.served import looked_at, place
from mailtrust.core.rules.grounds.weight import hurt_by, reach, weigh

ID = "tls-version-old"

OLD = ("SSLv3", "TLSv1", "TLSv1.1")


def judge(evidence: Evidence) -> Iterable[RuleResult]:
    """Look at the version that each port settled on, having been offered everything."""
    groups: dict[str, list[Observation]] = {}
    for seen in looked_at(evidence):
        groups.setdefault(place(seen), []).append(seen)
    if not groups:
        yield NotApplicable(ID, text("There was no handshake."))
    for where, group in groups.items():
        old = tuple(seen for seen in group if isinstance(seen.result, Handshake) and seen.result.tls_version in OLD)
        yield _finding(evidence, where, old) if old else Passed(ID, where, tuple(seen.id for seen in group))


def _finding(evidence: Evidence, where: str, old: tuple[Observation, ...]) -> Finding:
    ids = tuple(seen.id for seen in old)
    versions = tuple(dict.fromkeys(seen.result.tls_version for seen in old if isinstance(seen.result, Handshake)))
    hurt = hurt_by(evidence, {ID}, ids)
    return Finding(
        rule=ID,
        severity=weigh(hurt, harmless=Severity.WARNING),
        observations=ids,
        certificates=(),
        clients=hurt.clients,
        facts=(("versions", versions),),
        title=text("{place} speaks nothing newer than {versions}", place=where, versions=versions),
        explanation=Explanation(
            admin=text(
                "At {place} the server was offered every version up to TLS 1.3 and chose {versions}. RFC 8996 has "
                "withdrawn TLS 1.0 and 1.1, and current systems refuse them. Switch TLS 1.2 and 1.3 on; where the "
                "software is too old for them, put a proxy before it or update it.",
                place=where,
                versions=versions,
            ),
            manager=text(
                "The mail server uses encryption of a kind that has been given up. {reach} It has to be updated.",
                reach=reach(evidence, hurt),
            ),
            user=text(
                "Newer devices say that a secure connection cannot be made. There is nothing that you should change; "
                "tell your administrator."
            ),
        ),
        subject=where,
    )
