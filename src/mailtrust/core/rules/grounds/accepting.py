"""What an organisation has accepted, applied to what the rules have found; asked after all of them."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from mailtrust.core.formats.endpoint_pattern import fits
from mailtrust.core.model.acceptance import EVERYWHERE, Acceptance, Accepted, Standing
from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.finding import Finding, Passed, RuleResult
from mailtrust.core.model.frozen import frozen


@frozen
class Ground:
    """Where things are found: a place is a word for one, whatever it is that rules have looked at."""

    meant: Callable[[Accepted], set[str]]
    """The places that an acceptance speaks of."""
    places: Callable[[Finding | Passed], set[str]]
    """Where something was found, or looked for; none: nowhere in particular."""


def settle(evidence: Evidence, results: Sequence[RuleResult]) -> tuple[Acceptance, ...]:
    """What comes of each acceptance of the settings, in their order."""

    def meant(accepted: Accepted) -> set[str]:
        return {seen.id for seen in evidence.case.observations if fits(accepted.endpoint, seen)}

    ground = Ground(meant, lambda one: set(one.observations))
    return settle_on(ground, results, evidence.settings.accepted, evidence.now)


def settle_on(
    ground: Ground, results: Sequence[RuleResult], accepted: Sequence[Accepted], now: datetime
) -> tuple[Acceptance, ...]:
    """The same, wherever things are found.

    A finding is accepted when every place where it was found is covered, be it by several acceptances together.
    """
    today = now.astimezone(UTC).date()
    findings = [result for result in results if isinstance(result, Finding)]
    covered: dict[str, set[str]] = {}
    for one in accepted:
        if today <= one.until:
            for finding in findings:
                covered.setdefault(finding.id, set()).update(_met(one, finding, ground))
    settled = frozenset(
        finding.id for finding in findings if _places(finding, ground) <= covered.get(finding.id, set())
    )
    return tuple(_applied(one, ground, results, settled if today <= one.until else None) for one in accepted)


def _applied(
    accepted: Accepted, ground: Ground, results: Sequence[RuleResult], settled: frozenset[str] | None
) -> Acceptance:
    """`settled`: the findings that are accepted; None: this acceptance is over."""
    found = tuple(one.id for one in results if isinstance(one, Finding) and _met(accepted, one, ground))
    if found and settled is None:
        return Acceptance(accepted, Standing.RAN_OUT, found)
    if within := tuple(finding for finding in found if finding in (settled or ())):
        return Acceptance(accepted, Standing.IN_FORCE, within)
    if found:
        return Acceptance(accepted, Standing.PARTLY, found)
    there = ground.meant(accepted)
    # Only a rule that has passed there proves that there is nothing to be found any more.
    passed = any(
        isinstance(one, Passed) and one.rule == accepted.rule and not there.isdisjoint(ground.places(one))
        for one in results
    )
    if passed:
        return Acceptance(accepted, Standing.UNNEEDED)
    return Acceptance(accepted, Standing.UNKNOWN if there else Standing.ELSEWHERE)


def _places(finding: Finding, ground: Ground) -> set[str]:
    """Where it was found. What was found nowhere in particular stands at a place of its own."""
    return ground.places(finding) or {EVERYWHERE}


def _met(accepted: Accepted, finding: Finding, ground: Ground) -> set[str]:
    """Those of the finding's places that an acceptance speaks of."""
    if accepted.rule != finding.rule:
        return set()
    return _places(finding, ground) & (ground.meant(accepted) | ({EVERYWHERE} & {accepted.endpoint}))
