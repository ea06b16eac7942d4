"""What a story is: servers of Debian's, a fault, the plan that `mailtrust` makes of it, and the proof."""

import asyncio
import json
import os
import sys
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.text import Text, text
from mailtrust.lab.daemons import NotInstalledError, program
from mailtrust.lab.lab_error import LabError
from mailtrust.lab.runner import Comparison
from mailtrust.lab.stories.parts.companies import Companies

WELL, WARNED, LOST = text("well"), text("warned"), text("finds nothing")


@frozen
class Told:
    """What was expected and what came, before and after; and what was done in between."""

    broken: tuple[Comparison, ...]
    done: tuple[str, ...]
    """Each command of the plan that was carried out, in a line."""
    cured: tuple[Comparison, ...]

    @property
    def holds(self) -> bool:
        """Whether everything came as expected."""
        return all(one.holds for one in (*self.broken, *self.cured))


@frozen
class Story:
    """A way in which whole domains are broken in the world outside, with real servers."""

    id: str
    title: Text
    programs: tuple[tuple[str, str], ...]
    """What must be installed: program, and Debian's package."""
    place: Callable[[Path, datetime], Companies]
    """Its world as it is broken, in an empty folder."""
    tell: Callable[[Path, datetime], Coroutine[Any, Any, Told]]
    """Run it in an empty folder."""
    also_called: tuple[str, ...] = ()

    def lacks(self) -> Text | None:
        """Why it cannot be told on this machine: everything that is missing."""
        missing = []
        for name, package in self.programs:
            try:
                program(name, package)
            except NotInstalledError:
                missing.append(package)
        if not missing:
            return None
        return text(
            "{story} needs servers that are not on this machine: apt install {packages}",
            story=self.id,
            packages=" ".join(dict.fromkeys(missing)),
        )

    def expect_programs(self) -> None:
        """Raises LabError that names everything that is missing."""
        if lacking := self.lacks():
            raise LabError(lacking)


async def walked(folder: Path, *arguments: str) -> list[dict[str, Any]]:
    """The walks that `mailtrust discover` tells, as a program reads them. Raises LabError where it tells none."""
    # Neither the settings of this user nor what the lab made up may get mixed up with the other.
    environment = {**os.environ, "HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "XDG_CACHE_HOME": str(folder)}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "mailtrust", "discover", *arguments, "--format", "json",
        cwd=folder, env=environment, stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    said, problem = await process.communicate()
    if process.returncode not in (0, 1):
        raise LabError(text("mailtrust discover failed: {said}", said=clean(problem.decode(errors="replace"), 1000)))
    found = json.loads(said)
    return found if isinstance(found, list) else [found]


def outcome(walk: dict[str, Any]) -> Text:
    """What becomes of one client."""
    if walk["well"]:
        return WELL
    return LOST if walk["found"] is None else WARNED


def compared(walks: Sequence[dict[str, Any]], expected: Callable[[str, str], Text | None]) -> tuple[Comparison, ...]:
    """Each walk beside what is expected of that client and address; None: nothing is."""
    return tuple(
        Comparison(f"{walk['client']} for {walk['address']}", wanted, outcome(walk))
        for walk in walks
        if (wanted := expected(walk["client"], walk["address"])) is not None
    )
