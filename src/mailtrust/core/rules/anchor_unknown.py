"""The path ends at a root that some clients do not have, although it seems a public CA's: too new, or removed."""

from collections.abc import Iterable

from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.finding import Explanation, Finding, RuleResult, Unknown
from mailtrust.core.model.text import text
from mailtrust.core.rules.grounds.anchoring import Unanchored, unanchored
from mailtrust.core.rules.grounds.naming import called, called_leaf, titles
from mailtrust.core.rules.grounds.served import Served, over_leaves, places
from mailtrust.core.rules.grounds.voices import NOT_PAST_THE_WARNING
from mailtrust.core.rules.grounds.weight import reach, weigh
from mailtrust.core.validation.kinds import Kind, kind_of

ID = "anchor-unknown"


def judge(evidence: Evidence) -> Iterable[RuleResult]:
    """Look at each leaf that is neither self-signed nor from an organisation's own CA, and at who has its root."""
    return over_leaves(evidence, ID, lambda served: _look(evidence, served))


def _look(evidence: Evidence, served: Served) -> Iterable[Finding | Unknown]:
    if kind_of(served.leaf, evidence) in (Kind.SELF_SIGNED, Kind.PRIVATE_CA):
        return
    found = unanchored(evidence, served)
    if found is None:
        return
    if found.end is None:
        yield Unknown(
            ID,
            text(
                "The issuers above {leaf} issued each other in a ring, so that no root is above them: ask the CA which "
                "root its certificates lead to.",
                leaf=called_leaf(served.leaf),
            )
            if found.ring
            else text(
                "The certificate of {issuer} was found nowhere, so whose root the path leads to cannot be said.",
                issuer=called(found.end_name),
            ),
            served.subject,
        )
    else:
        yield _finding(evidence, served, found)


def _finding(evidence: Evidence, served: Served, found: Unanchored) -> Finding:
    root = called(found.end_name)
    return Finding(
        rule=ID,
        severity=weigh(found.hurt),
        observations=served.ids,
        certificates=(served.leaf.fingerprint, *found.found),
        clients=found.hurt.clients,
        facts=(("root", root), ("lacking", found.lacking)),
        title=text("Some clients do not know the root {root}", root=root),
        explanation=Explanation(
            admin=text(
                "At {places} the path from {leaf} ends at {root}, and no other path is known. These clients do not "
                "have that root: {lacking}. It may be too new for them, or their vendor has removed it. Ask the CA "
                "for a cross-signed intermediate that leads to an older root, or take a certificate from another CA.",
                places=places(served.observations),
                leaf=called_leaf(served.leaf),
                root=root,
                lacking=titles(evidence, found.lacking),
            ),
            manager=text(
                "Not every mail program knows the issuer of our certificate. {reach} Another chain or another issuer "
                "is needed.",
                reach=reach(evidence, found.hurt),
            ),
            user=text(
                "Some mail programs, often on older devices, say that the certificate is not trusted. {safe}",
                safe=NOT_PAST_THE_WARNING,
            ),
        ),
        subject=served.subject,
    )
