"""One finding about assigned certificates a file; the tuple below names them all.

`grounds` holds what several of them stand on.
"""

from collections.abc import Iterable
from typing import Protocol

from mailtrust.core.model.assignment import AssignmentEvidence
from mailtrust.core.model.finding import RuleResult
from mailtrust.core.rules.assigning import (
    connector_name_stale,
    edge_subscription_stale,
    exchange_auth_expiring,
    exchange_backend_binding,
    exchange_transport_certificate,
    extended_protection_mismatch,
    hybrid_certificate_unfit,
    hybrid_connectors_disagree,
    served_not_assigned,
    service_absent,
    service_certificate_not_valid,
    service_default_smtp_replaced,
    service_name_missing,
    service_um_startup_mode,
    service_wildcard,
)
from mailtrust.core.rules.grounds.asking import ask_each


class AssignmentRule(Protocol):
    """A file in this folder."""

    ID: str

    def judge(self, evidence: AssignmentEvidence, /) -> Iterable[RuleResult]:
        """Look at what servers are told to present, and do. Every branch answers: *Passed* is an answer."""
        ...


ASSIGNMENT_RULES: tuple[AssignmentRule, ...] = (
    served_not_assigned,
    service_certificate_not_valid,
    service_absent,
    service_wildcard,
    service_name_missing,
    service_um_startup_mode,
    service_default_smtp_replaced,
    connector_name_stale,
    exchange_auth_expiring,
    exchange_transport_certificate,
    exchange_backend_binding,
    extended_protection_mismatch,
    edge_subscription_stale,
    hybrid_certificate_unfit,
    hybrid_connectors_disagree,
)


def judge_assignments(
    evidence: AssignmentEvidence, rules: Iterable[AssignmentRule] = ASSIGNMENT_RULES
) -> tuple[RuleResult, ...]:
    """What every rule says of it."""
    return ask_each(rules, evidence)
