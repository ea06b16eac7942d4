"""A certificate stands as issuer that is not allowed to issue (RFC 5280 4.2.1.9, 6.1.4 k)."""

from collections.abc import Iterable

from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.finding import Explanation, Finding, RuleResult
from mailtrust.core.model.text import text
from mailtrust.core.rules.grounds.complaints import Complaint, over_complaints
from mailtrust.core.rules.grounds.naming import called_leaf
from mailtrust.core.rules.grounds.served import places
from mailtrust.core.rules.grounds.voices import NOT_PAST_THE_WARNING
from mailtrust.core.rules.grounds.weight import reach, weigh

ID = "issuer-not-ca"


def judge(evidence: Evidence) -> Iterable[RuleResult]:
    """Ask whom it stops that an issuer is no CA."""
    return over_complaints(evidence, ID, lambda complaint: _finding(evidence, complaint))


def _finding(evidence: Evidence, complaint: Complaint) -> Finding:
    return Finding(
        rule=ID,
        severity=weigh(complaint.hurt),
        observations=complaint.ids,
        certificates=complaint.fingerprints,
        clients=complaint.hurt.clients,
        facts=complaint.facts(),
        title=text("The chain runs through a certificate that may not issue others: {names}", names=complaint.names),
        explanation=Explanation(
            admin=text(
                "At {places}, {names} stands above {leaf} as an issuer, but its basic constraints or its key usage do "
                "not allow it to issue certificates (RFC 5280 4.2.1.9). A certificate that was issued so is worth "
                "nothing to most clients; get one from a real CA, or issue your own CA's certificate again with "
                "CA:TRUE and keyCertSign.",
                places=places(complaint.observations),
                leaf=called_leaf(complaint.served.leaf),
                names=complaint.names,
            ),
            manager=text(
                "The mail server's certificate was issued by something that may not issue any. {reach} A new "
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
