"""`lab run --all` at a glance: a row for each scenario, what differs below it, and an exit status."""

from dataclasses import replace

import pytest

from mailtrust.cli.main import main
from mailtrust.core.model.text import text
from mailtrust.lab import scenarios, stories
from mailtrust.lab.runner import Comparison, Run
from mailtrust.lab.scenario import Scenario
from mailtrust.lab.scenarios import greylisting, missing_intermediate, wrong_order_with_root
from mailtrust.lab.table import Table

TWO = (missing_intermediate.SCENARIO, greylisting.SCENARIO)


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> "Shown":
    monkeypatch.setenv("LANGUAGE", "en")
    monkeypatch.setenv("COLUMNS", "120")
    return Shown(monkeypatch, capsys)


class Shown:
    """What `lab run --all` does where only these scenarios exist."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def run(self, *present: Scenario) -> tuple[int, list[str]]:
        self._monkeypatch.setattr(scenarios, "SCENARIOS", present)
        self._monkeypatch.setattr(stories, "STORIES", ())
        status = main(["lab", "run", "--all"])
        return status, self._capsys.readouterr().out.splitlines()


def test_each_scenario_has_its_row(shown: Shown) -> None:
    status, lines = shown.run(*TWO)
    assert status == 0
    assert lines[0].split("  ")[0] == "scenario"
    missing, grey = (next(line for line in lines if line.startswith(scenario.id)) for scenario in TWO)
    assert missing.split()[1:4] == ["chain-incomplete", "chain-incomplete", "ok"]
    assert "network-blocked (cannot tell)" in grey
    assert any("greylisted" in line for line in lines)
    assert lines[-1] == "All as expected, in 2 scenarios."


def test_what_differs_stands_below_and_counts(shown: Shown) -> None:
    wrong = replace(missing_intermediate.SCENARIO, expected=replace(TWO[0].expected, found=("expired",)))
    status, lines = shown.run(TWO[1], wrong)
    assert status == 1
    row = next(line for line in lines if line.startswith(wrong.id))
    assert row.split()[1:4] == ["expired", "chain-incomplete", "DIFF"]
    assert "    broken: expired: expected found, got not found" in lines
    assert lines[-1] == "1 of 2 scenarios differ from what is expected."


@pytest.mark.parametrize("width", [20, 80, 100, 200])
def test_no_rule_is_cut_and_columns_stay_in_line(width: int) -> None:
    scenario = wrong_order_with_root.SCENARIO
    table = Table.of((scenario,), width, lambda template: template.upper())
    comparison = Comparison("one", text("found"), text("found"))
    run = Run(scenario, (comparison,), (comparison,), ("chain-wrong-order", "chain-root-included", "expired"))
    lines = list(table.row(run))
    for column in (0, 1):
        start = len(scenario.id) + 2 + column * (table.rules + 2)
        cell = "".join(line[start : start + table.rules].strip() for line in lines)
        for rule in (run.rules, scenario.expected.found)[column == 0]:
            assert rule in cell
    assert lines[0].endswith("ok   2/2")
    assert all(line == line.rstrip() for line in (*lines, *table.head()))
