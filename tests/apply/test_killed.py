"""Real files: kill -9 at every call, power that fails, disks that are full or read-only, programs that hang."""

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from tests.apply import killing
from tests.apply.killing import NEW, OLD, prepare, run, running, shown

from mailtrust.core.model.applied import Applied, NotTakenBack
from mailtrust.core.model.plan import PlanStep, RunCommand, WriteFile
from mailtrust.core.model.problem import UserProblem
from mailtrust.edge.transport.state import State
from mailtrust.flows.apply import interrupted

FAST = "/dev/shm" if os.path.isdir("/dev/shm") else None
COMMAND = [sys.executable, "-m", "tests.apply.killing"]
HERE = Path(__file__).parents[2]


@pytest.mark.skipif(sys.platform != "linux", reason="what a killed process has started is waited for")
@pytest.mark.parametrize("act", ["apply", "undo"])
def test_killed_at_every_call(act: str) -> None:
    with tempfile.TemporaryDirectory(dir=FAST) as folder:
        told = subprocess.run([*COMMAND, f"{folder}/x", act], cwd=HERE, capture_output=True, text=True, check=True)
    ends = json.loads(told.stdout)
    assert len(ends) > (120 if act == "apply" else 60)
    assert {end["killed"] for end in ends} == {True}
    stands = {"undone": "old", "done": "new", "nothing-to-do": "new" if act == "apply" else "old"}
    for end in ends:
        wanted = stands[end["outcome"]]
        assert (end["files"], end["running"], end["open"]) == (wanted, wanted, False), end
        assert len(end["copies"]) == (2 if wanted == "new" else 0), end


needs_strace = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed: make test-servers")


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """What strace sees of a plan that is applied: what a power cut would find after each of it."""
    folder = tmp_path_factory.mktemp("traced") / "x"
    prepare(folder)
    trace = folder / "trace"
    seen = "trace=write,pwrite64,fsync,fdatasync,rename,renameat,renameat2,link,linkat,unlink,execve"
    told = subprocess.run(
        ["strace", "-f", "-y", "-s", "300", "-o", trace, "-e", seen, *COMMAND, folder, "once"],
        cwd=HERE, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert told.stdout == "done\n", told.stderr
    return folder, [line.split(None, 1)[1] for line in trace.read_text().splitlines()]


@needs_strace
def test_files_are_on_the_disk_before_they_have_their_name(calls: tuple[Path, list[str]]) -> None:
    folder, lines = calls
    names = [number for number, line in enumerate(lines) if re.match(r"(rename|link)", line) and str(folder) in line]
    assert len(names) >= 6  # the plan, two copies, two files replaced, one made
    for number in names:
        temporary, name = re.findall(r'"([^"]+)"', lines[number])[:2]
        written = [at for at, line in enumerate(lines) if line.startswith(("write(", "pwrite")) and temporary in line]
        synced = [at for at, line in enumerate(lines) if line.startswith("fsync(") and f"<{temporary}>" in line]
        assert written
        assert max(written) < max(synced) < number, f"{name} had its name before it was on the disk"
        later = lines[number + 1 :]
        folder_synced = next(at for at, line in enumerate(later) if f"<{os.path.dirname(name)}>" in line)
        journal = [at for at, line in enumerate(later) if "journal.jsonl" in line]
        assert later[folder_synced].startswith("fsync(")
        assert folder_synced < min(journal), f"{name} was told of before its folder was on the disk"


@needs_strace
def test_nothing_is_done_before_it_is_written_down(calls: tuple[Path, list[str]]) -> None:
    folder, lines = calls

    def at(*words: str) -> int:
        return next(number for number, line in enumerate(lines) if all(word in line for word in words))

    def announced(step: int) -> int:
        """When the disk had the record."""
        written = at("write(", "journal.jsonl", f'\\"event\\":\\"doing\\",\\"step\\":\\"{step}\\"')
        after = (number for number, line in enumerate(lines) if number > written and line.startswith("fsync("))
        synced = next(after)
        assert "journal.jsonl" in lines[synced]
        return synced

    assert announced(1) < at("link", f'{folder}/etc/new.pem"')
    assert announced(2) < at("rename", 'kept/2-chain.pem"') < at("rename", f'{folder}/etc/chain.pem"')
    assert announced(3) < at("rename", 'kept/3-server.conf"') < at("rename", f'{folder}/etc/server.conf"')
    assert announced(4) < at("execve", '"test"')
    assert announced(5) < at("execve", '"reload"')


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own."""
    if os.geteuid() != 0 or sys.platform != "linux":
        pytest.skip("only root mounts a small disk")
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=128k", "none", place]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounts are not allowed here")
    try:
        yield place
    finally:
        subprocess.run(["umount", place], check=True)


def _read_only(disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)


def _fill(filler: Path, *, but: int) -> None:
    """Leave so many pages free."""
    descriptor = os.open(filler, os.O_WRONLY | os.O_CREAT)
    with suppress(OSError):
        while os.write(descriptor, b"x" * 4096):
            pass
    os.ftruncate(descriptor, max(0, os.fstat(descriptor).st_size - 4096 * but))
    os.close(descriptor)


async def _applied(folder: Path) -> Applied | None:
    """None: it was told that nothing could be begun."""
    try:
        return await run(folder, "apply")
    except UserProblem as problem:
        told = str(problem)
    assert "No space left" in told or "The disk is full" in told
    return None


def not_old(applied: Applied) -> set[str]:
    return {Path(now.step.do.path).name for now in applied.named(NotTakenBack) if isinstance(now.step.do, WriteFile)}


@pytest.mark.may_be_left_out
@pytest.mark.parametrize("state_is_there_too", [False, True])
async def test_a_full_disk_loses_nothing(disk: Path, tmp_path: Path, state_is_there_too: bool) -> None:
    folder = disk / "x"
    outcomes = []
    for free in range(14):
        prepare(folder)
        if not state_is_there_too:
            (folder / "state").symlink_to(tmp_path / f"state-{free}")
            (tmp_path / f"state-{free}").mkdir()
        filler = disk / "filler"
        _fill(filler, but=free)
        applied = await _applied(folder)
        if applied is None:
            outcomes.append("not begun")
            assert shown(folder) == OLD
        else:
            outcomes.append(applied.outcome)
            changed = {name for name in {*OLD, *NEW} if shown(folder).get(name) != OLD.get(name)}
            assert changed == (set(NEW) if applied.outcome == "done" else not_old(applied))
        filler.unlink()
        again = await run(folder, "recover" if interrupted(State(folder / "state")) else "apply")
        wanted = {"undone": OLD, "done": NEW, "nothing-to-do": NEW}[again.outcome]
        assert shown(folder) == wanted
    assert outcomes[0] in ("not begun", "undone")
    assert outcomes[-1] == "done"


@pytest.mark.may_be_left_out
async def test_a_disk_that_is_read_only_is_told_and_nothing_is_lost(disk: Path, tmp_path: Path) -> None:
    folder = disk / "x"
    prepare(folder)
    (folder / "state").symlink_to(tmp_path)
    _read_only(disk)
    applied = await run(folder, "apply")
    assert (applied.outcome, shown(folder), running(folder)) == ("undone", OLD, OLD)
    assert "The file system is read-only" in str(applied.why)


async def test_a_file_that_must_not_be_written_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "x"
    prepare(folder)
    real = os.replace

    def protected(source: str, target: str) -> None:
        if str(target).endswith("server.conf") and "/etc/" in str(target):
            raise PermissionError(1, "Operation not permitted")  # as chattr +i has it
        real(source, target)

    monkeypatch.setattr(os, "replace", protected)
    applied = await run(folder, "apply")
    assert (applied.outcome, shown(folder), running(folder)) == ("undone", OLD, OLD)
    assert f"this machine does not allow it: {folder}/etc/server.conf" in str(applied.why)


async def test_a_program_that_hangs_is_ended_and_what_was_done_is_taken_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "x"
    prepare(folder)
    hangs = folder / "hangs"
    (folder / "server").write_text(
        f'#!/bin/sh\nif [ "$1" = reload ] && [ ! -e {hangs} ]; then touch {hangs}; sleep 300; fi\n'
        f'[ "$1" = test ] || cp {folder}/etc/* {folder}/running/\n'
    )
    hasty = killing.plan_of([_hasty(step) for step in killing.plan_for(folder)[0].steps], reach=lambda _: "local")
    monkeypatch.setattr(killing, "plan_for", lambda _: hasty)
    applied = await run(folder, "apply")
    assert (applied.outcome, shown(folder)) == ("undone", OLD)
    assert "was not done after 1 seconds, and was stopped" in str(applied.why)


async def test_ctrl_c_takes_back_what_is_not_proven(tmp_path: Path) -> None:
    folder = tmp_path / "x"
    prepare(folder)
    waits = folder / "waits"
    (folder / "server").write_text(f'#!/bin/sh\n[ "$1" != test ] || {{ touch {waits}; sleep 300; }}\n')
    task = asyncio.create_task(run(folder, "apply"))
    while not waits.exists():  # noqa: ASYNC110 - another process tells it
        await asyncio.sleep(0.01)
    assert shown(folder) == NEW
    task.cancel()
    applied = await task
    assert (applied.outcome, str(applied.why), shown(folder)) == ("undone", "It was stopped.", OLD)


def test_two_applies_do_not_meet(tmp_path: Path) -> None:
    state = State(tmp_path / "state")
    with state.held(), pytest.raises(UserProblem, match="Another mailtrust is applying a plan"), state.held():
        pass


def test_the_state_folder_is_its_owners_alone(tmp_path: Path) -> None:
    state = State(tmp_path / "a" / "state")
    with state.held():
        pass
    assert (tmp_path / "a/state/plans").stat().st_mode & 0o7777 == 0o700
    (tmp_path / "a/state/plans").chmod(0o755)
    with pytest.raises(UserProblem, match="Expected a folder of your own that is open to nobody else"), state.held():
        pass


def _hasty(step: PlanStep) -> PlanStep:
    return replace(step, do=replace(step.do, seconds=1)) if isinstance(step.do, RunCommand) else step
