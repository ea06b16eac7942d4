"""The command as a person uses it, on worlds of the lab that are up while a test module runs."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import pytest

from mailtrust.cli.main import main
from mailtrust.lab.scenarios import scenario_by_id
from mailtrust.lab.world import World

COMMAND = (sys.executable, "-m", "mailtrust")


@dataclass(frozen=True)
class Done:
    """What came of a command."""

    status: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        return self.out.decode("utf-8")


class LabThread:
    """A world of the lab, on a thread and a loop of its own."""

    def __init__(self, folder: Path, scenario: str, domain: str = "example.test") -> None:
        self.world = World(folder, now=datetime.now(UTC), domain=domain)
        scenario_by_id(scenario).build(self.world)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    @property
    def given(self) -> tuple[str, ...]:
        """The target and how it is reached."""
        return (self.world.target, *self.flags)

    @property
    def flags(self) -> tuple[str, ...]:
        """How every name of this world is reached, from any folder."""
        flags = list(self.world.flags(self.world.domain))
        if "--roots" in flags:
            flags[flags.index("--roots") + 1] = str(self.world.folder / "root.pem")
        return tuple(flags)

    def url(self, scheme: str) -> str:
        return self.world.url("mail", scheme)

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self.world.start(), self._loop).result()
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self.world.stop(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], LabThread]]:
    """Worlds by the names of their scenarios, each brought up once."""
    up: dict[tuple[str, str], LabThread] = {}

    def give(scenario: str, domain: str = "example.test") -> LabThread:
        if (scenario, domain) not in up:
            up[scenario, domain] = LabThread(tmp_path_factory.mktemp(scenario), scenario, domain).__enter__()
        return up[scenario, domain]

    yield give
    for world in up.values():
        world.__exit__()


@pytest.fixture
def incomplete(lab: Any) -> LabThread:
    """A world whose one host sends no intermediate."""
    return lab("missing-intermediate")


@pytest.fixture
def healthy(lab: Any) -> LabThread:
    """A world without a fault."""
    return lab("healthy")


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing that this machine's user has set or met gets into a test, nor a test's certificates into their cache."""
    for name in tuple(os.environ):
        if name.lower().endswith("_proxy") or name in ("NO_COLOR", "COLUMNS", "MAILTRUST_DEBUG"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("LANGUAGE", "en")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


@pytest.fixture
def run(capsysbinary: pytest.CaptureFixture[bytes]) -> Callable[..., Done]:
    """Run a command in this process; what it does not catch itself is the test's failure."""

    def command(*arguments: str | Path) -> Done:
        capsysbinary.readouterr()
        try:
            status = main([str(argument) for argument in arguments])
        except SystemExit as leaving:
            status = int(leaving.code or 0)
        out, err = capsysbinary.readouterr()
        said = err.decode("utf-8")
        assert "mistake of its own" not in said, said
        assert "Traceback" not in said, said
        return Done(status, out, said)

    return command


@pytest.fixture
def key(incomplete: LabThread) -> Path:
    return Path(incomplete.world.listener("mail", "imaps").folder / "key.pem")


@pytest.fixture
def chain(incomplete: LabThread) -> list[str]:
    """Fingerprints of what should be presented."""
    pki = incomplete.world.pki
    return [one.fingerprint for one in pki.issued["mail.example.test"].chain]


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "secret"
    path.write_bytes(b"geheim\r\nand not this\n")
    return path
