"""extendedKeyUsage does not name TLS servers (RFC 5280 4.2.1.12): the certificate was made for something else."""

from collections.abc import Iterable

from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.finding import Explanation, Finding, RuleResult
from mailtrust.core.model.text import text
from mailtrust.core.rules.grounds.complaints import Complaint, over_complaints
from mailtrust.core.rules.grounds.naming import called_leaf
from mailtrust.core.rules.grounds.served import places
from mailtrust.core.rules.grounds.voices import NOT_PAST_THE_WARNING
from mailtrust.core.rules.grounds.weight import reach, weigh

ID = "eku-no-server-auth"


def judge(evidence: Evidence) -> Iterable[RuleResult]:
    """Ask whom the extended key usage stops."""
    return over_complaints(evidence, ID, lambda complaint: _finding(evidence, complaint))


def _finding(evidence: Evidence, complaint: Complaint) -> Finding:
    return Finding(
        rule=ID,
        severity=weigh(complaint.hurt),
        observations=complaint.ids,
        certificates=complaint.fingerprints,
        clients=complaint.hurt.clients,
        facts=complaint.facts(),
        title=text("{names} was not issued for servers", names=complaint.names),
        explanation=Explanation(
            admin=text(
                "At {places}, {names} in the chain of {leaf} names as its purposes: {purposes}. TLS servers need "
                "serverAuth (1.3.6.1.5.5.7.3.1); Apple wants the extension to be there. Have the certificate issued "
                "from a template for servers (in AD CS: Web Server).",
                places=places(complaint.observations),
                leaf=called_leaf(complaint.served.leaf),
                names=complaint.names,
                purposes=complaint.culprits[0].extended_key_usage or text("none at all"),
            ),
            manager=text(
                "Our certificate was issued for another purpose than a server. {reach} A new certificate is needed.",
                reach=reach(evidence, complaint.hurt),
            ),
            user=text(
                "Your mail program says that the certificate of the mail server is not valid or not trusted. {safe}",
                safe=NOT_PAST_THE_WARNING,
            ),
        ),
        subject=complaint.served.subject,
    )
