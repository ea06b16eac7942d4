"""Whatever is broken in a world: check, bundle and check --with say something about it, and never fall over it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from mailtrust.lab.scenarios import SCENARIOS

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "schemas" / "report-1.json").read_bytes())


@pytest.mark.long
@pytest.mark.parametrize("scenario", [scenario.id for scenario in SCENARIOS])
def test_every_command_has_an_answer(run: Callable[..., Any], lab: Any, tmp_path: Path, scenario: str) -> None:
    world, case, bundle = lab(scenario), tmp_path / "case.json", tmp_path / "bundle.pem"
    looked = run("check", *world.given, "--save", case, "--format", "json")
    assert looked.status in (0, 1, 3)
    jsonschema.validate(json.loads(looked.out), SCHEMA)
    assert run("check", "--from", case, "--format", "json").out == looked.out
    for lang in ("en", "fr", "zh"):
        assert run("check", "--from", case, "--lang", lang).out
    made = run("bundle", *world.given, "-o", bundle)
    assert made.err
    assert bundle.exists() is (made.status in (0, 1))
    if bundle.exists():
        assert run("check", "--from", case, "--with", bundle).out
