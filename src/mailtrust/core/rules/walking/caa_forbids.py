"""CAA records decide which CA may issue the certificate that a plan asks for (RFC 8659)."""

from collections.abc import Iterable, Iterator

from mailtrust.core.formats.caa import Caa, issuers_allowed, read_caa
from mailtrust.core.model.finding import (
    Explanation,
    Finding,
    NotApplicable,
    Passed,
    RuleResult,
    Severity,
    Unknown,
)
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.text import Text, text
from mailtrust.core.model.walk import DnsAnswer, DnsQuestion, Question
from mailtrust.core.model.walk_evidence import WalkEvidence
from mailtrust.core.rules.grounds.voices import NOTHING_TO_DO

ID = "caa-forbids"
# RFC 8659 4.2 to 4.4, RFC 9495; and what CAs otherwise know (Baseline Requirements, appendix A).
KNOWN = frozenset({"issue", "issuewild", "iodef", "issuemail", "contactemail", "contactphone", "issuevmc"})


@frozen
class _Restriction:
    """One name, and by which records who may issue for it."""

    name: str
    where: str
    allowed: frozenset[str]


def questions(evidence: WalkEvidence) -> Iterator[Question]:
    """The CAA records of every name of the new certificate, and of all names above it."""
    for name in evidence.new_names:
        yield from (DnsQuestion(one, "CAA") for one in climb(name))


def judge(evidence: WalkEvidence) -> Iterable[RuleResult]:
    """Look at the names of the new certificate."""
    if not evidence.new_names:
        yield NotApplicable(ID, text("No new certificate is asked for."))
        return
    restrictions: list[_Restriction] = []
    for name in evidence.new_names:
        found = _restriction(evidence, name)
        if isinstance(found, Unknown):
            yield found
        elif found is not None:
            restrictions.append(found)
    if evidence.ca:
        against = [one for one in restrictions if evidence.ca not in one.allowed]
        yield _forbidden(evidence.ca, against) if against else Passed(ID, evidence.ca)
        return
    if not restrictions:
        yield Passed(ID, evidence.domain)
        return
    common = frozenset.intersection(*(one.allowed for one in restrictions))
    yield _only_these(restrictions, common) if common else _nobody(restrictions)


def climb(name: str) -> Iterator[str]:
    """RFC 8659 3: the name itself, then each parent up to below the root. A wildcard's own label is not asked for."""
    labels = name.removeprefix("*.").split(".")
    yield from (".".join(labels[at:]) for at in range(len(labels)))


def _restriction(evidence: WalkEvidence, name: str) -> _Restriction | Unknown | None:
    for one in climb(name):
        answer = evidence.book.get(DnsQuestion(one, "CAA"))
        if not isinstance(answer, DnsAnswer):
            return Unknown(ID, text("Nobody has asked for the CAA records of {name}.", name=one), name)
        if answer.status == "failed":
            why = text("DNS gives no answer for the CAA records of {name}; CAs may take that for a no.", name=one)
            return Unknown(ID, why, name)
        records = read_caa(answer.records)
        if records:
            allowed = _allowed(records, wildcard=name.startswith("*."))
            return _Restriction(name, one, allowed) if allowed is not None else None
    return None


def _allowed(records: tuple[Caa, ...], *, wildcard: bool) -> frozenset[str] | None:
    # RFC 8659 4.1: a critical property that a CA does not know keeps it from issuing.
    if any(one.critical and one.tag not in KNOWN for one in records):
        return frozenset()
    return issuers_allowed(records, wildcard=wildcard)


def _forbidden(ca: str, against: list[_Restriction]) -> Finding:
    return _finding(
        against,
        Severity.WARNING,
        text("CAA records forbid {ca} to issue the new certificate", ca=ca),
        text(
            "{ca} may not issue for: {names}. Add to each of these zones: {lines}",
            ca=ca,
            names=_told(against),
            lines=tuple(f'{where}. IN CAA 0 issue "{ca}"' for where in dict.fromkeys(one.where for one in against)),
        ),
    )


def _nobody(restrictions: list[_Restriction]) -> Finding:
    return _finding(
        restrictions,
        Severity.WARNING,
        text("By the CAA records no CA may issue the new certificate with all its names"),
        text("Who may issue for which name: {names}. Let the records of all of them name one CA.",
             names=_told(restrictions)),
    )  # fmt: skip


def _only_these(restrictions: list[_Restriction], common: frozenset[str]) -> Finding:
    return _finding(
        restrictions,
        Severity.INFO,
        text("Only these CAs may issue the new certificate: {cas}", cas=tuple(sorted(common))),
        text("By the CAA records: {names}. Name your CA with --ca, and it is compared.", names=_told(restrictions)),
    )


def _told(restrictions: list[_Restriction]) -> tuple[Text, ...]:
    return tuple(
        text("{name} (records at {where}): {cas}", name=one.name, where=one.where, cas=tuple(sorted(one.allowed)))
        if one.allowed
        else text("{name} (records at {where}): nobody", name=one.name, where=one.where)
        for one in restrictions
    )


def _finding(restrictions: list[_Restriction], severity: Severity, title: Text, admin: Text) -> Finding:
    names = tuple(one.name for one in restrictions)
    return Finding(
        rule=ID,
        severity=severity,
        observations=(),
        certificates=(),
        clients=(),
        facts=(
            ("names", names),
            ("allowed", tuple(sorted(frozenset[str]().union(*(r.allowed for r in restrictions))))),
        ),
        title=title,
        explanation=Explanation(
            admin,
            text("Entries in DNS say from which CA the certificate must be had. It costs nothing to know that before."),
            NOTHING_TO_DO,
        ),
        subject=",".join(names),
    )
