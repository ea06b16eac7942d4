"""The certificate comes from an organisation's own CA, whose root some clients do not have."""

from collections.abc import Iterable

from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.finding import Explanation, Finding, RuleResult
from mailtrust.core.model.text import text
from mailtrust.core.rules.grounds.anchoring import Unanchored, unanchored
from mailtrust.core.rules.grounds.naming import called, called_leaf, titles
from mailtrust.core.rules.grounds.served import Served, over_leaves, places
from mailtrust.core.rules.grounds.voices import NOT_PAST_THE_WARNING, THREE_KINDS
from mailtrust.core.rules.grounds.weight import reach, weigh
from mailtrust.core.validation.kinds import Kind, kind_of

ID = "anchor-private"


def judge(evidence: Evidence) -> Iterable[RuleResult]:
    """Look at each leaf from somebody's own CA, and at who has its root."""
    return over_leaves(evidence, ID, lambda served: _look(evidence, served))


def _look(evidence: Evidence, served: Served) -> Iterable[Finding]:
    if kind_of(served.leaf, evidence) is Kind.PRIVATE_CA and (found := unanchored(evidence, served)):
        yield _finding(evidence, served, found)


def _finding(evidence: Evidence, served: Served, found: Unanchored) -> Finding:
    root = called(found.end_name)
    return Finding(
        rule=ID,
        severity=weigh(found.hurt),
        observations=served.ids,
        certificates=(served.leaf.fingerprint, *found.found),
        clients=found.hurt.clients,
        facts=(("root", root), ("root_found", found.end is not None)),
        title=text(
            "The certificate comes from a CA of an organisation's own, which clients do not know: {root}", root=root
        ),
        explanation=Explanation(
            admin=text(
                "At {places} the path from {leaf} ends at {root}, which is in no public store. Clients trust it only "
                "after it was brought to each of them; these have not got it: {lacking}. To see what the others will "
                "say once they have it, check again with --roots FILE. {kinds}",
                places=places(served.observations),
                leaf=called_leaf(served.leaf),
                root=root,
                lacking=titles(evidence, found.lacking),
                kinds=THREE_KINDS,
            ),
            manager=text(
                "The mail server's certificate is vouched for by our own organisation. Devices that we manage can be "
                "taught to trust it; private phones, guests and partners cannot. {reach}",
                reach=reach(evidence, found.hurt),
            ),
            user=text(
                "On devices that your organisation has not set up, the mail program says that the certificate is not "
                "trusted. {safe} Ask whether your device can be set up for it.",
                safe=NOT_PAST_THE_WARNING,
            ),
        ),
        subject=served.subject,
    )
