"""The server presents a CA's certificate (CA:TRUE) as its own: usual with home-made ones."""

from collections.abc import Iterable

from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.finding import Explanation, Finding, RuleResult
from mailtrust.core.model.text import text
from mailtrust.core.rules.grounds.complaints import Complaint, over_complaints
from mailtrust.core.rules.grounds.naming import called_leaf
from mailtrust.core.rules.grounds.served import places
from mailtrust.core.rules.grounds.voices import NOT_PAST_THE_WARNING
from mailtrust.core.rules.grounds.weight import reach, weigh

ID = "leaf-is-ca"


def judge(evidence: Evidence) -> Iterable[RuleResult]:
    """Ask whom it stops that the server's certificate is a CA's."""
    return over_complaints(evidence, ID, lambda complaint: _finding(evidence, complaint))


def _finding(evidence: Evidence, complaint: Complaint) -> Finding:
    return Finding(
        rule=ID,
        severity=weigh(complaint.hurt),
        observations=complaint.ids,
        certificates=complaint.fingerprints,
        clients=complaint.hurt.clients,
        facts=complaint.facts(),
        title=text("The server presents a CA certificate as its own: {names}", names=complaint.names),
        explanation=Explanation(
            admin=text(
                "At {places} the certificate {leaf} says CA:TRUE: whoever holds the server's key could issue "
                "certificates for any name to everybody who trusts it. Mozilla refuses such a server certificate. "
                "Issue one with CA:FALSE; with openssl req -x509 say -addext basicConstraints=critical,CA:FALSE.",
                places=places(complaint.observations),
                leaf=called_leaf(complaint.served.leaf),
            ),
            manager=text(
                "The mail server holds a key that can do far more than it should. {reach} A new certificate is "
                "needed, and costs nothing.",
                reach=reach(evidence, complaint.hurt),
            ),
            user=text(
                "Your mail program says that the certificate of the mail server is not valid or not trusted. {safe}",
                safe=NOT_PAST_THE_WARNING,
            ),
        ),
        subject=complaint.served.subject,
    )
