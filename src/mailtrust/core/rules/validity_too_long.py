"""The certificate lasts longer than a client allows: Apple 825 days for any CA, Apple and Chrome 398 for public."""

from collections.abc import Iterable

from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.finding import Explanation, Finding, RuleResult
from mailtrust.core.model.text import text
from mailtrust.core.rules.grounds.complaints import Complaint, over_complaints
from mailtrust.core.rules.grounds.naming import called_leaf, titles
from mailtrust.core.rules.grounds.served import places
from mailtrust.core.rules.grounds.voices import NOT_PAST_THE_WARNING
from mailtrust.core.rules.grounds.weight import reach, weigh

ID = "validity-too-long"


def judge(evidence: Evidence) -> Iterable[RuleResult]:
    """Ask whom the lifetime stops."""
    return over_complaints(evidence, ID, lambda complaint: _finding(evidence, complaint))


def _finding(evidence: Evidence, complaint: Complaint) -> Finding:
    days = (complaint.served.leaf.not_after - complaint.served.leaf.not_before).days
    return Finding(
        rule=ID,
        severity=weigh(complaint.hurt),
        observations=complaint.ids,
        certificates=complaint.fingerprints,
        clients=complaint.hurt.clients,
        facts=complaint.facts(),
        title=text("The certificate is made for {days} days, longer than some clients allow", days=days),
        explanation=Explanation(
            admin=text(
                "At {places} the certificate {leaf} is valid for {days} days; {clients} take at most {most}. (Public "
                "CAs: 398 days for Apple and Chrome. Any CA of your own: 825 days for Apple, for certificates issued "
                "since July 2019.) Only a new certificate with a shorter life helps.",
                places=places(complaint.observations),
                leaf=called_leaf(complaint.served.leaf),
                days=days,
                most=str(complaint.fact("most_days") or "?"),
                clients=titles(evidence, complaint.hurt.clients),
            ),
            manager=text(
                "Our certificate was made for a longer time than some phones allow. {reach} A new one is needed, and "
                "then one every year or oftener.",
                reach=reach(evidence, complaint.hurt),
            ),
            user=text(
                "Your mail program says that the certificate of the mail server is not valid or not trusted. {safe}",
                safe=NOT_PAST_THE_WARNING,
            ),
        ),
        subject=complaint.served.subject,
    )
