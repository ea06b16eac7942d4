"""A certificate of the right name whose key did not make the signature (RFC 5280 6.1.3 a 1): it completes nothing."""

from collections.abc import Iterable

from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.finding import Explanation, Finding, RuleResult
from mailtrust.core.model.text import text
from mailtrust.core.rules.grounds.complaints import Complaint, over_complaints
from mailtrust.core.rules.grounds.naming import called, called_leaf
from mailtrust.core.rules.grounds.served import places
from mailtrust.core.rules.grounds.voices import NOT_PAST_THE_WARNING
from mailtrust.core.rules.grounds.weight import reach, weigh

ID = "signature-invalid"


def judge(evidence: Evidence) -> Iterable[RuleResult]:
    """Ask whom a wrong signature stops."""
    return over_complaints(evidence, ID, lambda complaint: _finding(evidence, complaint))


def _finding(evidence: Evidence, complaint: Complaint) -> Finding:
    return Finding(
        rule=ID,
        severity=weigh(complaint.hurt),
        observations=complaint.ids,
        certificates=complaint.fingerprints,
        clients=complaint.hurt.clients,
        facts=complaint.facts(),
        title=text(
            "A certificate above the server's does not fit: the signature on {names} is not its issuer's",
            names=complaint.names,
        ),
        explanation=Explanation(
            admin=text(
                "At {places}, {names} names an issuer whose certificate is at hand, but the signature was not made "
                "with that certificate's key: {issuer}. Usually the CA has made a new key under its old name and the "
                "server sends the old intermediate, or the file is damaged. Take the intermediate anew from the CA.",
                places=places(complaint.observations),
                leaf=called_leaf(complaint.served.leaf),
                names=complaint.names,
                issuer=str(complaint.fact("issuer_name") or called(complaint.culprits[0].issuer)),
            ),
            manager=text(
                "The mail server's papers do not belong together. {reach} Putting the right file in its place costs "
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
