"""The server's certificate has run out (RFC 5280 4.1.2.5: notAfter is the last moment of its life)."""

from collections.abc import Iterable

from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.finding import Explanation, Finding, RuleResult, Severity
from mailtrust.core.model.text import text
from mailtrust.core.rules.grounds.naming import called, called_leaf
from mailtrust.core.rules.grounds.served import Served, over_leaves, places
from mailtrust.core.rules.grounds.voices import NOT_PAST_THE_WARNING
from mailtrust.core.rules.grounds.weight import hurt_by, reach, weigh

ID = "expired"


def judge(evidence: Evidence) -> Iterable[RuleResult]:
    """Look at each served leaf's last day."""
    return over_leaves(evidence, ID, lambda served: _look(evidence, served))


def _look(evidence: Evidence, served: Served) -> Iterable[Finding]:
    if served.leaf.not_after < evidence.now:
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
        facts=(("not_after", leaf.not_after), ("days", (evidence.now - leaf.not_after).days)),
        title=text("The certificate {leaf} expired on {day}", leaf=called_leaf(leaf), day=leaf.not_after.date()),
        explanation=Explanation(
            admin=text(
                "At {places} the server presents {leaf}, issued by {issuer}, which was valid until {end}. Renew it. "
                "If it has been renewed already, the service still holds the old one in memory or reads another file: "
                "reload the service, and look at every port.",
                places=places(served.observations),
                leaf=called_leaf(leaf),
                issuer=called(leaf.issuer),
                end=leaf.not_after,
            ),
            manager=text(
                "The mail server's certificate ran out on {day}. {reach} It must be renewed today; a reminder before "
                "the next one is due costs nothing.",
                day=leaf.not_after.date(),
                reach=reach(evidence, hurt),
            ),
            user=text(
                "Your mail program says that the certificate has expired. {safe} If only your device says so, check "
                "its date and time.",
                safe=NOT_PAST_THE_WARNING,
            ),
        ),
        subject=served.subject,
    )
