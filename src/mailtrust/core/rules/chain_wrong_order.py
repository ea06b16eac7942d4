"""The chain is sent in the wrong order.

RFC 8446 4.4.2: the server's own certificate MUST come first, and each following one SHOULD certify the one before it
(a MUST until TLS 1.2).
"""

from collections.abc import Iterable

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.finding import Explanation, Finding, RuleResult
from mailtrust.core.model.text import text
from mailtrust.core.rules.grounds.membership import issued, related
from mailtrust.core.rules.grounds.naming import called
from mailtrust.core.rules.grounds.served import Chain, Served, fault, over_leaves, places
from mailtrust.core.rules.grounds.voices import NOT_PAST_THE_WARNING
from mailtrust.core.rules.grounds.weight import hurt_by, reach, weigh

ID = "chain-wrong-order"


def judge(evidence: Evidence) -> Iterable[RuleResult]:
    """Look at each chain that is sent with each leaf."""
    return over_leaves(evidence, ID, lambda served: _look(evidence, served))


def _look(evidence: Evidence, served: Served) -> Iterable[Finding]:
    wrong = fault(served, lambda chain: _displaced(served.leaf, chain))
    if wrong is None:
        return
    hurt = hurt_by(evidence, {ID}, wrong.ids)
    sent = tuple(called(one.subject) if isinstance(one, Certificate) else "?" for one in wrong.chain)
    displaced = tuple(called(one.subject) for one in wrong.culprits)
    yield Finding(
        rule=ID,
        severity=weigh(hurt),
        observations=wrong.ids,
        certificates=tuple(dict.fromkeys(one.fingerprint for one in wrong.chain)),
        clients=hurt.clients,
        facts=(("sent", sent), ("displaced", displaced)),
        title=text("The certificates are sent in the wrong order"),
        explanation=Explanation(
            admin=text(
                "At {places} the chain is sent as: {sent}. {displaced} comes before every certificate that it issued. "
                "The server's own certificate belongs first, then each certificate's issuer (RFC 8446 4.4.2). Most "
                "clients sort for themselves; some embedded and older ones do not.",
                places=places(wrong.observations),
                sent=sent,
                displaced=displaced,
            ),
            manager=text(
                "The mail server shows its papers in the wrong order. {reach} Mending it costs nothing.",
                reach=reach(evidence, hurt),
            ),
            user=text(
                "Most mail programs notice nothing. Should yours warn you about the certificate: {safe}",
                safe=NOT_PAST_THE_WARNING,
            ),
        ),
        subject=served.subject,
    )


def _displaced(leaf: Certificate, chain: Chain) -> tuple[Certificate, ...]:
    """The certificates of the path that come before all that they issued; cross-signed twins side by side are fine."""
    kin = related(leaf, chain)
    return tuple(
        one for position, one in enumerate(kin) if position and not any(issued(one, child) for child in kin[:position])
    )
