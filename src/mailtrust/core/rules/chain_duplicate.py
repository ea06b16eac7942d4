"""The same certificate is sent twice: the leaf stands in the chain file as well as in its own."""

from collections import Counter
from collections.abc import Iterable

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.finding import Explanation, Finding, RuleResult
from mailtrust.core.model.text import text
from mailtrust.core.rules.grounds.naming import called
from mailtrust.core.rules.grounds.served import Chain, Served, fault, over_leaves, places
from mailtrust.core.rules.grounds.voices import NOTHING_TO_DO
from mailtrust.core.rules.grounds.weight import hurt_by, reach, weigh

ID = "chain-duplicate"


def judge(evidence: Evidence) -> Iterable[RuleResult]:
    """Look at each chain that is sent with each leaf."""
    return over_leaves(evidence, ID, lambda served: _look(evidence, served))


def _look(evidence: Evidence, served: Served) -> Iterable[Finding]:
    found = fault(served, _repeated)
    if found is None:
        return
    hurt = hurt_by(evidence, {ID}, found.ids)
    twice = tuple(called(one.subject) for one in found.culprits)
    yield Finding(
        rule=ID,
        severity=weigh(hurt),
        observations=found.ids,
        certificates=tuple(one.fingerprint for one in found.culprits),
        clients=hurt.clients,
        facts=(("repeated", twice),),
        title=text("The server sends the same certificate more than once: {twice}", twice=twice),
        explanation=Explanation(
            admin=text(
                "At {places} the chain holds {twice} more than once. Usually the server's own certificate stands in "
                "the chain file too, although the server sends it anyway. A few strict and embedded clients stumble "
                "over it.",
                places=places(found.observations),
                twice=twice,
            ),
            manager=text("The mail server sends a file twice. {reach}", reach=reach(evidence, hurt)),
            user=NOTHING_TO_DO,
        ),
        subject=served.subject,
    )


def _repeated(chain: Chain) -> Iterable[Certificate]:
    times = Counter(one.fingerprint for one in chain)
    return {
        one.fingerprint: one for one in chain if isinstance(one, Certificate) and times[one.fingerprint] > 1
    }.values()
