"""A certificate is signed with a hash that clients no longer accept: SHA-1, MD5. An anchor's own does not count."""

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

ID = "signature-weak"


def judge(evidence: Evidence) -> Iterable[RuleResult]:
    """Ask who finds a signature too weak."""
    return over_complaints(evidence, ID, lambda complaint: _finding(evidence, complaint), plain=_forgeable)


def _finding(evidence: Evidence, complaint: Complaint) -> Finding:
    weak = (complaint.culprits[0].signature_algorithm.hash or "?").upper()
    return Finding(
        rule=ID,
        severity=weigh(complaint.hurt),
        observations=complaint.ids,
        certificates=complaint.fingerprints,
        clients=complaint.hurt.clients,
        facts=(("hash", weak),),
        title=text("{names} is signed with {hash}, which clients no longer accept", names=complaint.names, hash=weak),
        explanation=Explanation(
            admin=text(
                "At {places}, {names} in the chain of {leaf} is signed with {hash}. Such signatures can be forged; "
                "current clients refuse them. Have it issued again with SHA-256. If an intermediate is meant, the CA "
                "has a newer one.",
                places=places(complaint.observations),
                leaf=called_leaf(complaint.served.leaf),
                names=complaint.names,
                hash=weak,
            ),
            manager=text(
                "The seal on our certificate can be forged by today's means. {reach} A new certificate is needed.",
                reach=reach(evidence, complaint.hurt),
            ),
            user=text(
                "Your mail program says that the certificate of the mail server is not valid or not trusted. {safe}",
                safe=NOT_PAST_THE_WARNING,
            ),
        ),
        subject=complaint.served.subject,
    )


def _forgeable(served: Served) -> tuple[Certificate, ...]:
    """A leaf with a hash for which collisions were shown (RFC 6194 for SHA-1, RFC 6151 for MD5); not its own root's."""
    weak = served.leaf.signature_algorithm.hash in ("md2", "md4", "md5", "sha1") and not served.leaf.self_issued
    return (served.leaf,) if weak else ()
