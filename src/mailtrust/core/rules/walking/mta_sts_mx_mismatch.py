"""The MTA-STS policy does not name an MX host of the domain (RFC 8461 4.1)."""

from collections.abc import Iterable

from mailtrust.core.model.finding import Explanation, Finding, NotApplicable, Passed, RuleResult, Severity
from mailtrust.core.model.text import text
from mailtrust.core.model.walk_evidence import WalkEvidence
from mailtrust.core.rules.grounds.voices import NOTHING_TO_DO
from mailtrust.core.rules.walking.grounds.mail_records import mx_hosts, policy
from mailtrust.core.rules.walking.grounds.meetings import servers_walks

ID = "mta-sts-mx-mismatch"


def judge(evidence: WalkEvidence) -> Iterable[RuleResult]:
    """Compare the policy with the MX records."""
    found = policy(evidence) if servers_walks(evidence, "mta-sts") else None
    hosts = mx_hosts(evidence)
    if found is None or found.mode == "none" or not hosts:
        yield NotApplicable(ID, text("There is no MTA-STS policy to compare MX hosts with."))
        return
    missing = tuple(host for host in hosts if not found.names(host))
    if not missing:
        yield Passed(ID, evidence.domain)
        return
    enforced = found.mode == "enforce"
    # All of them missing: such senders deliver nothing at all.
    broken = Severity.CRITICAL if len(missing) == len(hosts) else Severity.ERROR
    consequence = text("Senders that honour the policy report it, and deliver all the same: it is only tested.")
    if enforced:
        consequence = text("Senders that honour the policy deliver nothing to these hosts.")
    lines = "\n".join(f"mx: {host}" for host in missing)
    yield Finding(
        rule=ID,
        severity=broken if enforced else Severity.WARNING,
        observations=(),
        certificates=(),
        clients=("mta-sts",),
        facts=(("missing", missing), ("policy", found.mx), ("mode", found.mode)),
        title=text("The MTA-STS policy of {domain} does not name {hosts}", domain=evidence.domain, hosts=missing),
        explanation=Explanation(
            admin=text(
                "The policy names {named}, and the MX records {hosts}. {consequence} Add to the policy: {lines}. Then "
                "change the id in the record _mta-sts.{domain}, so that senders fetch it anew.",
                named=found.mx,
                hosts=hosts,
                consequence=consequence,
                lines=lines,
                domain=evidence.domain,
            ),
            manager=text("The list of mail servers that the organisation publishes is not up to date. {consequence}",
                         consequence=consequence),
            user=NOTHING_TO_DO,
        ),
        subject=evidence.domain,
    )  # fmt: skip
