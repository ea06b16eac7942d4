"""TLSA records that protect nobody: not vouched for by DNSSEC, or of kinds that mail servers leave aside."""

from collections.abc import Iterable

from mailtrust.core.model.finding import (
    Explanation,
    Finding,
    NotApplicable,
    Passed,
    RuleResult,
    Severity,
    Unknown,
)
from mailtrust.core.model.text import Text, text
from mailtrust.core.model.walk import DnsAnswer
from mailtrust.core.model.walk_evidence import WalkEvidence
from mailtrust.core.rules.grounds.voices import NOTHING_TO_DO
from mailtrust.core.rules.walking.grounds.mail_records import Published, published
from mailtrust.core.rules.walking.grounds.meetings import servers_walks

ID = "dane-unusable"


def judge(evidence: WalkEvidence) -> Iterable[RuleResult]:
    """Look at the TLSA records of each MX host."""
    hosts = published(evidence) if servers_walks(evidence, "mta-dane") else ()
    if not hosts:
        yield NotApplicable(ID, text("No MX host has TLSA records."))
    for one in hosts:
        yield _look(evidence, one)


def _look(evidence: WalkEvidence, one: Published) -> RuleResult:
    if not one.secure:
        return _unsigned(evidence, one)
    left_aside = tuple(str(record) for record in one.records if not record.usable_for_smtp)
    if not left_aside:
        return Passed(ID, one.host)
    all_of_them = len(left_aside) == len(one.records)
    return _finding(
        one,
        Severity.WARNING if all_of_them else Severity.INFO,
        text("No mail server can use the TLSA records of {host}", host=one.host)
        if all_of_them
        else text("Some TLSA records of {host} are of no use to mail servers", host=one.host),
        text(
            "Mail servers take DANE-TA (2) and DANE-EE (3) only (RFC 7672 3.1.3), with a digest of the right length. "
            "Left aside: {records}. Publish 3 1 1, the key of the server by SHA-256.",
            records=left_aside,
        ),
    )


def _unsigned(evidence: WalkEvidence, one: Published) -> RuleResult:
    if one.claimed:
        why = text(
            "The resolver says that DNSSEC holds for {host}, but its word came over a way on which anybody could have "
            "written it. Ask a validating resolver on this machine, or say with --trust-ad that the way is safe.",
            host=one.host,
        )
        return Unknown(ID, why, one.host)
    if not any(answer.secure or answer.claimed for answer in _answers(evidence)):
        why = text(
            "No DNS answer at all was vouched for: {host} is not signed, or this resolver does not validate. Ask one "
            "that does (--dns ADDR:PORT).",
            host=one.host,
        )
        return Unknown(ID, why, one.host)
    return _finding(
        one,
        Severity.WARNING,
        text("The TLSA records of {host} count for nobody: DNSSEC does not vouch for them", host=one.host),
        text(
            "RFC 7672 2.2 wants MX record, address and TLSA records signed. Not signed: {names}. Sign these zones and "
            "have the parent publish their DS records, or take the TLSA records away.",
            names=one.unsigned,
        ),
    )


def _answers(evidence: WalkEvidence) -> Iterable[DnsAnswer]:
    return (answer for answer in evidence.book.values() if isinstance(answer, DnsAnswer))


def _finding(one: Published, severity: Severity, title: Text, admin: Text) -> Finding:
    return Finding(
        rule=ID,
        severity=severity,
        observations=(),
        certificates=(),
        clients=("mta-dane",),
        facts=(("host", one.host), ("records", tuple(map(str, one.records))[:20])),
        title=title,
        explanation=Explanation(
            admin, text("A protection of incoming mail that was set up is not in force."), NOTHING_TO_DO
        ),
        subject=one.host,
    )
