"""MTA-STS and certificates: of the policy's own host, and of the MX hosts that the policy demands one of (RFC 8461)."""

from collections.abc import Iterable

from mailtrust.core.model.finding import Explanation, Finding, NotApplicable, Passed, RuleResult, Severity
from mailtrust.core.model.text import text
from mailtrust.core.model.walk import Method
from mailtrust.core.model.walk_evidence import WalkEvidence
from mailtrust.core.rules.grounds.voices import NOTHING_TO_DO
from mailtrust.core.rules.grounds.weight import heavier, weigh
from mailtrust.core.rules.walking.grounds.mail_records import policy
from mailtrust.core.rules.walking.grounds.meetings import (
    Meeting,
    by_host,
    hurt_at,
    leaves_at,
    meetings,
    seen_at,
    servers_walks,
)

ID = "mta-sts-certificate"


def judge(evidence: WalkEvidence) -> Iterable[RuleResult]:
    """Look at the host of the policy, then at each MX host that was judged by it."""
    walks = servers_walks(evidence, "mta-sts")
    met = [one for one in meetings(walks, {Method.MTA_STS, Method.MX}) if one.attempt.verdict is not None]
    if not met:
        yield NotApplicable(ID, text("No MTA-STS policy asks for a certificate."))
    for host, here in by_host(met).items():
        failed = [one for one in here if one.failed]
        if not failed:
            yield Passed(ID, host, seen_at(here))
        elif failed[0].attempt.method is Method.MTA_STS:
            yield _policys_host(evidence, host, failed)
        else:
            yield _mail_host(evidence, host, failed)


def _policys_host(evidence: WalkEvidence, host: str, failed: list[Meeting]) -> Finding:
    codes = tuple(sorted(failed[0].codes))
    return Finding(
        rule=ID,
        # RFC 8461 3.3: the policy counts as not there; mail is delivered as if there were none.
        severity=Severity.WARNING,
        observations=seen_at(failed),
        certificates=tuple(leaf.fingerprint for leaf in leaves_at(evidence, seen_at(failed))),
        clients=("mta-sts",),
        facts=(("wanted", host), ("codes", codes)),
        title=text("The MTA-STS policy is not fetched: the certificate of {host} does not hold", host=host),
        explanation=Explanation(
            admin=text(
                "Senders fetch https://{host}/.well-known/mta-sts.txt only over a certificate for {host} that a public "
                "CA issued ({codes}). Those who know an older policy go by that until it is too old; all others send "
                "without it, and nobody is told. Give {host} a certificate of its own.",
                host=host,
                codes=codes,
            ),
            manager=text("A protection of incoming mail that was set up is not in force."),
            user=NOTHING_TO_DO,
        ),
        subject=host,
    )


def _mail_host(evidence: WalkEvidence, host: str, failed: list[Meeting]) -> Finding:
    codes = tuple(sorted(failed[0].codes))
    found = policy(evidence)
    binding = found is not None and found.mode == "enforce"
    hurt = hurt_at(evidence, failed)
    consequence = (
        text("The policy is enforced: senders that honour it deliver nothing there.")
        if binding
        else text("The policy is only tested: they deliver all the same, and report it.")
    )
    return Finding(
        rule=ID,
        severity=heavier(weigh(hurt), Severity.ERROR) if binding else Severity.WARNING,
        observations=seen_at(failed),
        certificates=tuple(leaf.fingerprint for leaf in leaves_at(evidence, seen_at(failed))),
        clients=("mta-sts",),
        facts=(("wanted", host), ("codes", codes), ("enforced", binding)),
        title=text("By the MTA-STS policy the certificate of the MX host {host} does not do", host=host),
        explanation=Explanation(
            admin=text(
                "RFC 8461 4.1 asks for a certificate from a public CA that names {host} and is complete and in date "
                "({codes}). {consequence}",
                host=host,
                codes=codes,
                consequence=consequence,
            ),
            manager=text("Large providers check the mail server's certificate by the organisation's own policy, and "
                         "it does not do. {consequence}", consequence=consequence),
            user=NOTHING_TO_DO,
        ),
        subject=host,
    )  # fmt: skip
