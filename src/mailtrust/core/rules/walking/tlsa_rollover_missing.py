"""At the next certificate the TLSA records will fit no more, unless something is done before (RFC 7671 8)."""

from collections.abc import Iterable, Sequence

from mailtrust.core.formats.tlsa import DANE_EE, DANE_TA
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.finding import Explanation, Finding, NotApplicable, Passed, RuleResult, Severity
from mailtrust.core.model.text import Text, text
from mailtrust.core.model.walk_evidence import WalkEvidence
from mailtrust.core.rules.grounds.voices import NOTHING_TO_DO
from mailtrust.core.rules.walking.grounds.mail_records import Published, at_port_25, published
from mailtrust.core.rules.walking.grounds.meetings import servers_walks
from mailtrust.core.validation.tlsa_rollover import fits, said_by, settled_after

ID = "tlsa-rollover-missing"
DUE = 3
"""A certificate is due for renewal in the last third of its life, as ACME clients have it."""


def judge(evidence: WalkEvidence) -> Iterable[RuleResult]:
    """Look at what each MX host's records hold on to."""
    hosts = [one for one in published(evidence) if one.secure] if servers_walks(evidence, "mta-dane") else []
    bound = [(one, seen.presented_chain, seen.id) for one in hosts if (seen := at_port_25(evidence, one.host))]
    if not bound:
        yield NotApplicable(ID, text("No MX host has TLSA records that count."))
    for one, chain, observation in bound:
        yield _look(evidence, one, [link for link in chain if isinstance(link, Certificate)], observation)


def _look(evidence: WalkEvidence, one: Published, chain: Sequence[Certificate], observation: str) -> RuleResult:
    usable = [record for record in one.records if record.usable_for_smtp]
    holding = [record for record in usable if fits(record, chain)]
    if not holding:
        return NotApplicable(ID, text("{host}: see dane-mismatch.", host=one.host))
    prepared = any(not fits(record, chain) for record in usable)
    if prepared or any(record.usage == DANE_TA for record in holding):
        return Passed(ID, one.host, (observation,))
    leaf = chain[0]
    key_holds = any((record.usage, record.selector) == (DANE_EE, 1) for record in holding)
    if evidence.replaced == leaf.fingerprint:
        reason = text("The plan asks for a new certificate, and no record fits another key yet.")
        return _finding(one, leaf, observation, Severity.WARNING, reason, key_holds=key_holds)
    if not key_holds:
        reason = text("The records fit this very certificate alone: no renewal can keep them.")
        return _finding(one, leaf, observation, Severity.WARNING, reason, key_holds=False)
    if evidence.now >= leaf.not_after - (leaf.not_after - leaf.not_before) / DUE:
        reason = text("The certificate is due for renewal, and the records fit its key alone.")
        return _finding(one, leaf, observation, Severity.INFO, reason, key_holds=True)
    return Passed(ID, one.host, (observation,))


def _finding(
    one: Published, leaf: Certificate, observation: str, severity: Severity, reason: Text, *, key_holds: bool
) -> Finding:
    ways = text(
        "Before the switch publish, beside the records of today, the one of the next key (3 1 1), and wait at least "
        "two TTLs ({seconds} seconds, {source}). Take the old ones away only when no server presents the old "
        "certificate.",
        seconds=settled_after(one.ttl),
        source=said_by(one.ttl_by),
    )
    if key_holds:
        keep = text("Renew with the same key, and no record needs to change.")
        ways = text("{one} {next}", one=keep, next=text("Or: {ways}", ways=ways))
    return Finding(
        rule=ID,
        severity=severity,
        observations=(observation,),
        certificates=(leaf.fingerprint,),
        clients=("mta-dane",),
        facts=(("host", one.host), ("ttl", one.ttl), ("not_after", leaf.not_after)),
        title=text("After the next certificate the TLSA records of {host} will fit no more", host=one.host),
        explanation=Explanation(
            admin=text("{one} {next}", one=reason, next=ways),
            manager=text(
                "If the next certificate is put in without preparing DNS, mail from providers that honour DANE stops."
            ),
            user=NOTHING_TO_DO,
        ),
        subject=one.host,
    )
