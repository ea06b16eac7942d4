"""A scenario of the lab, to be served by a real program instead of the lab's own listeners."""

import asyncio
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from mailtrust.core.x509.pem import find_pem
from mailtrust.lab.listener import BUNDLE, KEY, NAMELESS, SECOND, Listener
from mailtrust.lab.manners import Manners
from mailtrust.lab.scenario import Scenario
from mailtrust.lab.world import World

PAIR = (BUNDLE, KEY)


@dataclass(frozen=True)
class Face:
    """What one server shows: a chain with its key, and what it shows besides to others."""

    folder: Path
    manners: Manners

    @property
    def nameless(self) -> Path | None:
        """What who gives no server name gets instead."""
        return folder if (folder := self.folder / NAMELESS).exists() else None

    @property
    def second(self) -> Path | None:
        """What who takes no RSA gets instead."""
        return folder if (folder := self.folder / SECOND).exists() else None


@dataclass(frozen=True)
class Broken:
    """What is wrong, and what would be right."""

    scenario: Scenario
    host: str
    faces: tuple[Face, ...]
    """The different ones; the first is the one that is met first."""
    new: Path | None
    """A folder with the chain and key that cure it, where the certificate itself must be another; else None."""
    roots: Path


@contextmanager
def broken(scenario: Scenario, folder: Path) -> Iterator[Broken]:
    """Build the scenario's world; its AIA host answers meanwhile."""
    world = World(folder / "lab", now=datetime.now(UTC).replace(microsecond=0))
    (folder / "lab").mkdir()
    with _running(world):
        scenario.build(world)
        seen = tuple(_of_the_target(world))
        before = folder / "before"
        shutil.copytree(world.folder, before)
        for one in (before, *(path for path in before.rglob("*") if path.is_dir())):
            one.chmod(0o755)  # servers read as users of their own
        faces: dict[bytes, Face] = {}
        for listener in seen:
            face = Face(before / listener.folder.relative_to(world.folder), listener.manners)
            faces.setdefault(_shown(face), face)
        scenario.cure(world)
        known = {_leaf(one) for face in faces.values() for one in (face.folder, face.second) if one is not None}
        shown = (one.folder / place for one in _of_the_target(world) for place in ("", SECOND))
        another = next((one for one in shown if one.exists() and _leaf(one) not in known), None)
        # A new certificate may want a root that only its cure brings to clients.
        roots = (world.folder if another else before) / "root.pem"
        yield Broken(scenario, seen[0].host, tuple(faces.values()), another, roots)


def _of_the_target(world: World) -> Iterator[Listener]:
    host = world.target.rpartition("//")[2].rpartition("@")[2].partition(":")[0].strip("[]")
    found = [one for one in world.listeners if one.host == host and one.published]
    yield from found or [one for one in world.listeners if one.published]


def _shown(face: Face) -> bytes:
    folders = (face.folder, face.nameless, face.second)
    return b"".join((one / name).read_bytes() for one in folders if one is not None for name in PAIR)


def _leaf(folder: Path) -> bytes:
    return next((block.data for block in find_pem((folder / BUNDLE).read_bytes())), b"")


@contextmanager
def _running(world: World) -> Iterator[None]:
    """The AIA host in a thread of its own, so that everything else may be called as people call it."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(world.aia.start(), loop).result(10)
    try:
        yield
    finally:
        asyncio.run_coroutine_threadsafe(world.stop(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
