"""The certificate may not be used as a client's, although a peer asks for one: mutual TLS between mail servers.

Public CAs stop issuing certificates for both roles in 2025 to 2027 (Chrome root programme). It matters only to
servers that demand a client certificate and verify it, so it is a finding only where one was judged so.
"""

from collections.abc import Iterable

from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.finding import Explanation, Finding, NotApplicable, RuleResult
from mailtrust.core.model.text import text
from mailtrust.core.rules.grounds.complaints import Complaint, complaint_of
from mailtrust.core.rules.grounds.naming import called_leaf
from mailtrust.core.rules.grounds.served import places, served_leaves
from mailtrust.core.rules.grounds.voices import NOTHING_TO_DO
from mailtrust.core.rules.grounds.weight import reach, weigh

ID = "client-auth-missing"


def judge(evidence: Evidence) -> Iterable[RuleResult]:
    """Ask who looked at a certificate as a client's and missed the purpose."""
    found = [one for served in served_leaves(evidence) if (one := complaint_of(evidence, served, {ID}))]
    for complaint in found:
        yield _finding(evidence, complaint)
    if not found:
        yield NotApplicable(ID, text("No peer was judged that demands a certificate from its client."))


def _finding(evidence: Evidence, complaint: Complaint) -> Finding:
    return Finding(
        rule=ID,
        severity=weigh(complaint.hurt),
        observations=complaint.ids,
        certificates=complaint.fingerprints,
        clients=complaint.hurt.clients,
        facts=complaint.facts(),
        title=text("The certificate may not be used as a client's"),
        explanation=Explanation(
            admin=text(
                "The certificate {leaf} ({places}) lacks the purpose clientAuth (1.3.6.1.5.5.7.3.2), which a peer "
                "demands that verifies client certificates. Public CAs no longer issue it: use a private CA for that "
                "connection, or agree on addresses, passwords or DANE with the peer.",
                leaf=called_leaf(complaint.served.leaf),
                places=places(complaint.observations),
            ),
            manager=text(
                "A partner's mail server refuses ours because of the kind of certificate. {reach} It has to be agreed "
                "with the partner.",
                reach=reach(evidence, complaint.hurt),
            ),
            user=NOTHING_TO_DO,
        ),
        subject=complaint.served.subject,
    )
