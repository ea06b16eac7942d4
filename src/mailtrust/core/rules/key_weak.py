"""A key that is too small, or of a kind that clients refuse."""

from collections.abc import Iterable

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.finding import Explanation, Finding, RuleResult
from mailtrust.core.model.text import text
from mailtrust.core.rules.grounds.complaints import Complaint, over_complaints
from mailtrust.core.rules.grounds.naming import called_leaf
from mailtrust.core.rules.grounds.served import Served, places
from mailtrust.core.rules.grounds.voices import NOT_PAST_THE_WARNING
from mailtrust.core.rules.grounds.weight import reach, weigh

ID = "key-weak"


def judge(evidence: Evidence) -> Iterable[RuleResult]:
    """Ask who finds a key too weak."""
    return over_complaints(evidence, ID, lambda complaint: _finding(evidence, complaint), plain=_small)


def _finding(evidence: Evidence, complaint: Complaint) -> Finding:
    culprit = complaint.culprits[0]
    return Finding(
        rule=ID,
        severity=weigh(complaint.hurt),
        observations=complaint.ids,
        certificates=complaint.fingerprints,
        clients=complaint.hurt.clients,
        facts=(("algorithm", culprit.public_key.algorithm), ("bits", culprit.public_key.bits)),
        title=text("The key of {names} is too weak for some clients", names=complaint.names),
        explanation=Explanation(
            admin=text(
                "At {places}, {names} in the chain of {leaf} has a key of the kind {algorithm} with {bits} bits. "
                "Apple, and OpenSSL as Debian sets it, ask for RSA of 2048 bits or more. Make a new key (RSA 2048 or "
                "EC P-256) and a new certificate.",
                places=places(complaint.observations),
                leaf=called_leaf(complaint.served.leaf),
                names=complaint.names,
                algorithm=culprit.public_key.algorithm,
                bits=culprit.public_key.bits,
            ),
            manager=text(
                "The lock that our certificate stands for is too easy to pick by today's measure. {reach} A new "
                "certificate is needed.",
                reach=reach(evidence, complaint.hurt),
            ),
            user=text(
                "Your mail program says that the certificate of the mail server is not valid or not trusted. {safe}",
                safe=NOT_PAST_THE_WARNING,
            ),
        ),
        subject=complaint.served.subject,
    )


def _small(served: Served) -> tuple[Certificate, ...]:
    """A leaf below what is thought safe today (BSI TR-02102-1, NIST SP 800-57: 112 bits of strength)."""
    key = served.leaf.public_key
    least = {"rsa": 2048, "dsa": 2048, "ec": 224}.get(key.algorithm)
    return (served.leaf,) if least is not None and key.bits < least else ()
