"""One finding about assigned certificates a file; the tuple below names them all.

`grounds` holds what several of them stand on.
"""

from collections.abc import Iterable
from typing import Protocol

from mailtrust.core.model.assignment import AssignmentEvidence
from mailtrust.core.model.finding import RuleResult
from mailtrust.core.rules.assigning import service_certificate_not_valid, service_wildcard
from mailtrust.core.rules.grounds.asking import ask_each


class AssignmentRule(Protocol):
    """A file in this folder."""

    ID: str

    def judge(self, evidence: AssignmentEvidence, /) -> Iterable[RuleResult]:
        """Look at what servers are told to present, and do. Every branch answers: *Passed* is an answer."""
        ...


ASSIGNMENT_RULES: tuple[AssignmentRule, ...] = (
    service_certificate_not_valid,
    service_wildcard,
)


def judge_assignments(
    evidence: AssignmentEvidence, rules: Iterable[AssignmentRule] = ASSIGNMENT_RULES
) -> tuple[RuleResult, ...]:
    """What every rule says of it."""
    return ask_each(rules, evidence)
