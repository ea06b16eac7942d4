"""`mailtrust apply` as a person and as a script use it: questions, signals, what is said, and the exit status."""

import asyncio
import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from jsonschema import validate

from mailtrust.core.formats.plan_file import encode_plan
from mailtrust.core.model.plan import (
    AskPerson,
    NothingToUndo,
    NoWayBack,
    Plan,
    PlanStep,
    PutBack,
    RunBack,
    RunCommand,
    UndoneByPerson,
    WriteFile,
)
from mailtrust.core.model.settings import Server
from mailtrust.core.model.text import text
from mailtrust.core.report.schemas import schemas
from mailtrust.core.targets.configured import nginx
from mailtrust.core.targets.mending.surveyed import Surveyed
from mailtrust.edge.transport.local import LocalMachine
from mailtrust.flows.survey import facts_of, survey

pty = pytest.importorskip("pty", reason="these tests need POSIX terminals")
COMMAND = (sys.executable, "-m", "mailtrust")
Run = Callable[..., Any]


@dataclass(frozen=True)
class Prepared:
    """A plan for files of this machine; what is looked at afterwards is a healthy world."""

    folder: Path
    world: Any

    @property
    def file(self) -> Path:
        return self.folder / "etc" / "words"

    @property
    def arguments(self) -> tuple[str, ...]:
        return "apply", str(self.folder / "plan.json"), "--state", str(self.folder / "state")

    def plan(self, *steps: PlanStep) -> None:
        """Write it, with these steps behind the file's."""
        server = Server("files", (), "nginx", "local", configuration=str(self.folder / "nginx.conf"))
        found = asyncio.run(survey(server, nginx, LocalMachine()))
        assert isinstance(found, Surveyed)
        write = PlanStep("1", "files", text("Write other words."), WriteFile(str(self.file), b"new"), PutBack())
        made = Plan(
            target=self.world.url("imaps"),
            made=datetime.now(UTC),
            version="1",
            looking=(*self.world.flags, "--client", "openssl"),
            facts=facts_of([found]),
            steps=(write, *steps),
            cures=(),
            left=(),
            before=(),
            after=(),
            servers=(server,),
        )
        (self.folder / "plan.json").write_bytes(encode_plan(made, lambda sentence: sentence))

    def script(self, name: str, lines: str) -> str:
        """A program."""
        path = self.folder / name
        path.write_text(f"#!/bin/sh\n{lines}\n")
        path.chmod(0o755)
        return str(path)


@pytest.fixture
def prepared(healthy: Any, tmp_path: Path) -> Prepared:
    (tmp_path / "etc").mkdir()
    (tmp_path / "nginx.conf").write_text("events {}\n")
    made = Prepared(tmp_path, healthy)
    made.file.write_bytes(b"old")
    made.plan()
    return made


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    """A person's end and the command's."""
    ours, theirs = pty.openpty()
    yield ours, theirs
    os.close(ours)
    os.close(theirs)


def test_a_script_says_yes_beforehand(run: Run, prepared: Prepared) -> None:
    refused = run(*prepared.arguments)
    assert (refused.status, prepared.file.read_bytes()) == (2, b"old")
    assert "standard input is no terminal, so nobody can be asked. Give --yes to go on." in refused.err
    done = run(*prepared.arguments, "--yes")
    assert (done.status, prepared.file.read_bytes()) == (0, b"new"), done.err
    assert "1. files: Write other words." in done.text
    assert done.text.endswith("Done: the plan is applied, and proven on the wire.\n")
    assert "1. Write other words.\n" in done.err
    again = run(*prepared.arguments)  # nothing to do, so nothing to ask
    assert (again.status, again.text.splitlines()[0]) == (0, "Nothing was done.")
    back = run(*prepared.arguments, "--undo", "--yes")
    assert (back.status, prepared.file.read_bytes()) == (0, b"old")


def test_one_way_to_a_machine_does_for_reading_and_changing(
    run: Run, prepared: Prepared, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By SSH each is a connection."""
    opened = []

    def open_one(server: Server, roots: object) -> LocalMachine:
        opened.append(server.name)
        return LocalMachine()

    monkeypatch.setattr("mailtrust.edge.transport.reaching.machine_for", open_one)
    assert run(*prepared.arguments, "--yes").status == 0
    assert opened == ["files"]


@pytest.mark.parametrize(
    ("said", "status", "left"), [(b"y\n", 0, b"new"), (b"\n", 2, b"old"), (b"n\n", 2, b"old"), (b"\x03", 2, b"old")]
)
def test_a_person_is_asked(
    prepared: Prepared, terminal: tuple[int, int], said: bytes, status: int, left: bytes
) -> None:
    ours, theirs = terminal
    process = subprocess.Popen(
        [*COMMAND, *prepared.arguments], stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
        preexec_fn=lambda: _own_terminal(theirs),  # noqa: PLW1509 - Ctrl-C comes from a terminal of its own
    )  # fmt: skip
    shown = _until(ours, "Do exactly this? [y/N] ")
    assert prepared.file.read_bytes() == b"old"
    os.write(ours, said)
    assert process.wait() == status
    assert prepared.file.read_bytes() == left
    assert "Write other words." in shown
    assert status == 0 or "Nothing was changed." in _until(ours, "Nothing was changed.")


def test_a_persons_own_step_is_asked_for(prepared: Prepared, terminal: tuple[int, int], run: Run) -> None:
    click = AskPerson((text("Console"), text("Certificates")), command="iisreset")
    prepared.plan(PlanStep("2", "", text("Click there."), click, UndoneByPerson(text("Click back."))))
    refused = run(*prepared.arguments, "--yes")
    assert (refused.status, prepared.file.read_bytes()) == (2, b"old")
    assert "Step 2 has to be done by a person, and standard input is no terminal" in refused.err
    ours, theirs = terminal
    process = subprocess.Popen([*COMMAND, *prepared.arguments, "--yes"], stdin=theirs, stdout=theirs, stderr=theirs)
    shown = _until(ours, "Is it done? [y/N] ")
    assert "Certificates" in shown
    assert "iisreset" in shown
    os.write(ours, b"y\n")
    assert process.wait() == 0


def test_what_fails_has_its_exit_status(run: Run, prepared: Prepared) -> None:
    prepared.plan(PlanStep("2", "files", text("Fail."), RunCommand(("false",)), NothingToUndo()))
    failed = run(*prepared.arguments, "--yes")
    assert (failed.status, prepared.file.read_bytes()) == (4, b"old")
    assert "false failed on this machine with status 1" in failed.err
    assert "What was begun has been taken back." in failed.text
    prepared.plan(PlanStep("2", "files", text("Fail."), RunCommand(("false",)), RunBack(RunCommand(("false",)))))
    failed = run(*prepared.arguments, "--yes")
    assert (failed.status, prepared.file.read_bytes()) == (5, b"old")
    assert "NOT everything could be taken back." in failed.text
    assert "2. files: Fail." in failed.text.partition("Not taken back")[2]
    assert "run the same command again: it is taken back then" in " ".join(failed.text.split())


def test_a_program_is_answered_in_json(run: Run, prepared: Prepared) -> None:
    def said(done: Any) -> dict[str, Any]:
        read = json.loads(done.out)
        validate(read, json.loads(schemas()["applied-1.json"]))
        return read["runs"][0]  # type: ignore[no-any-return]

    done = run(*prepared.arguments, "--yes", "--format", "json")
    (step,) = said(done)["steps"]
    assert (done.status, step["state"], step["proven"]) == (0, "in-place", True)
    assert "1. files: Write other words." in done.err  # the plan is shown all the same
    assert run(*prepared.arguments, "--undo", "--yes").status == 0
    prepared.plan(PlanStep("2", "files", text("Fail."), RunCommand(("false",)), NoWayBack(text("It is gone."))))
    failed = run(*prepared.arguments, "--yes", "--format", "json")
    told = said(failed)
    assert (failed.status, told["outcome"]) == (5, "not-undone")
    assert [(one["state"], one["why"]) for one in told["steps"]] == [
        ("taken-back", ""),
        ("not-taken-back", "It is gone."),
    ]


def test_a_plan_that_fits_no_more_is_not_begun(run: Run, prepared: Prepared) -> None:
    (prepared.folder / "nginx.conf").write_text("events { }\n")
    stale = run(*prepared.arguments, "--yes")
    assert (stale.status, prepared.file.read_bytes()) == (4, b"old")
    assert f"other answers come from {prepared.folder}/nginx.conf. Make the plan again." in stale.err


def test_usage(run: Run, prepared: Prepared) -> None:
    assert "give one of them" in run(*prepared.arguments, "--undo", "--resume").err
    assert "has not been applied from here" in run(*prepared.arguments, "--undo", "--yes").err
    (prepared.folder / "state" / "plans").chmod(0o755)
    assert "open to nobody else (mode 0700)" in run(*prepared.arguments, "--yes").err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_takes_back_what_is_not_proven(prepared: Prepared, number: int) -> None:
    waits = prepared.script("waits", f"touch {prepared.folder}/there; sleep 300")
    prepared.plan(PlanStep("2", "files", text("Wait."), RunCommand((waits,)), NothingToUndo()))
    process = _started(prepared)
    process.send_signal(number)
    said, errors = process.communicate()
    assert (process.returncode, prepared.file.read_bytes()) == (4, b"old"), errors
    assert "It was stopped." in said


def test_who_cannot_wait_leaves_it_to_the_next_run(run: Run, prepared: Prepared) -> None:
    waits = prepared.script("waits", f"touch {prepared.folder}/there; sleep 300")
    prepared.plan(PlanStep("2", "files", text("Wait."), RunCommand((waits,)), RunBack(RunCommand((waits,)))))
    process = _started(prepared)
    (prepared.folder / "there").unlink()
    process.send_signal(signal.SIGINT)
    _wait_for(prepared, process)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate()
    assert process.returncode == 130
    assert "Stopped in the middle." in said
    prepared.script("waits", "true")
    ended = run(*prepared.arguments, "--yes")
    assert (ended.status, prepared.file.read_bytes()) == (4, b"old")
    assert "A run before this one was interrupted while it applied the plan" in ended.err
    assert run(*prepared.arguments, "--yes").status == 0


def _started(prepared: Prepared) -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [*COMMAND, *prepared.arguments, "--yes"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    _wait_for(prepared, process)
    return process


def _wait_for(prepared: Prepared, process: "subprocess.Popen[str]") -> None:
    while not (prepared.folder / "there").exists():
        assert process.poll() is None, process.communicate()
        select.select([], [], [], 0.01)


def _own_terminal(number: int) -> None:
    import fcntl
    import termios

    fcntl.ioctl(number, termios.TIOCSCTTY, 0)


def _until(terminal: int, words: str) -> str:
    seen = b""
    while words.encode() not in seen:
        ready, _, _ = select.select([terminal], [], [], 60)
        assert ready, seen.decode()
        seen += os.read(terminal, 65536)
    return seen.decode()
