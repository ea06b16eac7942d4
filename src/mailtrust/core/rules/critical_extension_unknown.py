"""A critical extension that clients do not understand (RFC 5280 4.2): they must refuse."""

from collections.abc import Iterable

from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.finding import Explanation, Finding, RuleResult
from mailtrust.core.model.text import text
from mailtrust.core.rules.grounds.complaints import Complaint, over_complaints
from mailtrust.core.rules.grounds.naming import called_leaf
from mailtrust.core.rules.grounds.served import places
from mailtrust.core.rules.grounds.voices import NOT_PAST_THE_WARNING
from mailtrust.core.rules.grounds.weight import reach, weigh

ID = "critical-extension-unknown"


def judge(evidence: Evidence) -> Iterable[RuleResult]:
    """Ask whom an unknown critical extension stops."""
    return over_complaints(evidence, ID, lambda complaint: _finding(evidence, complaint))


def _finding(evidence: Evidence, complaint: Complaint) -> Finding:
    return Finding(
        rule=ID,
        severity=weigh(complaint.hurt),
        observations=complaint.ids,
        certificates=complaint.fingerprints,
        clients=complaint.hurt.clients,
        facts=complaint.facts(),
        title=text("{names} carries a critical extension that clients do not understand", names=complaint.names),
        explanation=Explanation(
            admin=text(
                "At {places}, {names} in the chain of {leaf} carries extensions marked critical that clients do not "
                "know: {oids}. RFC 5280 4.2 makes them refuse. Have it issued again without them, or with them not "
                "marked critical.",
                places=places(complaint.observations),
                leaf=called_leaf(complaint.served.leaf),
                names=complaint.names,
                oids=oids if isinstance(oids := complaint.fact("oids"), tuple) else (),
            ),
            manager=text(
                "The mail server's certificate demands something that mail programs do not know. {reach} A new "
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
