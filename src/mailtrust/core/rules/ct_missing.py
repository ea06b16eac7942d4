"""The certificate of a public CA was not published in logs that clients look for (Certificate Transparency)."""

from collections.abc import Iterable

from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.finding import Explanation, Finding, RuleResult
from mailtrust.core.model.text import text
from mailtrust.core.rules.grounds.complaints import Complaint, over_complaints
from mailtrust.core.rules.grounds.naming import called_leaf, titles
from mailtrust.core.rules.grounds.served import places
from mailtrust.core.rules.grounds.voices import NOT_PAST_THE_WARNING
from mailtrust.core.rules.grounds.weight import reach, weigh

ID = "ct-missing"


def judge(evidence: Evidence) -> Iterable[RuleResult]:
    """Ask who looks for timestamps of logs and finds none."""
    return over_complaints(evidence, ID, lambda complaint: _finding(evidence, complaint))


def _finding(evidence: Evidence, complaint: Complaint) -> Finding:
    leaf = called_leaf(complaint.served.leaf)
    return Finding(
        rule=ID,
        severity=weigh(complaint.hurt),
        observations=complaint.ids,
        certificates=complaint.fingerprints,
        clients=complaint.hurt.clients,
        facts=complaint.facts(),
        title=text("The certificate {leaf} was not published in the logs that clients look for", leaf=leaf),
        explanation=Explanation(
            admin=text(
                "At {places}, {leaf} comes from a public CA and carries no signed timestamps of Certificate "
                "Transparency logs. {clients} demand them below public roots. The CA left them out, perhaps because "
                "it was asked to keep the names secret. Ask it for a certificate with embedded timestamps; for names "
                "that must stay secret use a CA of your own.",
                places=places(complaint.observations),
                leaf=leaf,
                clients=titles(evidence, complaint.hurt.clients),
            ),
            manager=text(
                "Our certificate is missing from the public register in which some programs look it up. {reach} The "
                "CA has to issue it again.",
                reach=reach(evidence, complaint.hurt),
            ),
            user=text(
                "Your mail program says that the certificate of the mail server is not valid or not trusted. {safe}",
                safe=NOT_PAST_THE_WARNING,
            ),
        ),
        subject=complaint.served.subject,
    )
