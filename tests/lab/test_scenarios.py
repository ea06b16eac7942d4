"""Every scenario, end to end: over the wire, for every client, broken and cured, under any names and at any time."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mailtrust.core.clients import BY_ID
from mailtrust.lab.runner import Run, compare, look, run_scenario
from mailtrust.lab.scenario import Expected, Scenario
from mailtrust.lab.scenarios import SCENARIOS, UnknownScenarioError, healthy, missing_intermediate, scenario_by_id
from mailtrust.lab.world import World


def differences(run: Run) -> list[str]:
    return [
        f"{state}: {comparison.subject}: expected {comparison.expected}, got {comparison.found}"
        for state, comparisons in (("broken", run.broken), ("cured", run.cured))
        for comparison in comparisons
        if not comparison.holds
    ]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.id)
async def test_a_scenario_comes_as_expected(tmp_path: Path, scenario: Scenario) -> None:
    run = await run_scenario(scenario, World(tmp_path, now=datetime.now(UTC)))
    assert differences(run) == []
    assert run.holds


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.id)
async def test_names_and_dates_do_not_matter(tmp_path: Path, scenario: Scenario) -> None:
    later = datetime.now(UTC) + timedelta(days=1500)
    domain = "poste.société.example".encode("idna").decode("ascii")
    world = World(tmp_path, now=later, domain=domain, ca_name="Autorité de certification")
    assert differences(await run_scenario(scenario, world)) == []


async def test_a_comparison_can_fail(tmp_path: Path) -> None:
    world = World(tmp_path, now=datetime.now(UTC))
    missing_intermediate.SCENARIO.build(world)
    async with world:
        assessment = await look(world)
    assert all(comparison.holds for comparison in compare(assessment, missing_intermediate.SCENARIO.expected, world))
    wrong = [comparison for comparison in compare(assessment, healthy.GOOD, world) if not comparison.holds]
    subjects = {comparison.subject for comparison in wrong}
    assert "chain-incomplete" in subjects
    assert f"gmail-android at imaps://{world.name('mail')}:993" in subjects
    assert str(next(one for one in wrong if one.subject.startswith("openssl at smtp")).found) == "not judged"
    (uncalled_for,) = (one for one in wrong if one.about == "rule")
    assert (uncalled_for.subject, str(uncalled_for.found)) == ("chain-incomplete", "found")


def _expectations() -> list[Expected]:
    return [expected for scenario in SCENARIOS for expected in (scenario.expected, scenario.cured)]


def test_scenarios_name_clients_that_exist() -> None:
    named = {
        client
        for expected in _expectations()
        for port in expected.ports
        for client in (*port.accepted, *port.warned, *port.refused)
    }
    assert named <= set(BY_ID)


def test_each_scenario_is_found_by_its_id() -> None:
    assert [scenario_by_id(scenario.id) for scenario in SCENARIOS] == list(SCENARIOS)
    with pytest.raises(UnknownScenarioError, match="missing-intermediate"):
        scenario_by_id("missing-intermediat")
