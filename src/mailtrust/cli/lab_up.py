"""`mailtrust lab up`: keep a scenario's or a story's world up to play with, until Ctrl-C."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from mailtrust.cli import exit_status
from mailtrust.cli.translations import current
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import Text, text

if TYPE_CHECKING:
    from mailtrust.lab.scenario import Scenario
    from mailtrust.lab.stories.parts.story import Story
    from mailtrust.lab.world import World

LOOK_AGAIN_SECONDS = 0.5
"""How often a world that is up looks whether somebody installed another certificate."""


def up(name: str, folder: Path | None) -> int:
    """Keep up the scenario or the story of that name; a report's number means its first story."""
    import asyncio
    import tempfile

    from mailtrust.lab.scenarios import scenario_by_id
    from mailtrust.lab.stories import stories_called

    stories = stories_called(name)
    for story in stories[:1]:
        story.expect_programs()
    scenario = None if stories else scenario_by_id(name)
    try:
        with tempfile.TemporaryDirectory(prefix="mailtrust-lab-") as temporary:
            place = folder.resolve() if folder is not None else Path(temporary)
            place.mkdir(parents=True, exist_ok=True)
            if stories and any(place.iterdir()):
                raise UserProblem(text("Expected an empty folder for the world, got {folder}.", folder=str(place)))
            asyncio.run(_keep_up(scenario, place) if scenario is not None else _keep_story_up(stories[0], place))
    except KeyboardInterrupt:
        _say(_translated(text("The world is down.")))
    return exit_status.CLEAN


async def _keep_up(scenario: "Scenario", folder: Path) -> None:
    """Until Ctrl-C."""
    import asyncio
    from datetime import UTC, datetime

    from mailtrust.lab.guide import write_guide
    from mailtrust.lab.world import World

    world = World(folder, now=datetime.now(UTC))
    scenario.build(world)
    async with world:
        _say(f"{scenario.id}: {_translated(scenario.title)}\n")
        _say(write_guide(world, current()))
        _say(_translated(text("The world is up. Ctrl-C takes it down.")))
        while True:
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
            _reload_changed(world)


def _reload_changed(world: "World") -> None:
    """Let servers whose folder has changed present what stands there now."""
    from mailtrust.lab.lab_error import LabError

    for listener in world.listeners:
        if not listener.changed:
            continue
        try:
            listener.reload()
        except LabError as problem:
            _say(_translated(problem.message))
        else:
            place = f"{listener.host}:{listener.port}"
            _say(_translated(text("{place} presents what stands in its folder now.", place=place)))


async def _keep_story_up(story: "Story", folder: Path) -> None:
    """Until Ctrl-C."""
    import asyncio
    from datetime import UTC, datetime

    from mailtrust.lab.stories.parts.play import Play, write_guide

    async with story.place(folder, datetime.now(UTC)) as place:
        play = Play(place)
        _say(f"{story.id}: {_translated(story.title)}\n")
        _say(write_guide(place, current()))
        _say(_translated(text("The world is up. Ctrl-C takes it down.")))
        place.watch = _visited
        while True:
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
            try:
                changed = await play.look()
            except UserProblem as problem:
                changed = problem.message
            if changed is not None:
                _say(_translated(changed))


def _visited(host: str, port: int) -> None:
    place = f"{host or '?'}:{port}"
    _say(_translated(text("Somebody came to {place}.", place=place)))


def _translated(sentence: Text) -> str:
    return sentence.render(current())


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
