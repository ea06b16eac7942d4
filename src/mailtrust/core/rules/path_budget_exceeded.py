"""So many certificates and cross-signs that clients give up before they have tried every path."""

from collections.abc import Iterable

from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.finding import Explanation, Finding, RuleResult
from mailtrust.core.model.text import text
from mailtrust.core.rules.grounds.complaints import Complaint, over_complaints
from mailtrust.core.rules.grounds.naming import called_leaf
from mailtrust.core.rules.grounds.served import places
from mailtrust.core.rules.grounds.voices import NOT_PAST_THE_WARNING
from mailtrust.core.rules.grounds.weight import reach, weigh

ID = "path-budget-exceeded"


def judge(evidence: Evidence) -> Iterable[RuleResult]:
    """Ask whose patience the chain exceeds."""
    return over_complaints(evidence, ID, lambda complaint: _finding(evidence, complaint))


def _finding(evidence: Evidence, complaint: Complaint) -> Finding:
    return Finding(
        rule=ID,
        severity=weigh(complaint.hurt),
        observations=complaint.ids,
        certificates=complaint.fingerprints,
        clients=complaint.hurt.clients,
        facts=complaint.facts(),
        title=text("The chain is so long or so tangled that clients give up"),
        explanation=Explanation(
            admin=text(
                "At {places} the certificates sent with {leaf} allow more paths, or a longer one, than clients try. "
                "They give up and refuse. Send only the server's own certificate and the one chain that "
                "leads to its root.",
                places=places(complaint.observations),
                leaf=called_leaf(complaint.served.leaf),
            ),
            manager=text(
                "The mail server sends so many files that mail programs give up on them. {reach} Clearing up costs "
                "nothing.",
                reach=reach(evidence, complaint.hurt),
            ),
            user=text(
                "Your mail program says that the certificate of the mail server is not valid or not trusted. {safe}",
                safe=NOT_PAST_THE_WARNING,
            ),
        ),
        subject=complaint.served.subject,
    )
