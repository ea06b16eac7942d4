"""Whole domains with real servers: broken, planned, cured as the plan says, and proven."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mailtrust.cli.main import main
from mailtrust.lab.daemons import NotInstalledError, program
from mailtrust.lab.lab_error import LabError
from mailtrust.lab.scenarios import SCENARIOS
from mailtrust.lab.stories import STORIES, stories_called
from mailtrust.lab.stories.parts import story as parts
from mailtrust.lab.stories.parts.story import Story


@pytest.mark.long
@pytest.mark.real_server
@pytest.mark.parametrize("story", STORIES, ids=[story.id for story in STORIES])
async def test_every_story_ends_well(story: Story, tmp_path: Path) -> None:
    try:
        for name, package in story.programs:
            program(name, package)
    except NotInstalledError as missing:
        pytest.skip(str(missing))
    told = await story.tell(tmp_path, datetime.now(UTC))
    assert not [str(one) for one in (*told.broken, *told.cured) if not one.holds]
    assert any(line.startswith("nsupdate ") and "update add" in line for line in told.done)
    assert any(line.startswith("mailtrust cert request ") for line in told.done)
    assert len(told.cured) > len(told.broken)


def test_a_reports_number_names_all_its_variants(capfdbinary: Any) -> None:
    assert stories_called("004") == STORIES
    assert stories_called(STORIES[1].id) == (STORIES[1],)
    assert stories_called("good") == ()
    assert main(["lab", "list"]) == 0
    shown = capfdbinary.readouterr().out.decode()
    assert all(story.id in shown for story in STORIES)


def test_everything_that_is_missing_is_named_before_anything_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(name: str, package: str) -> str:
        if package == "nginx":
            return name
        return program(f"no-such-{name}", package)

    monkeypatch.setattr(parts, "program", nowhere)
    with pytest.raises(LabError) as caught:
        STORIES[0].expect_programs()
    assert str(caught.value).endswith("apt install knot unbound bind9-dnsutils")


def test_all_leaves_out_what_this_machine_cannot_tell(capfdbinary: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mailtrust.lab.scenarios.SCENARIOS", SCENARIOS[:1])
    lacking = replace(STORIES[0], programs=(("no-such-program", "nowhere"),))
    monkeypatch.setattr("mailtrust.lab.stories.STORIES", (lacking,))
    assert main(["lab", "run", "--all"]) == 0
    shown = capfdbinary.readouterr().out.decode()
    assert f"Left out: {lacking.id} needs servers that are not on this machine: apt install nowhere" in shown
    assert shown.endswith("All as expected, in 1 scenarios.\n")


@pytest.mark.real_server
def test_a_story_stays_up_and_takes_up_what_is_changed(tmp_path: Path) -> None:
    try:
        STORIES[0].expect_programs()
    except LabError as missing:
        pytest.skip(str(missing))
    folder = tmp_path / "world"
    command = [sys.executable, "-m", "mailtrust", "lab", "up", "004", "--folder", str(folder)]
    english = {**os.environ, "LC_ALL": "C.UTF-8", "LANGUAGE": "en"}

    def told(script: str) -> str:
        done = subprocess.run(["sh", "-c", f". ./lab.env; {script}"], cwd=folder, capture_output=True, text=True,
                              check=False, env=english)  # fmt: skip
        return done.stdout

    def found() -> list[bool]:
        command = f"{sys.executable} -m mailtrust discover bob@companyb.test carl@companyc.test"
        walks = json.loads(told(f"{command} $FLAGS --client ews-api --format json"))
        return [walk["found"] is not None for walk in walks]

    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=english) as process:
        try:
            assert process.stdout is not None
            assert any("Ctrl-C" in line for line in process.stdout)
            (update,) = (line for line in (folder / "README.txt").read_text().splitlines() if "| nsupdate" in line)
            assert found() == [False, False]
            told(update)
            with (folder / "certificate-names.txt").open("a") as names:
                names.write("autodiscover.companyb.test\n")
            assert any("issued a certificate" in line for line in process.stdout)
            # nginx has its new files a moment after the signal.
            assert any(found() == [True, True] for _ in range(5))
            assert next(process.stdout).startswith("Somebody came to ")
            (folder / "certificate-names.txt").write_text("no name\x07\n")
            assert any("no name" in line or "\\x07" in line for line in process.stdout)
        finally:
            process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
    again = subprocess.run(command, capture_output=True, text=True, check=False, env=english)
    assert (again.returncode, "Expected an empty folder" in again.stderr) == (2, True)


async def test_a_walk_that_fails_says_why(tmp_path: Path) -> None:
    with pytest.raises(LabError, match="Expected an ADDRESS"):
        await parts.walked(tmp_path)
