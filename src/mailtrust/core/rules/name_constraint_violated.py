"""A CA above the certificate may not issue for this name (RFC 5280 4.2.1.10)."""

from collections.abc import Iterable

from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.finding import Explanation, Finding, RuleResult
from mailtrust.core.model.text import text
from mailtrust.core.rules.grounds.complaints import Complaint, over_complaints
from mailtrust.core.rules.grounds.naming import called_leaf
from mailtrust.core.rules.grounds.served import places
from mailtrust.core.rules.grounds.voices import NOT_PAST_THE_WARNING
from mailtrust.core.rules.grounds.weight import reach, weigh

ID = "name-constraint-violated"


def judge(evidence: Evidence) -> Iterable[RuleResult]:
    """Ask whom a name constraint stops."""
    return over_complaints(evidence, ID, lambda complaint: _finding(evidence, complaint))


def _finding(evidence: Evidence, complaint: Complaint) -> Finding:
    return Finding(
        rule=ID,
        severity=weigh(complaint.hurt),
        observations=complaint.ids,
        certificates=complaint.fingerprints,
        clients=complaint.hurt.clients,
        facts=complaint.facts(),
        title=text("A CA in the chain may not issue for {name}", name=str(complaint.fact("name") or "?")),
        explanation=Explanation(
            admin=text(
                "At {places} the certificate {leaf} carries the name {name}, which a CA above it is not allowed to "
                "certify: its name constraints permit others only, or exclude this one (RFC 5280 4.2.1.10). Take the "
                "name out, or have the certificate issued by a CA without that limit.",
                places=places(complaint.observations),
                leaf=called_leaf(complaint.served.leaf),
                name=str(complaint.fact("name") or "?"),
            ),
            manager=text(
                "The mail server's certificate carries a name that its issuer may not certify. {reach} A new "
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
