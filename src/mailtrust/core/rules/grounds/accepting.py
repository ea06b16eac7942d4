"""What an organisation has accepted, applied to what the rules have found; asked after all of them."""

from collections.abc import Sequence
from datetime import UTC

from mailtrust.core.formats.endpoint_pattern import fits
from mailtrust.core.model.acceptance import EVERYWHERE, Acceptance, Accepted, Standing
from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.finding import Finding, Passed, RuleResult


def settle(evidence: Evidence, results: Sequence[RuleResult]) -> tuple[Acceptance, ...]:
    """What comes of each acceptance of the settings, in their order.

    A finding is accepted when every place where it was found is covered, be it by several acceptances together.
    """
    today = evidence.now.astimezone(UTC).date()
    findings = [result for result in results if isinstance(result, Finding)]
    covered: dict[str, set[str]] = {}
    for accepted in evidence.settings.accepted:
        if today <= accepted.until:
            for finding in findings:
                covered.setdefault(finding.id, set()).update(_met(accepted, finding, evidence))
    settled = frozenset(finding.id for finding in findings if _places(finding) <= covered.get(finding.id, set()))
    return tuple(
        _applied(accepted, evidence, results, settled if today <= accepted.until else None)
        for accepted in evidence.settings.accepted
    )


def _applied(
    accepted: Accepted, evidence: Evidence, results: Sequence[RuleResult], settled: frozenset[str] | None
) -> Acceptance:
    """`settled`: the findings that are accepted; None: this acceptance is over."""
    found = tuple(one.id for one in results if isinstance(one, Finding) and _met(accepted, one, evidence))
    if found and settled is None:
        return Acceptance(accepted, Standing.RAN_OUT, found)
    if within := tuple(finding for finding in found if finding in (settled or ())):
        return Acceptance(accepted, Standing.IN_FORCE, within)
    if found:
        return Acceptance(accepted, Standing.PARTLY, found)
    there = _seen(accepted, evidence)
    # Only a rule that has passed there proves that there is nothing to be found any more.
    passed = any(
        isinstance(one, Passed) and one.rule == accepted.rule and not there.isdisjoint(one.observations)
        for one in results
    )
    if passed:
        return Acceptance(accepted, Standing.UNNEEDED)
    return Acceptance(accepted, Standing.UNKNOWN if there else Standing.ELSEWHERE)


def _places(finding: Finding) -> set[str]:
    """Where it was found. What was found nowhere in particular stands at a place of its own."""
    return set(finding.observations) or {EVERYWHERE}


def _met(accepted: Accepted, finding: Finding, evidence: Evidence) -> set[str]:
    """Those of the finding's places that an acceptance speaks of."""
    if accepted.rule != finding.rule:
        return set()
    return _places(finding) & (_seen(accepted, evidence) | ({EVERYWHERE} & {accepted.endpoint}))


def _seen(accepted: Accepted, evidence: Evidence) -> set[str]:
    return {seen.id for seen in evidence.case.observations if fits(accepted.endpoint, seen)}
