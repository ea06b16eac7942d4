"""A plan applied to machines in memory: what is done, in which order, what is proven, what is taken back."""

from dataclasses import replace
from pathlib import Path

import pytest
from tests.apply.fake_machine import FakeMachine
from tests.apply.world import NEW, NEW_FILE, OLD, World, copies, never, own_files, plan_of, steps_for

from mailtrust.core.issuance.keys import make_key
from mailtrust.core.model.applied import InPlace, NotBegun, NotTakenBack, TakenBack
from mailtrust.core.model.plan import (
    AskPerson,
    NothingToUndo,
    NoWayBack,
    OnServer,
    PlanStep,
    PutBack,
    RunCommand,
    TakeUpAgain,
    TalkTo,
    UndoneByPerson,
    WriteFile,
)
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text
from mailtrust.core.x509.withheld_keys import withhold_keys
from mailtrust.edge.transport.machine import Failed
from mailtrust.flows.apply import Stale


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path, *plan_of(steps_for("one", 1)))


@pytest.fixture
def two(tmp_path: Path) -> World:
    return World(tmp_path, *plan_of((*steps_for("one", 1), *steps_for("two", 7)), ("one", "two")))


async def test_a_plan_is_applied_in_its_order_and_proven(world: World) -> None:
    applied = await world.apply()
    one = world.machines["one"]
    assert (applied.outcome, own_files(one), one.running) == ("done", NEW, NEW)
    assert all(now.state == InPlace(proven=True) for now in applied.steps)
    kept = f"/var/lib/mailtrust/kept/{world.plan.id}"
    assert one.changes == [
        ("write", NEW_FILE),
        ("keep", "/etc/ssl/chain.pem", f"{kept}/2-chain.pem"),
        ("write", "/etc/ssl/chain.pem"),
        ("keep", "/etc/server.conf", f"{kept}/3-server.conf"),
        ("write", "/etc/server.conf"),
        ("run", "act"),
        ("run", "test"),
        ("run", "reload"),
    ]
    assert [one.files[path] for path in copies(one)] == [OLD["/etc/ssl/chain.pem"], OLD["/etc/server.conf"]]
    assert world.proofs == [()]
    assert [(now.what, now.step and now.step.id) for now in world.happened[:4]] == [
        ("doing", "1"), ("done", "1"), ("doing", "2"), ("done", "2"),
    ]  # fmt: skip


async def test_a_second_run_does_nothing_more_and_says_so(world: World) -> None:
    await world.apply()
    before = list(world.machines["one"].calls)
    again = await world.apply()
    assert again.outcome == "nothing-to-do"
    assert str(again.why).startswith("This plan is applied and proven already: there is nothing to do.")
    assert world.machines["one"].calls == before


async def test_other_facts_stop_it_before_anything_is_done(world: World) -> None:
    world.differing = ("/etc/nginx/nginx.conf", "nginx -V")
    with pytest.raises(Stale, match=r"other answers come from /etc/nginx/nginx.conf, nginx -V. Make the plan again"):
        await world.apply()
    assert world.machines["one"].changes == []
    assert not world.is_interrupted()


async def test_a_file_that_is_changed_meanwhile_stops_it(world: World) -> None:
    def somebody(machine: FakeMachine, _: str) -> int:
        machine.files["/etc/ssl/chain.pem"] = (b"somebody else's", 0o644, "0:0")
        return 0

    world.machines["one"].programs["somebody"] = somebody
    first = PlanStep("0", "one", text("Wait."), RunCommand(("somebody",)), NothingToUndo())
    world.plan, world.octets = plan_of((first, *world.plan.steps))
    applied = await world.apply()
    assert applied.outcome == "undone"
    assert "/etc/ssl/chain.pem on one has been changed by somebody else" in str(applied.why)
    assert own_files(world.machines["one"]) == {**OLD, "/etc/ssl/chain.pem": (b"somebody else's", 0o644, "0:0")}


async def test_a_new_file_that_is_there_already_stops_it_before_anything_is_done(world: World) -> None:
    world.machines["one"].files[NEW_FILE] = (b"somebody else's", 0o600, "0:0")
    with pytest.raises(UserProblem, match=r"Expected no /etc/ssl/new\.pem on one yet"):
        await world.apply()
    assert world.machines["one"].changes == []


@pytest.mark.parametrize("failing", ["act", "test", "reload"])
async def test_what_fails_is_taken_back(world: World, failing: str) -> None:
    one, first = world.machines["one"], []

    def fails_once(machine: FakeMachine, said: str) -> int:
        first.append(said)
        return 1 if len(first) == 1 else 0

    one.programs[failing] = fails_once
    applied = await world.apply()
    assert (applied.outcome, own_files(one), copies(one)) == ("undone", OLD, [])
    assert f"{failing} failed on one with status 1. Its last words: “it says why”" in str(applied.why)
    assert {type(now.state) for now in applied.steps} <= {TakenBack, NotBegun}
    # What had not been reached is left alone: no reload where none was begun.
    assert one.calls.count(("run", "reload")) == (2 if failing == "reload" else 0)
    assert not world.is_interrupted()


async def test_former_files_come_back_before_what_needs_them_and_new_files_go_last(world: World) -> None:
    world.verdicts = [False]
    applied = await world.apply()
    one = world.machines["one"]
    assert applied.outcome == "undone"
    assert str(applied.why) == "It was done, and is not proven. It still presents the old one."
    kept = f"/var/lib/mailtrust/kept/{world.plan.id}"
    assert one.changes[8:] == [
        ("keep", f"{kept}/3-server.conf", "/etc/server.conf"),
        ("keep", f"{kept}/2-chain.pem", "/etc/ssl/chain.pem"),
        ("run", "act"),
        ("run", "reload"),
        ("remove", NEW_FILE),
        ("remove", f"{kept}/2-chain.pem"),
        ("remove", f"{kept}/3-server.conf"),
    ]
    assert (own_files(one), one.acts) == (OLD, ["forth", "back"])


async def test_what_cannot_be_taken_back_now_is_told_and_taken_back_by_the_next_run(world: World) -> None:
    one = world.machines["one"]
    one.programs["reload"] = lambda *_: 1
    applied = await world.apply()
    assert applied.outcome == "not-undone"
    stuck = {now.step.id: now.state for now in applied.named(NotTakenBack)}
    assert set(stuck) == {"1", "6"}
    assert all(state.again for state in stuck.values())  # type: ignore[union-attr]
    assert str(stuck["1"].why) == "It stays: step 6 is not taken back, and may need it."  # type: ignore[union-attr]
    assert own_files(one) == {**OLD, NEW_FILE: NEW[NEW_FILE]}
    assert world.is_interrupted()
    del one.programs["reload"]
    again = await world.apply()
    assert (again.outcome, own_files(one), copies(one)) == ("undone", OLD, [])
    assert not world.is_interrupted()


async def test_what_somebody_else_changed_is_left_alone_and_told_for_good(world: World) -> None:
    def somebody(machine: FakeMachine, _: str) -> int:
        machine.files["/etc/server.conf"] = (b"somebody else's", 0o644, "0:0")
        return 1

    one = world.machines["one"]
    one.programs["test"] = somebody
    applied = await world.apply()
    (conf, new) = (next(now for now in applied.steps if now.step.id == number) for number in ("3", "1"))
    assert applied.outcome == "not-undone"
    assert isinstance(conf.state, NotTakenBack)
    assert not conf.state.again
    assert one.files[conf.state.copy] == OLD["/etc/server.conf"]
    assert f"is left as it is; the former file is {conf.state.copy}" in str(conf.state.why)
    assert isinstance(new.state, NotTakenBack)  # the changed file may name it
    assert one.files["/etc/server.conf"] == (b"somebody else's", 0o644, "0:0")
    assert not world.is_interrupted()  # nobody can do more: the next plan may come


async def test_each_machine_is_proven_before_the_next(two: World) -> None:
    applied = await two.apply()
    assert applied.outcome == "done"
    assert two.proofs == [("one",), ()]
    order = [now.step.server if now.step else f"proven {now.servers}" for now in two.happened if now.what != "doing"]
    assert order.index("proven ('one',)") < order.index("two")


async def test_the_first_failure_stops_it_and_proven_machines_stay(two: World) -> None:
    two.verdicts = [True, False]
    applied = await two.apply()
    assert applied.outcome == "undone"
    assert (own_files(two.machines["one"]), own_files(two.machines["two"])) == (NEW, OLD)
    assert [now.state for now in applied.steps] == [InPlace(proven=True)] * 6 + [TakenBack()] * 6
    with pytest.raises(Stale, match="Part of this plan is in place already"):
        await two.apply()
    assert (await two.apply(resume=True)).outcome == "done"
    assert own_files(two.machines["two"]) == NEW


async def test_a_machine_that_comes_later_is_not_touched(two: World) -> None:
    two.verdicts = [False]
    applied = await two.apply()
    assert applied.outcome == "undone"
    assert two.machines["two"].changes == []
    assert [now.state for now in applied.steps[6:]] == [NotBegun()] * 6


async def test_a_finished_plan_is_taken_back(two: World) -> None:
    await two.apply()
    back = await two.undo()
    assert back.outcome == "undone"
    for machine in two.machines.values():
        assert (own_files(machine), machine.running, copies(machine)) == (OLD, {**OLD, NEW_FILE: NEW[NEW_FILE]}, [])
    assert (await two.undo()).outcome == "nothing-to-do"
    two.happened.clear()
    assert (await two.apply()).outcome == "done"  # and applied again, as if for the first time


async def test_nothing_is_taken_back_where_files_were_changed_since(world: World) -> None:
    with pytest.raises(UserProblem, match="has not been applied from here"):
        await world.undo()
    await world.apply()
    one = world.machines["one"]
    one.files["/etc/server.conf"] = (b"somebody else's", 0o644, "0:0")
    before = list(one.changes)
    with pytest.raises(Stale, match=r"somebody else has changed /etc/server.conf. The former files are /var/lib/"):
        await world.undo()
    assert one.changes == before


async def test_copies_are_kept_until_another_plan_changes_the_same_files(world: World, tmp_path: Path) -> None:
    await world.apply()
    one = world.machines["one"]
    first = copies(one)
    newer = World(tmp_path, *plan_of((replace(steps_for("one", 1)[1], do=WriteFile("/etc/ssl/chain.pem", b"newer")),)))
    newer.machines = world.machines
    newer.verdicts = [False]
    assert (await newer.apply()).outcome == "undone"
    assert copies(one) == first
    assert (await newer.apply()).outcome == "done"
    assert copies(one) == [f"/var/lib/mailtrust/kept/{newer.plan.id}/2-chain.pem"]
    with pytest.raises(UserProblem, match=f"Another plan .{newer.plan.id[:12]}. has changed the same files"):
        await world.undo()


async def test_a_copy_that_stays_is_told_and_stops_nothing(world: World) -> None:
    world.verdicts = [False]
    real = FakeMachine.remove

    async def stays(path: str) -> None:
        if "/kept/" in path:
            raise Failed(text("It stays."))
        await real(world.machines["one"], path)

    world.machines["one"].remove = stays  # type: ignore[method-assign]
    applied = await world.apply()
    assert (applied.outcome, own_files(world.machines["one"])) == ("undone", OLD)
    told = [str(now.why) for now in world.happened if now.what == "copy-stays"]
    assert told[0].endswith("/2-chain.pem could not be deleted: It stays.")
    assert len(told) == 2


async def test_keys_come_from_their_files_and_stand_nowhere_else(world: World, tmp_path: Path) -> None:
    key = make_key("ec-p256").to_pem().encode()
    pair = withhold_keys(key) + b"# chain\n"
    step = replace(world.plan.steps[1], do=WriteFile("/etc/ssl/chain.pem", pair, keys=(OnServer("/etc/ssl/key.pem"),)))
    world.plan, world.octets = plan_of((step,))
    one = world.machines["one"]
    with pytest.raises(UserProblem, match=r"Expected /etc/ssl/key\.pem"):
        await world.apply()
    assert one.changes == []
    one.files["/etc/ssl/key.pem"] = (key, 0o600, "0:0")
    assert (await world.apply()).outcome == "done"
    assert b"PRIVATE KEY" in one.files["/etc/ssl/chain.pem"][0]
    for path in (tmp_path / "state").rglob("*"):
        assert path.is_dir() or b"PRIVATE" not in path.read_bytes()
    assert all("PRIVATE" not in repr(now) for now in world.happened)


async def test_a_socket_is_talked_to_and_its_answers_are_looked_at(world: World) -> None:
    step = PlanStep(
        "1", "one", text("Talk."), TalkTo("/run/s", ("set it", "commit"), ("Success", "Done")), TakeUpAgain()
    )
    world.plan, world.octets = plan_of((step,))
    applied = await world.apply()
    assert "Expected “Done” from /run/s after “commit”, got “Success!”" in str(applied.why)
    assert applied.outcome == "not-undone"


def _talking(commands: tuple[str, ...], expects: tuple[str, ...]) -> PlanStep:
    return PlanStep("1", "one", text("Talk."), TalkTo("/run/s", commands, expects), TakeUpAgain())


def person(number: str, undo: object) -> PlanStep:
    return PlanStep(number, "", text("Click there."), AskPerson(), undo)  # type: ignore[arg-type]


async def test_a_persons_step_needs_a_person(world: World) -> None:
    world.plan, world.octets = plan_of((*world.plan.steps, person("7", UndoneByPerson(text("Click back.")))))
    with pytest.raises(UserProblem, match="Step 7 has to be done by a person, and standard input is no terminal"):
        await world.apply()
    assert world.machines["one"].changes == []
    asked: list[str] = []
    world.ask = lambda said, _: not asked.append(str(said))
    assert (await world.apply()).outcome == "done"
    assert (await world.undo()).outcome == "undone"
    assert asked == ["Click there.", "Click back."]


async def test_a_person_who_says_no_does_not_cost_a_proven_machine(world: World) -> None:
    world.plan, world.octets = plan_of((*world.plan.steps, person("7", NothingToUndo())))
    world.ask = never
    applied = await world.apply()
    assert applied.outcome == "undone"
    assert own_files(world.machines["one"]) == NEW
    assert world.proofs == [("one",)]


async def test_what_has_no_way_back_is_told(world: World) -> None:
    step = PlanStep("1", "one", text("Burn."), RunCommand(("test",)), NoWayBack(text("It is burnt.")))
    world.plan, world.octets = plan_of((step,))
    world.verdicts = [False]
    applied = await world.apply()
    assert (applied.outcome, [str(now.state.why) for now in applied.named(NotTakenBack)]) == (  # type: ignore[union-attr]
        "not-undone", ["It is burnt."],
    )  # fmt: skip


async def test_a_mistake_of_our_own_is_taken_back_too(world: World) -> None:
    def broken(*_: object) -> int:
        raise ZeroDivisionError("division by zero")

    world.machines["one"].programs["test"] = broken
    applied = await world.apply()
    assert (applied.outcome, own_files(world.machines["one"])) == ("undone", OLD)
    assert "a mistake of its own (ZeroDivisionError: division by zero)" in str(applied.why)


async def test_a_file_written_twice_comes_back_through_both(world: World) -> None:
    twice = (
        PlanStep("1", "one", text("Once."), WriteFile("/etc/server.conf", b"first"), PutBack()),
        PlanStep("2", "one", text("Twice."), WriteFile("/etc/server.conf", b"second"), PutBack()),
    )
    world.plan, world.octets = plan_of(twice)
    assert (await world.apply()).outcome == "done"
    assert world.machines["one"].files["/etc/server.conf"][0] == b"second"
    assert (await world.undo()).outcome == "undone"
    assert own_files(world.machines["one"]) == OLD
