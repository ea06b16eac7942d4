"""Other mail servers find no host that takes the domain's mail."""

from collections.abc import Iterable

from mailtrust.core.model.finding import Explanation, Finding, NotApplicable, Passed, RuleResult, Severity
from mailtrust.core.model.text import in_a_row, text
from mailtrust.core.model.walk_evidence import WalkEvidence
from mailtrust.core.rules.walking.grounds.mail_records import mx_hosts
from mailtrust.core.rules.walking.grounds.meetings import servers_walks

ID = "mx-unreachable"


def judge(evidence: WalkEvidence) -> Iterable[RuleResult]:
    """Look at those that take any encryption: what stops them is no certificate."""
    walks = servers_walks(evidence, "mta-opportunistic")
    hosts = mx_hosts(evidence)
    if not walks or not hosts:
        yield NotApplicable(ID, text("Nobody was asked about who delivers mail, or the domain takes none."))
        return
    (walk,) = walks
    if walk.found is not None:
        yield Passed(ID, evidence.domain)
        return
    yield Finding(
        rule=ID,
        # Many networks let nobody out to port 25: it may be this one.
        severity=Severity.WARNING,
        observations=tuple(one.observation for one in walk.attempts if one.observation),
        certificates=(),
        clients=tuple(one.client for one in servers_walks(evidence) if one.found is None),
        facts=(("hosts", hosts),),
        title=text("From here no mail server of {domain} is reached", domain=evidence.domain),
        explanation=Explanation(
            admin=text(
                "{details} Where the network that you look from keeps port 25 closed, this says nothing: look from a "
                "server.",
                details=in_a_row(one.detail for one in walk.attempts),
            ),
            manager=text("If other networks meet the same, no mail comes in."),
            user=text("Others may be told that their mail to you could not be delivered."),
        ),
        subject=evidence.domain,
    )
