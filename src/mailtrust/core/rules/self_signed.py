"""The server's certificate is signed with its own key: nobody vouches for it."""

from collections.abc import Iterable

from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.finding import Explanation, Finding, RuleResult
from mailtrust.core.model.text import text
from mailtrust.core.rules.grounds.anchoring import Unanchored, unanchored
from mailtrust.core.rules.grounds.naming import called_leaf
from mailtrust.core.rules.grounds.served import Served, over_leaves, places
from mailtrust.core.rules.grounds.voices import NOT_PAST_THE_WARNING, THREE_KINDS
from mailtrust.core.rules.grounds.weight import reach, weigh
from mailtrust.core.validation.ascents import self_signed

ID = "self-signed"


def judge(evidence: Evidence) -> Iterable[RuleResult]:
    """Look at each served leaf that is its own issuer, and at who trusts it."""
    return over_leaves(evidence, ID, lambda served: _look(evidence, served))


def _look(evidence: Evidence, served: Served) -> Iterable[Finding]:
    if self_signed(served.leaf) and (found := unanchored(evidence, served)):
        yield _finding(evidence, served, found)


def _finding(evidence: Evidence, served: Served, found: Unanchored) -> Finding:
    leaf = called_leaf(served.leaf)
    return Finding(
        rule=ID,
        severity=weigh(found.hurt),
        observations=served.ids,
        certificates=(served.leaf.fingerprint,),
        clients=found.hurt.clients,
        facts=(("subject", leaf), ("not_after", served.leaf.not_after)),
        title=text("The certificate {leaf} is self-signed: no client trusts it by itself", leaf=leaf),
        explanation=Explanation(
            admin=text(
                "At {places} the server presents {leaf}, which is signed with its own key. Nobody vouches for it, so "
                "each client must be told to trust this very certificate. {kinds}",
                places=places(served.observations),
                leaf=leaf,
                kinds=THREE_KINDS,
            ),
            manager=text(
                "The mail server made its identity card itself, so every new device is warned about it, and people "
                "learn to click warnings away. {reach} A certificate that everybody trusts can be had for nothing.",
                reach=reach(evidence, found.hurt),
            ),
            user=text(
                "Your mail program says that the certificate of the mail server comes from nobody it trusts. {safe}",
                safe=NOT_PAST_THE_WARNING,
            ),
        ),
        subject=served.subject,
    )
