"""The server offers TLS and then breaks the handshake off: whoever wants TLS stays outside."""

from collections.abc import Iterable

from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.endpoint import Offer
from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.finding import Explanation, Finding, NotApplicable, Passed, RuleResult
from mailtrust.core.model.observation import Handshake, Observation, ProbeFailure, Stage
from mailtrust.core.model.text import text
from mailtrust.core.rules.grounds.naming import titles
from mailtrust.core.rules.grounds.ports import by_place, failed_before_tls, speaking
from mailtrust.core.rules.grounds.weight import weigh_outage

ID = "tls-handshake-failed"


def judge(evidence: Evidence) -> Iterable[RuleResult]:
    """Look at each port where the handshake began."""
    begun = False
    for where, group in by_place(evidence).items():
        broken = tuple(
            seen for seen in group if isinstance(seen.result, ProbeFailure) and seen.result.stage is Stage.HANDSHAKE
        )
        if broken:
            begun = True
            yield _finding(evidence, where, broken)
        elif not all(failed_before_tls(seen) for seen in group):
            begun = True
            yield Passed(ID, where, tuple(seen.id for seen in group))
    if not begun:
        yield NotApplicable(ID, text("No handshake was begun."))


def _finding(evidence: Evidence, where: str, broken: tuple[Observation, ...]) -> Finding:
    said = tuple(dict.fromkeys(clean(seen.result.detail) for seen in broken if isinstance(seen.result, ProbeFailure)))
    endpoints = {seen.endpoint.id for seen in broken}
    otherwise = tuple(
        dict.fromkeys(
            seen.offer.value
            for seen in evidence.case.observations
            if seen.offer is not Offer.DEFAULT and seen.endpoint.id in endpoints and isinstance(seen.result, Handshake)
        )
    )
    clients = speaking(evidence, {broken[0].endpoint.protocol})
    return Finding(
        rule=ID,
        severity=weigh_outage(evidence, clients),
        observations=tuple(seen.id for seen in broken),
        certificates=(),
        clients=clients,
        facts=(("said", said), ("works_with", otherwise)),
        title=text("{place} breaks the TLS handshake off", place=where),
        explanation=Explanation(
            admin=text(
                "At {place} the connection was made and TLS begun, but there was no handshake: {said}. {otherwise} "
                "Look into the server's log of that moment. Usual causes: no certificate for this name or none at "
                "all, a key that does not belong to it or cannot be read, no cipher or version in common. Stopped: "
                "{clients}.",
                place=where,
                said=said or text("the server gave no reason"),
                otherwise=text("It works with these other offers: {offers}.", offers=otherwise)
                if otherwise
                else text("No other offer worked either."),
                clients=titles(evidence, clients) or text("none of those asked"),
            ),
            manager=text(
                "One entrance to our mail server is broken: nobody can use it safely. It must be mended at once."
            ),
            user=text(
                "Your mail program cannot connect securely. Do not choose a setting without encryption; ask your "
                "administrator."
            ),
        ),
        subject=where,
    )
