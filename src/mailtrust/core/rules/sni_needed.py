"""Without a server name in the hello (RFC 6066 3) the server presents something else, or nothing."""

from collections.abc import Iterable

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.endpoint import Offer, Protocol
from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.finding import Explanation, Finding, NotApplicable, Passed, RuleResult, Severity
from mailtrust.core.model.observation import Handshake, Observation
from mailtrust.core.model.text import Text, text
from mailtrust.core.rules.grounds.naming import called_leaf
from mailtrust.core.rules.grounds.served import places
from mailtrust.core.rules.grounds.voices import NOTHING_TO_DO
from mailtrust.core.validation.names.rfc9525 import names_rfc9525

ID = "sni-needed"


def judge(evidence: Evidence) -> Iterable[RuleResult]:
    """Compare, at each endpoint, the answers with and without a server name; fold the ports of a host."""
    with_name = {seen.endpoint.id: seen for seen, _ in evidence.default_handshakes}
    hosts: dict[str, list[Observation]] = {}
    for seen in evidence.case.observations:
        if seen.offer is Offer.NO_SNI and seen.endpoint.id in with_name:
            hosts.setdefault(seen.endpoint.host, []).append(seen)
    if not hosts:
        yield NotApplicable(ID, text("No server was asked with and without its name."))
    for host, seens in hosts.items():
        other = tuple(seen for seen in seens if _worse(seen, with_name[seen.endpoint.id]))
        yield _finding(host, other) if other else Passed(ID, host, tuple(seen.id for seen in seens))


def _worse(nameless: Observation, named: Observation) -> bool:
    """Whether who leaves the name out misses the certificate that carries it."""
    if not isinstance(nameless.result, Handshake):
        return True
    leaf = nameless.presented_chain[0] if nameless.presented_chain else None
    best = named.presented_chain[0] if named.presented_chain else None
    if leaf == best or not isinstance(best, Certificate) or tuple(names_rfc9525(best, named.endpoint.host, None)):
        return False
    return not isinstance(leaf, Certificate) or bool(tuple(names_rfc9525(leaf, named.endpoint.host, None)))


def _finding(host: str, other: tuple[Observation, ...]) -> Finding:
    between_servers = any(seen.endpoint.protocol is Protocol.SMTP for seen in other)
    shown = tuple(
        dict.fromkeys(
            called_leaf(seen.presented_chain[0])
            for seen in other
            if seen.presented_chain and isinstance(seen.presented_chain[0], Certificate)
        )
    )
    return Finding(
        rule=ID,
        severity=Severity.WARNING if between_servers else Severity.INFO,
        observations=tuple(seen.id for seen in other),
        certificates=tuple(
            dict.fromkeys(seen.presented_chain[0].fingerprint for seen in other if seen.presented_chain)
        ),
        clients=(),
        facts=(("shown_without_name", shown),),
        title=text("Without its name in the hello, {host} shows another certificate", host=host),
        explanation=Explanation(
            admin=text(
                "At {places} a client that does not send the server's name (SNI, RFC 6066 3) gets {shown} instead of "
                "a certificate for {host}. Clients of today send it; some sending mail servers, old devices and "
                "monitoring programs do not. Make the certificate for {host} the default one, at least on port 25.",
                places=places(other),
                shown=_shown(shown),
                host=host,
            ),
            manager=text(
                "Devices of today notice nothing. Some older ones and some partners' mail servers may be turned away."
            ),
            user=NOTHING_TO_DO,
        ),
        subject=host,
    )


def _shown(names: tuple[str, ...]) -> tuple[str, ...] | Text:
    return names or text("no handshake at all")
