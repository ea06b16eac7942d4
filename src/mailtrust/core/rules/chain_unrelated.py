"""Certificates are sent that have nothing to do with the server's own: usually a leftover of the previous CA.

RFC 8446 4.4.2 lets peers tolerate "extraneous certificates"; they cost bytes in every handshake.
"""

from collections.abc import Iterable

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.finding import Explanation, Finding, RuleResult
from mailtrust.core.model.text import text
from mailtrust.core.rules.grounds.membership import related
from mailtrust.core.rules.grounds.naming import called, called_leaf, some_of
from mailtrust.core.rules.grounds.served import Chain, Served, fault, over_leaves, places
from mailtrust.core.rules.grounds.voices import NOTHING_TO_DO
from mailtrust.core.rules.grounds.weight import hurt_by, reach, weigh

ID = "chain-unrelated"


def judge(evidence: Evidence) -> Iterable[RuleResult]:
    """Look at each chain that is sent with each leaf."""
    return over_leaves(evidence, ID, lambda served: _look(evidence, served))


def _look(evidence: Evidence, served: Served) -> Iterable[Finding]:
    found = fault(served, lambda chain: _strangers(served.leaf, chain))
    if found is None:
        return
    hurt = hurt_by(evidence, {ID}, found.ids)
    strangers = tuple(called(one.subject) for one in found.culprits)
    yield Finding(
        rule=ID,
        severity=weigh(hurt),
        observations=found.ids,
        certificates=(served.leaf.fingerprint, *(one.fingerprint for one in found.culprits)),
        clients=hurt.clients,
        facts=(("unrelated", strangers),),
        title=text(
            "The server sends certificates that do not belong to its chain: {strangers}", strangers=some_of(strangers)
        ),
        explanation=Explanation(
            admin=text(
                "At {places} the server also sends {strangers}, which issued neither {leaf} nor any of its issuers. "
                "Clients pass over them, but each handshake carries them. Often they are left from an earlier CA, and "
                "the issuer that is needed now is not there: look at the other findings on the chain.",
                places=places(found.observations),
                strangers=some_of(strangers),
                leaf=called_leaf(served.leaf),
            ),
            manager=text("The mail server sends superfluous files. {reach}", reach=reach(evidence, hurt)),
            user=NOTHING_TO_DO,
        ),
        subject=served.subject,
    )


def _strangers(leaf: Certificate, chain: Chain) -> tuple[Certificate, ...]:
    kin = {one.fingerprint for one in related(leaf, chain)}
    return tuple(one for one in chain if isinstance(one, Certificate) and one.fingerprint not in kin)
