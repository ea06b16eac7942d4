"""Apply a plan to real files, and kill whoever does it at one of the calls that change something.

    python -m tests.apply.killing FOLDER apply|undo

Each run is a process of its own: kill -9 takes it away. Prints what another run then makes of what was left. `once`
instead applies it and kills nothing, for whoever traces it.
"""

import asyncio
import ctypes
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.apply.world import plan_of

from mailtrust.core.model.applied import Applied, Happening
from mailtrust.core.model.plan import NothingToUndo, Plan, PlanStep, PutBack, RunCommand, TakeUpAgain, WriteFile
from mailtrust.core.model.settings import Server
from mailtrust.core.model.text import text
from mailtrust.edge.transport.local import LocalMachine
from mailtrust.edge.transport.state import State
from mailtrust.flows.apply import apply, interrupted, recover, remembered, undo
from mailtrust.flows.apply_session import Surroundings, Verdict

OLD = {"chain.pem": b"old chain\n", "server.conf": b"old words\n"}
NEW = {"chain.pem": b"new chain\n", "server.conf": b"new words\n", "new.pem": b"new pair\n"}
SERVER = '#!/bin/sh\n[ "$1" = test ] || cp {etc}/* {running}/\n'
PR_SET_CHILD_SUBREAPER = 36
CHANGING = ("fsync", "replace", "link", "unlink", "mkdir", "write", "ftruncate", "fchmod")


def prepare(folder: Path) -> None:
    """The files of a server that runs, all old."""
    shutil.rmtree(folder, ignore_errors=True)
    for name in ("etc", "running"):
        (folder / name).mkdir(parents=True)
        for file, content in OLD.items():
            (folder / name / file).write_bytes(content)
    (folder / "server").write_text(SERVER.format(etc=folder / "etc", running=folder / "running"))
    (folder / "server").chmod(0o755)


def plan_for(folder: Path) -> tuple[Plan, bytes]:
    """All old becomes all new."""

    def step(number: int, do: Any, undo: Any) -> PlanStep:
        return PlanStep(str(number), "one", text("Do it."), do, undo)

    server = str(folder / "server")
    steps = (
        step(1, WriteFile(str(folder / "etc/new.pem"), NEW["new.pem"], new=True, mode=0o600), PutBack()),
        step(2, WriteFile(str(folder / "etc/chain.pem"), NEW["chain.pem"]), PutBack()),
        step(3, WriteFile(str(folder / "etc/server.conf"), NEW["server.conf"]), PutBack()),
        step(4, RunCommand((server, "test")), NothingToUndo()),
        step(5, RunCommand((server, "reload")), TakeUpAgain()),
    )
    return plan_of(steps, reach=lambda _: "local")


def shown(folder: Path) -> dict[str, bytes]:
    """Everything that stands in the server's folder, temporary files too."""
    return {path.name: path.read_bytes() for path in (folder / "etc").iterdir()}


def running(folder: Path) -> dict[str, bytes]:
    """What the server has taken up."""
    return {path.name: path.read_bytes() for path in (folder / "running").iterdir()}


async def run(folder: Path, what: str) -> Applied:
    """Apply, recover or undo."""
    plan, octets = plan_for(folder)
    state, around = State(folder / "state"), _around(folder)
    with state.held():
        if what == "recover":
            (one,) = interrupted(state)
            return await recover(remembered(state, one), state, around)
        if what == "undo":
            return await undo(plan, state, around)
        return await apply(plan, octets, state, around)


def _around(folder: Path) -> Surroundings:
    async def differing(_: Plan) -> Sequence[str]:
        return ()

    async def prove(_: Plan, __: tuple[str, ...]) -> Verdict:
        good = all(running(folder).get(name) == content for name, content in NEW.items())
        return Verdict(good, text("It is so.") if good else text("It is not so."))

    def machine(_: Server) -> LocalMachine:
        return LocalMachine()

    def told(_: Happening) -> None:
        pass

    return Surroundings(
        machine=machine,
        differing=differing,
        prove=prove,
        zone=lambda _: None,  # type: ignore[arg-type, return-value]
        stored_key=lambda _: b"",
        agree=lambda *_: None,
        ask=None,
        tell=told,
    )


class Killer:
    """Counts, and kills."""

    def __init__(self, at: int, when: str) -> None:
        self.at, self.when, self.calls = at, when, 0

    def take_hold(self) -> None:
        """Stand between the program and the system."""
        for name in CHANGING:
            setattr(os, name, self._between(getattr(os, name)))
        start = asyncio.create_subprocess_exec

        async def started(*arguments: Any, **options: Any) -> Any:
            self._met("before")
            process = await start(*arguments, **options)
            self._met("after")
            return process

        asyncio.create_subprocess_exec = started

    def _between(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def called(*arguments: Any, **options: Any) -> Any:
            self._met("before")
            try:
                return real(*arguments, **options)
            finally:
                self._met("after")

        return called

    def _met(self, when: str) -> None:
        self.calls += when == "before"
        if self.calls == self.at and when == self.when:
            os.kill(os.getpid(), signal.SIGKILL)


def loop(folder: Path, act: str) -> list[dict[str, object]]:
    """Kill it at every call, before and after; then let another process bring it to an end, and see what stands."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    prepare(folder)
    if act == "undo":
        _in_child(folder, "apply")
    calls = _in_child(folder, act)[0]
    seen = []
    for at in range(1, calls + 1):
        for when in ("before", "after"):
            prepare(folder)
            if act == "undo":
                _in_child(folder, "apply")
            killed = _in_child(folder, act, at, when)
            with suppress(ChildProcessError):
                while True:  # what it had started ends by itself
                    os.wait()
            left_open = bool(interrupted(State(folder / "state")))
            outcome = _in_child(folder, "recover" if left_open else act)[1]
            seen.append(
                {
                    "at": at,
                    "when": when,
                    "killed": killed[1] == "killed",
                    "outcome": outcome,
                    "files": _named(shown(folder)),
                    "running": _named({name: running(folder)[name] for name in OLD}),
                    "open": bool(interrupted(State(folder / "state"))),
                    "copies": [path.name for path in (folder / "state/plans").rglob("kept/*")],
                }
            )
    return seen


def _named(files: dict[str, bytes]) -> str:
    if files == OLD:
        return "old"
    known = {name: NEW[name] for name in files if name in NEW}
    return "new" if files == known and set(files) >= set(OLD) else repr(files)


def _in_child(folder: Path, act: str, at: int = 0, when: str = "") -> tuple[int, str]:
    """How many calls it made, and the outcome; or that it was killed."""
    ear, mouth = os.pipe()
    child = os.fork()
    if child == 0:
        killer = Killer(at, when)
        real = os.write
        killer.take_hold()
        ended = asyncio.run(run(folder, act))
        real(mouth, json.dumps([killer.calls, ended.outcome]).encode())
        os._exit(0)
    os.close(mouth)
    _, status = os.waitpid(child, 0)
    with os.fdopen(ear, "rb") as file:
        said = file.read()
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        return 0, "killed"
    calls, outcome = json.loads(said)
    return calls, outcome


if __name__ == "__main__":
    place, wanted = Path(sys.argv[1]), sys.argv[2]
    if wanted == "once":
        print(asyncio.run(run(place, "apply")).outcome)  # noqa: T201
    else:
        print(json.dumps(loop(place, wanted)))  # noqa: T201
