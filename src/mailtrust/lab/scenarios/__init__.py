"""The lab's scenarios, one a file."""

from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text
from mailtrust.lab.scenario import Scenario
from mailtrust.lab.scenarios import (
    expired_cross_sign,
    expired_leaf,
    healthy,
    missing_intermediate,
    near_miss_name,
    ports_disagree,
    profile_url,
    self_signed_with_san,
    self_signed_without_san,
    wrong_order_with_root,
)

SCENARIOS: tuple[Scenario, ...] = (
    healthy.SCENARIO,
    missing_intermediate.SCENARIO,
    self_signed_without_san.SCENARIO,
    self_signed_with_san.SCENARIO,
    profile_url.SCENARIO,
    near_miss_name.SCENARIO,
    expired_leaf.SCENARIO,
    wrong_order_with_root.SCENARIO,
    ports_disagree.SCENARIO,
    expired_cross_sign.SCENARIO,
)


class UnknownScenarioError(UserProblem):
    """There is no scenario of that id."""


def scenario_by_id(name: str) -> Scenario:
    """The scenario of that id; UnknownScenarioError names those that there are."""
    for scenario in SCENARIOS:
        if scenario.id == name:
            return scenario
    known = tuple(scenario.id for scenario in SCENARIOS)
    raise UnknownScenarioError(
        text("Expected the name of a scenario, got {name}; there are {known}.", name=name, known=known)
    )
