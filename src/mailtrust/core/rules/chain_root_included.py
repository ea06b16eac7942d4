"""The root is sent along. It helps nobody: a client has it, or does not trust it (RFC 8446 4.4.2)."""

from collections.abc import Iterable

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.finding import Explanation, Finding, RuleResult
from mailtrust.core.model.text import text
from mailtrust.core.rules.grounds.membership import related
from mailtrust.core.rules.grounds.naming import called
from mailtrust.core.rules.grounds.served import Chain, Served, fault, over_leaves, places
from mailtrust.core.rules.grounds.voices import NOTHING_TO_DO
from mailtrust.core.rules.grounds.weight import hurt_by, reach, weigh
from mailtrust.core.validation.ascents import self_signed

ID = "chain-root-included"


def judge(evidence: Evidence) -> Iterable[RuleResult]:
    """Look at each chain that is sent with each leaf."""
    return over_leaves(evidence, ID, lambda served: _look(evidence, served))


def _look(evidence: Evidence, served: Served) -> Iterable[Finding]:
    found = fault(served, lambda chain: _roots(served.leaf, chain))
    if found is None:
        return
    hurt = hurt_by(evidence, {ID}, found.ids)
    roots = tuple(called(one.subject) for one in found.culprits)
    yield Finding(
        rule=ID,
        severity=weigh(hurt),
        observations=found.ids,
        certificates=tuple(one.fingerprint for one in found.culprits),
        clients=hurt.clients,
        facts=(("roots", roots),),
        title=text("The server sends the root certificate, which no client needs: {roots}", roots=roots),
        explanation=Explanation(
            admin=text(
                "At {places} the server sends {roots}, which is signed with its own key. A client that trusts it has "
                "it already, and no client trusts it because a server sends it. It only makes every handshake longer; "
                "leave it out of the bundle.",
                places=places(found.observations),
                roots=roots,
            ),
            manager=text("The mail server sends a superfluous file. {reach}", reach=reach(evidence, hurt)),
            user=NOTHING_TO_DO,
        ),
        subject=served.subject,
    )


def _roots(leaf: Certificate, chain: Chain) -> tuple[Certificate, ...]:
    """A self-signed leaf is no root that was sent along: there is nothing else to send."""
    return tuple(one for one in related(leaf, chain) if one.fingerprint != leaf.fingerprint and self_signed(one))
