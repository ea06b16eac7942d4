"""A CA demands a certificate policy that its subordinate certificates do not share (RFC 5280 4.2.1.11, 6.1.5 g)."""

from collections.abc import Iterable

from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.finding import Explanation, Finding, RuleResult
from mailtrust.core.model.text import text
from mailtrust.core.rules.grounds.complaints import Complaint, over_complaints
from mailtrust.core.rules.grounds.naming import called_leaf
from mailtrust.core.rules.grounds.served import places
from mailtrust.core.rules.grounds.voices import NOT_PAST_THE_WARNING
from mailtrust.core.rules.grounds.weight import reach, weigh

ID = "policy-violated"


def judge(evidence: Evidence) -> Iterable[RuleResult]:
    """Ask whom a policy stops."""
    return over_complaints(evidence, ID, lambda complaint: _finding(evidence, complaint))


def _finding(evidence: Evidence, complaint: Complaint) -> Finding:
    return Finding(
        rule=ID,
        severity=weigh(complaint.hurt),
        observations=complaint.ids,
        certificates=complaint.fingerprints,
        clients=complaint.hurt.clients,
        facts=complaint.facts(),
        title=text("The chain breaks a policy that {names} demands", names=complaint.names),
        explanation=Explanation(
            admin=text(
                "At {places}, {names} demands that everything below it is issued under a policy of its own, and the "
                "chain to {leaf} has none in common (RFC 5280 4.2.1.11). Ask the CA for a certificate under the right "
                "policy.",
                places=places(complaint.observations),
                leaf=called_leaf(complaint.served.leaf),
                names=complaint.names,
            ),
            manager=text(
                "The mail server's certificate does not follow its issuer's own rules. {reach} A new certificate is "
                "needed.",
                reach=reach(evidence, complaint.hurt),
            ),
            user=text(
                "Your mail program says that the certificate of the mail server is not valid or not trusted. {safe}",
                safe=NOT_PAST_THE_WARNING,
            ),
        ),
        subject=complaint.served.subject,
    )
