"""One rule asked about one organisation, and a server in good order to change."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from tests.services.world.making import (
    NOW,
    auth_certificate,
    mailbox,
    own,
    public,
)

from mailtrust.core.model.assignment import AssignmentEvidence
from mailtrust.core.model.exchange import (
    ExchangeOrganisation,
    ExchangeServer,
)
from mailtrust.core.model.finding import Finding, RuleResult
from mailtrust.core.model.settings import Settings
from mailtrust.core.rules.assigning import ASSIGNMENT_RULES, judge_assignments

AUTH, INNER = auth_certificate(), own("MAIL1")
FRONT = public("mail.example.com")
BY_ID = {rule.ID: rule for rule in ASSIGNMENT_RULES}


def judged(rule: str, it: ExchangeOrganisation | None, **more: Any) -> tuple[RuleResult, ...]:
    settings = more.pop("settings", Settings())
    evidence = AssignmentEvidence(NOW, settings, {}, organisation=it, **more)
    return judge_assignments(evidence, (BY_ID[rule],))


def kinds(results: Iterable[RuleResult]) -> set[str]:
    return {type(one).__name__ for one in results}


def problems(results: Iterable[RuleResult]) -> dict[str, str]:
    """What was found, by the fact that names it, and how much it weighs."""
    return {str(one.fact("problem")): one.severity.value for one in results if isinstance(one, Finding)}


def good(**more: Any) -> ExchangeServer:
    return mailbox("MAIL1", FRONT, INNER, AUTH, **more)


def with_front(**facts: Any) -> ExchangeServer:
    """The server with something else about its clients' certificate."""
    return replace(good(), certificates=(replace(FRONT, **facts), INNER, AUTH))
