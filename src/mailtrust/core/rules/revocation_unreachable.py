"""A client insists on knowing whether the certificate was revoked, and nobody could tell it."""

from collections.abc import Iterable

from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.finding import Explanation, Finding, RuleResult
from mailtrust.core.model.text import text
from mailtrust.core.rules.grounds.complaints import Complaint, over_complaints
from mailtrust.core.rules.grounds.naming import called_leaf, titles
from mailtrust.core.rules.grounds.served import places
from mailtrust.core.rules.grounds.voices import NOT_PAST_THE_WARNING
from mailtrust.core.rules.grounds.weight import reach, weigh

ID = "revocation-unreachable"


def judge(evidence: Evidence) -> Iterable[RuleResult]:
    """Ask who is stopped for want of an answer."""
    return over_complaints(evidence, ID, lambda complaint: _finding(evidence, complaint))


def _finding(evidence: Evidence, complaint: Complaint) -> Finding:
    return Finding(
        rule=ID,
        severity=weigh(complaint.hurt),
        observations=complaint.ids,
        certificates=complaint.fingerprints,
        clients=complaint.hurt.clients,
        facts=complaint.facts(),
        title=text("Nobody could tell whether {names} was revoked", names=complaint.names),
        explanation=Explanation(
            admin=text(
                "{clients} insist on knowing whether {names} was revoked, and at {places} nothing told them: no OCSP "
                "answer came along, and the CA's addresses gave none. See that these addresses can be reached from the "
                "clients' networks (a CA of your own publishes them itself), or let the server send the answer along.",
                clients=titles(evidence, complaint.hurt.clients),
                names=complaint.names,
                places=places(complaint.observations),
            ),
            manager=text(
                "Some programs want proof that our certificate {leaf} has not been withdrawn, and cannot get it. "
                "{reach}",
                leaf=called_leaf(complaint.served.leaf),
                reach=reach(evidence, complaint.hurt),
            ),
            user=text(
                "Your mail program says that the certificate of the mail server is not valid or not trusted. {safe}",
                safe=NOT_PAST_THE_WARNING,
            ),
        ),
        subject=complaint.served.subject,
    )
