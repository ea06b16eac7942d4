"""A machine in memory: it remembers what is asked of it, and can fail, lose its power or its network at any call."""

from collections.abc import Callable
from dataclasses import dataclass, field
from fnmatch import fnmatch
from typing import Literal

from mailtrust.core.model.server_facts import Printed
from mailtrust.core.model.text import text
from mailtrust.edge.transport.machine import Failed, NotThere, RawFile, Unreachable

File = tuple[bytes, int, str]
"""Content, mode, owner."""

CHANGING = ("write", "keep", "remove", "run", "talk")


class PowerCut(BaseException):
    """Whoever runs this is gone at once, as after kill -9; what is on disks stays."""


@dataclass
class Trouble:
    """What happens at one call, counted from 1 over all calls of all machines that share it."""

    at: int = 0
    """0: never."""
    when: Literal["before", "after"] = "before"
    kind: Literal["fails", "power", "network", "full"] = "fails"
    """network: from there on nothing is reached; full: from there on nothing is written."""
    calls: int = 0

    def befall(self, when: str, what: str) -> None:
        """Be asked at each call, before and after what it does."""
        if when == "before":
            self.calls += 1
        now = self.at == self.calls and when == self.when
        if self.kind == "network" and self.at and (now or self.calls > self.at):
            raise Unreachable(text("The network is cut."))
        if self.kind == "full" and self.at and what in ("write", "keep") and when == "before" and self.calls >= self.at:
            raise Failed(text("The disk is full."))
        if now and self.kind == "power":
            raise PowerCut
        if now and self.kind == "fails":
            raise Failed(text("It failed."))


@dataclass
class FakeMachine:
    """Its programs are functions; `running` is what a server has taken up of the files."""

    name: str = "the fake"
    files: dict[str, File] = field(default_factory=dict)
    trouble: Trouble = field(default_factory=Trouble)
    calls: list[tuple[str, ...]] = field(default_factory=list)
    running: dict[str, File] = field(default_factory=dict)
    acts: list[str] = field(default_factory=list)
    programs: dict[str, Callable[["FakeMachine", str], int]] = field(default_factory=dict)
    closed: bool = False

    @property
    def changes(self) -> list[tuple[str, ...]]:
        """The calls that may change something."""
        return [call for call in self.calls if call[0] in CHANGING]

    async def read(self, path: str) -> RawFile:
        self._begin("read", path)
        if path not in self.files:
            raise NotThere(text("Expected {path}.", path=path))
        octets, mode, owner = self.files[path]
        self._end("read")
        return RawFile(octets, mode, owner, path)

    async def names(self, pattern: str) -> tuple[str, ...]:
        self._begin("names", pattern)
        self._end("names")
        return tuple(sorted(path for path in self.files if fnmatch(path, pattern)))

    async def run(self, command: tuple[str, ...], said: str = "", seconds: int = 60) -> Printed:
        self._begin("run", *command)
        status = self.programs.get(command[0], _taken_up)(self, said)
        self._end("run")
        return Printed(status, "", "it says why" if status else "")

    async def write(self, path: str, octets: bytes, *, mode: int, owner: str | None, new: bool = False) -> None:
        self._begin("write", path)
        if new and path in self.files:
            raise Failed(text("It exists."))
        self.files[path] = octets, mode, owner or "0:0"
        self._end("write")

    async def keep(self, path: str, copy: str) -> None:
        self._begin("keep", path, copy)
        if path not in self.files:
            raise NotThere(text("Expected {path}.", path=path))
        self.files[copy] = self.files[path]
        self._end("keep")

    async def remove(self, path: str) -> None:
        self._begin("remove", path)
        self.files.pop(path, None)
        self._end("remove")

    async def talk(self, socket: str, command: bytes, seconds: int = 10) -> str:
        self._begin("talk", socket, command.decode())
        self.acts.append(command.decode())
        self._end("talk")
        return "Success!\n"

    async def close(self) -> None:
        self.closed = True

    def _begin(self, *what: str) -> None:
        self.calls.append(what)
        self.trouble.befall("before", what[0])

    def _end(self, what: str) -> None:
        self.trouble.befall("after", what)


def _taken_up(machine: FakeMachine, _: str) -> int:
    machine.running = {path: file for path, file in machine.files.items() if not path.startswith("/var/")}
    return 0
