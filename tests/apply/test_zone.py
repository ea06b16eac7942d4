"""Records changed by a plan, at a real Knot: required to be as they were, taken back as they were."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.apply.world import NEW, OLD, World, own_files, plan_of, steps_for
from tests.programs.daemons import Daemons, FreePorts, NotInstalledError
from tests.programs.knot import PRIMARY, SECRET, Knot, start_knot

from mailtrust.core.model.applied import NotTakenBack
from mailtrust.core.model.plan import ChangeRecords, PlanStep, PutBack
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text
from mailtrust.edge.lookup.dns_update import ZoneEditor
from mailtrust.edge.lookup.tsig_key import read_tsig_key
from mailtrust.flows.apply import Stale

pytestmark = pytest.mark.real_server
ZONE = "plan.example"
NAME = f"_25._tcp.mail.{ZONE}"
BEFORE = ("3 1 1 " + "aa" * 32,)
AFTER = (*BEFORE, "3 1 1 " + "bb" * 32)


@pytest.fixture(scope="module")
def knot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Knot]:
    folder = tmp_path_factory.mktemp("zone")
    with Daemons(folder) as daemons:
        try:
            yield start_knot(daemons, folder / "knot", FreePorts()(), ZONE, [f"{NAME}. TLSA {BEFORE[0]}"])
        except NotInstalledError as missing:
            pytest.skip(str(missing))


@pytest.fixture
def world(knot: Knot, tmp_path: Path) -> World:
    change = ChangeRecords(ZONE, NAME, "TLSA", BEFORE, AFTER, 300)
    step = PlanStep("0", "", text("Publish the next record."), change, PutBack())
    world = World(tmp_path, *plan_of((step, *steps_for("one", 1))))
    key = tmp_path / "key"
    key.write_text(f"hmac-sha256:acme:{SECRET}\n")
    world.zone = lambda _: ZoneEditor((PRIMARY, knot.port), read_tsig_key(key))
    knot.set_records("_25._tcp.mail", "TLSA", BEFORE)
    return world


def seen(world: World) -> set[str]:
    assert world.zone is not None
    return set(world.zone(world.plan.steps[0].do).seen(NAME, "TLSA").values)  # type: ignore[arg-type]


async def test_done_and_taken_back(world: World) -> None:
    assert (await world.apply()).outcome == "done"
    assert seen(world) == set(AFTER)
    assert (await world.undo()).outcome == "undone"
    assert seen(world) == set(BEFORE)


async def test_a_machine_that_fails_takes_its_records_back(world: World) -> None:
    world.verdicts = [False]
    assert (await world.apply()).outcome == "undone"
    assert (seen(world), own_files(world.machines["one"])) == (set(BEFORE), OLD)


async def test_other_records_stop_it_before_anything_is_done(world: World, knot: Knot) -> None:
    knot.set_records("_25._tcp.mail", "TLSA", AFTER[1:])
    with pytest.raises(UserProblem, match=rf"The TLSA records of {NAME} are no longer as they were"):
        await world.apply()
    assert world.machines["one"].changes == []


async def test_records_that_somebody_else_changed_are_left_alone(world: World, knot: Knot) -> None:
    def somebody(*_: object) -> int:
        knot.set_records("_25._tcp.mail", "TLSA", AFTER[1:])
        return 1

    world.machines["one"].programs["test"] = somebody
    applied = await world.apply()
    (left,) = applied.named(NotTakenBack)
    assert applied.outcome == "not-undone"
    assert f"The records of {NAME} were changed by somebody else since" in str(left.state.why)  # type: ignore[union-attr]
    assert (seen(world), own_files(world.machines["one"])) == (set(AFTER[1:]), OLD)


async def test_nothing_is_taken_back_where_records_were_changed_since(world: World, knot: Knot) -> None:
    assert (await world.apply()).outcome == "done"
    knot.set_records("_25._tcp.mail", "TLSA", AFTER[1:])
    with pytest.raises(Stale, match=f"somebody else has changed {NAME}"):
        await world.undo()
    assert own_files(world.machines["one"]) == NEW
