"""`check --quick`: the same chains and verdicts by one connection a port; what only other offers show is left out."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mailtrust.lab.scenarios import SCENARIOS


def judged(report: dict[str, Any]) -> dict[str, Any]:
    """What each client thinks of what the default offer met; not by which path: the second run remembers issuers."""
    ends = {end["id"]: end for end in report["endpoints"] if end["offer"] == "default"}
    said: dict[str, Any] = {name: (end["result"], end["presented_chain"]) for name, end in ends.items()}
    for verdict in report["verdicts"]:
        if verdict["endpoint"] in ends:
            codes = sorted(reason["code"] for reason in verdict["reasons"])
            said[f"{verdict['endpoint']} {verdict['client']}"] = (
                verdict["outcome"],
                codes,
            )
    return said


def compare(run: Callable[..., Any], world: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    asked = ("check", *world.given, "--format", "json")
    whole, quick = json.loads(run(*asked).out), json.loads(run(*asked, "--quick").out)
    assert {end["offer"] for end in quick["endpoints"]} == {"default"}
    assert judged(quick) == judged(whole)
    return whole, quick


def test_a_missing_intermediate_is_found(run: Callable[..., Any], lab: Any) -> None:
    whole, quick = compare(run, lab("missing-intermediate"))
    assert {one["rule"] for one in quick["findings"]} == {one["rule"] for one in whole["findings"]}
    assert {end["tls_version"] for end in quick["endpoints"] if end["result"] == "handshake"} == {"TLSv1.2"}
    assert all(end["key_proven"] for end in quick["endpoints"] if end["result"] == "handshake")


def test_recorded_facts_are_not_looked_at_quickly(run: Callable[..., Any], lab: Any, tmp_path: Path) -> None:
    world, case = lab("missing-intermediate"), tmp_path / "case.json"
    run("check", *world.given, "--quick", "--save", case)
    assert run("check", "--from", case).status == 1
    asked = run("check", "--from", case, "--quick")
    assert asked.status == 2
    assert "--quick" in asked.err


@pytest.mark.long
@pytest.mark.parametrize("scenario", [scenario.id for scenario in SCENARIOS])
def test_every_scenario_is_judged_alike(run: Callable[..., Any], lab: Any, scenario: str) -> None:
    whole, quick = compare(run, lab(scenario))
    assert {one["rule"] for one in quick["findings"]} <= {one["rule"] for one in whole["findings"]}
