"""Rules are asked one after the other, and none of them can keep the others from being asked."""

from collections.abc import Iterable
from typing import Protocol, TypeVar

from mailtrust.core.model.finding import RuleResult, Unknown
from mailtrust.core.model.text import text

Evidence_contra = TypeVar("Evidence_contra", contravariant=True)


class Asked(Protocol[Evidence_contra]):
    """A rule, whatever it looks at."""

    ID: str
    """As findings name it."""

    def judge(self, evidence: Evidence_contra, /) -> Iterable[RuleResult]:
        """Look, and answer in every branch."""
        ...


def ask_each(rules: Iterable[Asked[Evidence_contra]], evidence: Evidence_contra) -> tuple[RuleResult, ...]:
    """What every rule says. One that fails answers `Unknown` and says so; the others are asked all the same."""
    results: list[RuleResult] = []
    for rule in rules:
        try:
            results.extend(rule.judge(evidence))
        except Exception as error:  # noqa: BLE001 - one rule's mistake must not hide what all the others know
            failed = text(
                "This rule failed by its own mistake ({error}), so nothing is known about it here. Please report it, "
                "with a saved case (--save).",
                error=f"{type(error).__name__}: {error}"[:200],
            )
            results.append(Unknown(rule.ID, failed))
    return tuple(results)
