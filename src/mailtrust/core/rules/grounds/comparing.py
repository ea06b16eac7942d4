"""Results before and after a change, compared: what is mended, what is not, what is new, and what nobody knows."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from mailtrust.core.model.case_file import CaseFile
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.endpoint import Offer
from mailtrust.core.model.finding import Finding, Passed, RuleResult, Unknown
from mailtrust.core.model.proof import Noted, Proof

SERVED = "served"
"""Beside the rules: a certificate that is to be presented, which it is or is not."""
NOT_ASSIGNED = "served-not-assigned"
"""A rule about servers whose configuration is known: of that a proof knows nothing, but of what is presented."""
_SHOWN = 16
"""Digits of its SHA-256 that name it."""


def noted(findings: Iterable[Finding]) -> tuple[Noted, ...]:
    """Findings as they are remembered for a later comparison."""
    return tuple(Noted(finding.id, finding.rule, finding.observations) for finding in findings)


def compare(before: Sequence[Noted], results: Sequence[RuleResult], case: CaseFile, plan: str = "") -> Proof:
    """What became of the findings of before, by the results of now; `case`: the facts that these were made from.

    A finding is resolved when its rule has passed wherever the finding was. Silence proves nothing: a server that is
    down leaves it unproven.
    """
    stands_for = _stands_for(case)
    shown = {seen.id: seen.presented_chain[0].fingerprint for seen in case.observations if seen.presented_chain}
    now = [result for result in results if isinstance(result, Finding)]
    passed: dict[str, set[str]] = {}
    for result in results:
        if isinstance(result, Passed):
            passed.setdefault(result.rule, set()).update(result.observations)
    resolved: list[str] = []
    remaining: list[str] = []
    unproven: list[str] = []
    for old in before:
        where = _places(old.observations, stands_for)
        if old.rule in (SERVED, NOT_ASSIGNED):
            _served(old, shown, (resolved, remaining, unproven))
        elif any(old.id == new.id or _same_trouble(old, new, where, stands_for) for new in now):
            remaining.append(old.id)
        elif old.observations and all(
            not passed.get(old.rule, set()).isdisjoint((one, stands_for.get(one, one))) for one in old.observations
        ):
            resolved.append(old.id)
        else:
            unproven.append(old.id)
    known = {old.id for old in before}
    introduced = [
        new.id
        for new in now
        if new.id not in known
        and not any(_same_trouble(old, new, _places(old.observations, stands_for), stands_for) for old in before)
    ]
    return Proof(plan, tuple(resolved), tuple(remaining), tuple(dict.fromkeys(introduced)), tuple(unproven))


def wanted_served(server: str, certificate: Certificate, observations: Iterable[str], *, rule: str = SERVED) -> Noted:
    """That a server shall present this certificate there, as something to be mended and proven."""
    return Noted(f"{rule}:{certificate.fingerprint[:_SHOWN]}@{server}", rule, tuple(observations))


def _served(wanted: Noted, shown: Mapping[str, str], sorts: tuple[list[str], list[str], list[str]]) -> None:
    resolved, remaining, unproven = sorts
    prefix = wanted.id.removeprefix(f"{wanted.rule}:")[:_SHOWN]
    if any(not shown.get(one, prefix).startswith(prefix) for one in wanted.observations):
        remaining.append(wanted.id)
    elif all(one in shown for one in wanted.observations):
        resolved.append(wanted.id)
    else:
        unproven.append(wanted.id)


def _same_trouble(old: Noted, new: Finding, where: set[str], stands_for: Mapping[str, str]) -> bool:
    """Another certificate with the same fault at the same place is no progress."""
    return old.rule == new.rule and not where.isdisjoint(_places(new.observations, stands_for))


def _places(observations: Iterable[str], stands_for: Mapping[str, str]) -> set[str]:
    return {stands_for.get(one, one) for one in observations}


def _stands_for(case: CaseFile) -> dict[str, str]:
    """The observation that speaks for one whose hello made no difference: rules look at each certificate once."""
    default = {
        seen.endpoint.id: seen.presented_chain[0].fingerprint
        for seen in case.observations
        if seen.offer is Offer.DEFAULT and seen.presented_chain
    }
    return {
        seen.id: seen.endpoint.id
        for seen in case.observations
        if seen.offer is not Offer.DEFAULT
        and seen.presented_chain
        and seen.presented_chain[0].fingerprint == default.get(seen.endpoint.id)
    }


def noted_ways(findings: Iterable[Finding]) -> tuple[Noted, ...]:
    """Findings about ways, each once; they are remembered by what they are about: a host, a domain, an address."""
    once = {finding.id: finding for finding in findings}
    return tuple(Noted(finding.id, finding.rule, (finding.subject,)) for finding in once.values())


def compare_ways(
    before: Iterable[Noted],
    results: Iterable[RuleResult],
    gone: Collection[str] = (),
    *,
    foreseen: Collection[str] = (),
    plan: str = "",
) -> Proof:
    """What became of findings about ways.

    Resolved: the rule has passed for the same subject, or the subject is a host that DNS says is not there (`gone`), so
    that no client comes to it. `foreseen`: findings that are no surprise.
    """
    before, results = tuple(before), tuple(results)
    now = dict.fromkeys(result.id for result in results if isinstance(result, Finding))
    passed = {(result.rule, result.subject) for result in results if isinstance(result, Passed)}
    doubtful = {(result.rule, result.subject) for result in results if isinstance(result, Unknown)}
    resolved, remaining, unproven = [], [], []
    for old in before:
        about = {(old.rule, subject) for subject in old.observations}
        if old.id in now:
            remaining.append(old.id)
        elif doubtful.isdisjoint({*about, (old.rule, "")}) and (
            about <= passed or (about and set(old.observations) <= set(gone))
        ):
            resolved.append(old.id)
        else:
            unproven.append(old.id)
    known = {*(old.id for old in before), *foreseen}
    introduced = tuple(one for one in now if one not in known)
    return Proof(plan, tuple(resolved), tuple(remaining), introduced, tuple(unproven))
