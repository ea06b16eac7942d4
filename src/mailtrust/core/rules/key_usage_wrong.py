"""keyUsage does not allow what the handshake does with the key (RFC 5280 4.2.1.3; RFC 8446 4.4.2.2)."""

from collections.abc import Iterable

from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.finding import Explanation, Finding, RuleResult
from mailtrust.core.model.text import text
from mailtrust.core.rules.grounds.complaints import Complaint, over_complaints
from mailtrust.core.rules.grounds.naming import called_leaf
from mailtrust.core.rules.grounds.served import places
from mailtrust.core.rules.grounds.voices import NOT_PAST_THE_WARNING
from mailtrust.core.rules.grounds.weight import reach, weigh

ID = "key-usage-wrong"


def judge(evidence: Evidence) -> Iterable[RuleResult]:
    """Ask whom the key usage stops."""
    return over_complaints(evidence, ID, lambda complaint: _finding(evidence, complaint))


def _finding(evidence: Evidence, complaint: Complaint) -> Finding:
    return Finding(
        rule=ID,
        severity=weigh(complaint.hurt),
        observations=complaint.ids,
        certificates=complaint.fingerprints,
        clients=complaint.hurt.clients,
        facts=complaint.facts(),
        title=text("The key usage of {names} does not allow what TLS does with the key", names=complaint.names),
        explanation=Explanation(
            admin=text(
                "At {places} the certificate {leaf} allows its key only for: {present}. TLS 1.3 and every key "
                "exchange with forward secrecy need digitalSignature. Have it issued again with digitalSignature and "
                "keyEncipherment (RSA), or digitalSignature (EC).",
                places=places(complaint.observations),
                leaf=called_leaf(complaint.served.leaf),
                present=tuple(sorted(complaint.served.leaf.key_usage or ())),
            ),
            manager=text(
                "Our certificate was issued for the wrong use. {reach} A new certificate is needed.",
                reach=reach(evidence, complaint.hurt),
            ),
            user=text(
                "Your mail program says that the certificate of the mail server is not valid or not trusted. {safe}",
                safe=NOT_PAST_THE_WARNING,
            ),
        ),
        subject=complaint.served.subject,
    )
