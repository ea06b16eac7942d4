"""The server's certificate is not valid yet (RFC 5280 4.1.2.5): installed too early, or a clock is wrong."""

from collections.abc import Iterable

from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.finding import Explanation, Finding, RuleResult, Severity
from mailtrust.core.model.text import text
from mailtrust.core.rules.grounds.naming import called_leaf
from mailtrust.core.rules.grounds.served import Served, over_leaves, places
from mailtrust.core.rules.grounds.voices import NOT_PAST_THE_WARNING
from mailtrust.core.rules.grounds.weight import hurt_by, reach, weigh

ID = "not-yet-valid"


def judge(evidence: Evidence) -> Iterable[RuleResult]:
    """Look at each served leaf's first day."""
    return over_leaves(evidence, ID, lambda served: _look(evidence, served))


def _look(evidence: Evidence, served: Served) -> Iterable[Finding]:
    if evidence.now < served.leaf.not_before:
        yield _finding(evidence, served)


def _finding(evidence: Evidence, served: Served) -> Finding:
    hurt = hurt_by(evidence, {ID}, served.ids)
    leaf = served.leaf
    return Finding(
        rule=ID,
        severity=weigh(hurt, harmless=Severity.WARNING),
        observations=served.ids,
        certificates=(leaf.fingerprint,),
        clients=hurt.clients,
        facts=(("not_before", leaf.not_before), ("now", evidence.now)),
        title=text(
            "The certificate {leaf} is valid only from {start} on", leaf=called_leaf(leaf), start=leaf.not_before
        ),
        explanation=Explanation(
            admin=text(
                "At {places} the server presents {leaf}, which begins on {start}; this check was made as of {now}. "
                "Either it was installed too early, or the clock of the CA that issued it was fast, or the clock here "
                "is slow. Serve the former certificate until then, or have it issued again.",
                places=places(served.observations),
                leaf=called_leaf(leaf),
                start=leaf.not_before,
                now=evidence.now,
            ),
            manager=text(
                "The mail server's new certificate is not valid yet. {reach} It passes by itself on {start}.",
                reach=reach(evidence, hurt),
                start=leaf.not_before,
            ),
            user=text(
                "Your mail program says that the certificate is not valid yet. {safe} If only your device says so, "
                "check its date and time.",
                safe=NOT_PAST_THE_WARNING,
            ),
        ),
        subject=served.subject,
    )
