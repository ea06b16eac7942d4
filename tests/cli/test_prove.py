"""`mailtrust prove` as a script uses it: what the exit status tells."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]


@pytest.mark.parametrize(("scenario", "status"), [("expired-leaf", 1), ("healthy", 0)])
def test_a_plan_that_promises_nothing_proves_nothing(
    run: Run, lab: Any, tmp_path: Path, scenario: str, status: int
) -> None:
    world, plan = lab(scenario), tmp_path / "plan.json"
    made = run("plan", world.url("imaps"), *world.flags, "-o", plan)
    assert (made.status, json.loads(plan.read_bytes())["cures"]) == (status, [])
    proof = run("prove", plan, "--format", "json")
    assert proof.status == status
    assert "This plan promises no cure: the exit status tells whether anything is wrong.\n" in proof.err
    assert bool(json.loads(proof.out)["remaining"]) is bool(status)


def test_a_plan_is_proven_by_what_it_promises(run: Run, lab: Any, tmp_path: Path) -> None:
    """What is still as it was is not proven, and nothing is said of a plan without a promise."""
    world, plan = lab("missing-intermediate"), tmp_path / "plan.json"
    assert run("plan", world.url("imaps"), *world.flags, "-o", plan).status == 0
    proof = run("prove", plan)
    assert proof.status == 1
    assert "promises no cure" not in proof.err
