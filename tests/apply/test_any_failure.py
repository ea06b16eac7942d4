"""Whatever fails, and whenever: files are all old or all new, or the report names those which are not."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.apply.fake_machine import PowerCut, Trouble
from tests.apply.world import NEW, OLD, World, copies, own_files, plan_of, steps_for

from mailtrust.core.model.applied import Applied, InPlace, NotTakenBack
from mailtrust.core.model.plan import WriteFile
from mailtrust.core.model.problem import UserProblem
from mailtrust.edge.transport import journal

KINDS = ("fails", "power", "network", "full")
PATHS = set(OLD) | set(NEW)
# In memory, where fsync costs nothing: what is tried here is the order of things, and it is tried often.
FAST = "/dev/shm" if os.path.isdir("/dev/shm") else None


@contextmanager
def new_world(machines: int = 1) -> Iterator[World]:
    with tempfile.TemporaryDirectory(dir=FAST) as folder:
        names = ("one", "two")[:machines]
        steps = [step for number, name in enumerate(names) for step in steps_for(name, 1 + 6 * number)]
        yield World(Path(folder), *plan_of(steps, names))


async def calls_of_a_run(machines: int) -> int:
    with new_world(machines) as world:
        await world.apply()
        return world.trouble.calls


async def applied_or_recovered(world: World) -> Applied:
    """What a run says; where it was killed, what the next one says."""
    try:
        return await world.apply()
    except PowerCut:
        world.mend()
        return await (world.recover() if world.is_interrupted() else world.apply())


def not_old(world: World, server: str) -> set[str]:
    files = own_files(world.machines[server])
    return {path for path in PATHS if files.get(path) != OLD.get(path)}


def check(world: World, applied: Applied | None, *, certain: bool) -> None:
    """`certain`: what is reported as open is so; else it may be done already, and nobody could look."""
    for server in world.machines:
        files = own_files(world.machines[server])
        mine = [now for now in applied.steps if now.step.server == server] if applied else []
        if mine and all(isinstance(now.state, InPlace) for now in mine):
            assert files == NEW
            continue
        named = {
            now.step.do.path
            for now in mine
            if isinstance(now.state, NotTakenBack) and isinstance(now.step.do, WriteFile)
        }
        assert not_old(world, server) == named if certain else not_old(world, server) <= named
        for now in mine:
            if isinstance(now.state, NotTakenBack) and now.state.copy and now.step.do.path not in files:  # type: ignore[union-attr]
                assert now.state.copy in world.machines[server].files
    if applied is not None:
        open_ones = applied.named(NotTakenBack)
        assert (applied.outcome == "not-undone") == bool(open_ones)
        if applied.outcome == "done":
            assert all(isinstance(now.state, InPlace) for now in applied.steps)


async def check_the_end(world: World) -> None:
    """When nothing fails any more, the next runs come to a whole end, and then do nothing more."""
    world.mend()
    world.verdicts.clear()
    if world.is_interrupted():
        ended = await world.recover()
        assert ended.outcome in ("done", "undone")
        check(world, ended, certain=True)
    assert not world.is_interrupted()
    again = await world.apply(resume=True)
    assert again.outcome in ("done", "nothing-to-do")
    for machine in world.machines.values():
        assert (own_files(machine), machine.running) == (NEW, NEW)
    before = [list(machine.changes) for machine in world.machines.values()]
    assert (await world.apply()).outcome == "nothing-to-do"
    assert [machine.changes for machine in world.machines.values()] == before
    assert (await world.undo()).outcome == "undone"
    for machine in world.machines.values():
        assert (own_files(machine), copies(machine)) == (OLD, [])


@pytest.mark.parametrize("kind", KINDS)
async def test_at_every_call(kind: str) -> None:
    for machines in (1, 2):
        for at in range(1, await calls_of_a_run(machines) + 1):
            for when in ("before", "after"):
                with new_world(machines) as world:
                    world.trouble = Trouble(at, when, kind)  # type: ignore[arg-type]
                    for machine in world.machines.values():
                        machine.trouble = world.trouble
                    try:
                        applied = await applied_or_recovered(world)
                    except UserProblem:
                        assert all(not machine.changes for machine in world.machines.values())
                        applied = None
                    check(world, applied, certain=when == "before" and kind != "network")
                    await check_the_end(world)


@given(
    machines=st.integers(1, 2),
    troubles=st.lists(
        st.tuples(st.integers(1, 60), st.sampled_from(("before", "after")), st.sampled_from(KINDS)), max_size=4
    ),
    verdicts=st.lists(st.booleans(), max_size=2),
    resume=st.booleans(),
)
@settings(max_examples=150, deadline=None)
async def test_one_failure_after_the_other(
    machines: int, troubles: list[tuple[int, str, str]], verdicts: list[bool], resume: bool
) -> None:
    with new_world(machines) as world:
        world.verdicts = list(verdicts)
        applied: Applied | None = None
        for at, when, kind in troubles:
            world.trouble = Trouble(at, when, kind)  # type: ignore[arg-type]
            for machine in world.machines.values():
                machine.trouble = world.trouble
            try:
                applied = await (world.recover(resume=resume) if world.is_interrupted() else world.apply(resume=resume))
            except PowerCut:
                continue
            except UserProblem:
                continue
            if applied.outcome != "nothing-to-do":
                check(world, applied, certain=False)
        await check_the_end(world)


@pytest.mark.parametrize("how", ["before", "torn", "after", "full"])
async def test_at_every_record_of_the_journal(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    real, count = journal.append_line, [0, 0]

    def append(path: Path, line: bytes, whole: int) -> None:
        count[0] += 1
        if how == "full" and 0 < count[1] <= count[0]:
            raise OSError(28, "No space left on device")
        if count[0] == count[1]:
            if how != "before":
                real(path, line if how == "after" else line[: len(line) // 2], whole)
            raise PowerCut
        real(path, line, whole)

    monkeypatch.setattr(journal, "append_line", append)
    with new_world(2) as world:
        await world.apply()
        records = count[0]
    assert records == 28
    for at in range(1, records + 1):
        count[:] = 0, at
        with new_world(2) as world:
            try:
                applied = await applied_or_recovered(world)
            except UserProblem:
                assert how == "full"
                assert all(not machine.changes for machine in world.machines.values())
                applied = None
            check(world, applied, certain=True)
            count[:] = 0, 0
            await check_the_end(world)


def test_all_kinds_are_tried() -> None:
    assert set(KINDS) == set(get_args(Trouble.__annotations__["kind"]))
