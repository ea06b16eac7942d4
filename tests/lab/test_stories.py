"""Whole domains with real servers: broken, planned, cured as the plan says, and proven."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mailtrust.cli.main import main
from mailtrust.lab.daemons import NotInstalledError, program
from mailtrust.lab.lab_error import LabError
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


async def test_a_walk_that_fails_says_why(tmp_path: Path) -> None:
    with pytest.raises(LabError, match="Expected an ADDRESS"):
        await parts.walked(tmp_path)
