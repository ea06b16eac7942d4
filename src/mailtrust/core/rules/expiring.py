"""The server's certificate will run out soon; how soon is too soon, the settings say."""

from collections.abc import Iterable
from datetime import timedelta

from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.finding import Explanation, Finding, RuleResult, Severity
from mailtrust.core.model.text import text
from mailtrust.core.rules.grounds.naming import called, called_leaf
from mailtrust.core.rules.grounds.served import Served, over_leaves, places
from mailtrust.core.rules.grounds.voices import NOTHING_TO_DO

ID = "expiring"


def judge(evidence: Evidence) -> Iterable[RuleResult]:
    """Look at how much is left of each served leaf that is in its time."""
    return over_leaves(evidence, ID, lambda served: _look(evidence, served))


def _look(evidence: Evidence, served: Served) -> Iterable[Finding]:
    left = served.leaf.not_after - evidence.now
    if left < timedelta(0) or evidence.now < served.leaf.not_before:
        return
    warn, critical = evidence.settings.before_expiry(served.leaf)
    if left <= warn:
        yield _finding(served, left, Severity.CRITICAL if left <= critical else Severity.WARNING)


def _finding(served: Served, left: timedelta, severity: Severity) -> Finding:
    leaf = served.leaf
    return Finding(
        rule=ID,
        severity=severity,
        observations=served.ids,
        certificates=(leaf.fingerprint,),
        clients=(),
        facts=(("not_after", leaf.not_after), ("days", left.days)),
        title=text("The certificate {leaf} expires on {day}", leaf=called_leaf(leaf), day=leaf.not_after.date()),
        explanation=Explanation(
            admin=text(
                "At {places} the server presents {leaf}, issued by {issuer}. It ends on {end}, {days} days from now. "
                "Renew it, reload every service that holds it, and check again. If it renews by itself, see why that "
                "has not happened yet.",
                places=places(served.observations),
                leaf=called_leaf(leaf),
                issuer=called(leaf.issuer),
                end=leaf.not_after,
                days=left.days,
            ),
            manager=text(
                "The mail server's certificate must be renewed before {day}; after that nearly everybody is turned "
                "away or warned.",
                day=leaf.not_after.date(),
            ),
            user=NOTHING_TO_DO,
        ),
        subject=served.subject,
    )
