"""More CAs stand below a CA than it allows (RFC 5280 4.2.1.9, 6.1.4 l and m)."""

from collections.abc import Iterable

from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.finding import Explanation, Finding, RuleResult
from mailtrust.core.model.text import text
from mailtrust.core.rules.grounds.complaints import Complaint, over_complaints
from mailtrust.core.rules.grounds.naming import called_leaf
from mailtrust.core.rules.grounds.served import places
from mailtrust.core.rules.grounds.voices import NOT_PAST_THE_WARNING
from mailtrust.core.rules.grounds.weight import reach, weigh

ID = "path-length-exceeded"


def judge(evidence: Evidence) -> Iterable[RuleResult]:
    """Ask whom the path length stops."""
    return over_complaints(evidence, ID, lambda complaint: _finding(evidence, complaint))


def _finding(evidence: Evidence, complaint: Complaint) -> Finding:
    return Finding(
        rule=ID,
        severity=weigh(complaint.hurt),
        observations=complaint.ids,
        certificates=complaint.fingerprints,
        clients=complaint.hurt.clients,
        facts=complaint.facts(),
        title=text("More CAs stand below {names} than it allows", names=complaint.names),
        explanation=Explanation(
            admin=text(
                "At {places}, {names} allows {allowed} further CA certificates between itself and a server, and "
                "{found} stand there on the way to {leaf} (RFC 5280 4.2.1.9, pathLenConstraint). Have the certificate "
                "issued by a CA higher up, or the CA's own certificate issued anew with a greater path length.",
                places=places(complaint.observations),
                leaf=called_leaf(complaint.served.leaf),
                names=complaint.names,
                allowed=str(complaint.fact("allowed") or 0),
                found=str(complaint.fact("found") or "?"),
            ),
            manager=text(
                "The CA that issued the mail server's certificate was not allowed to. {reach} A new certificate is "
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
