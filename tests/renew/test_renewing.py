"""One certificate, run after run: what is done when, and what is never done."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from tests.renew.small_world import DAY, HOST, NOW, TTL, SmallWorld, prepare, record_of

from mailtrust.core.forecast.renewal_time import Window
from mailtrust.core.model.problem import CouldNotLook, UserProblem
from mailtrust.core.model.settings import Threshold
from mailtrust.edge.renewal.folder import renewing

HOUR = timedelta(hours=1)


@pytest.fixture
def world(tmp_path: Path) -> SmallWorld:
    """A certificate that is due; no TLSA records."""
    return prepare(tmp_path / "world", tlsa=False)


@pytest.fixture
def pinned(tmp_path: Path) -> SmallWorld:
    """The same with a record of its key."""
    return prepare(tmp_path / "world")


def ordered(world: SmallWorld) -> int:
    return len(world.lines("orders"))


def test_what_is_due_is_renewed_once_and_says_when_it_is_due_again(world: SmallWorld) -> None:
    told = world.run()
    assert (told.outcome, told.status, ordered(world)) == ("renewed", 0, 1)
    assert told.certificate == world.served().fingerprint == world.lines("orders")[0]
    assert told.next_run is not None
    assert told.next_run > NOW + 50 * DAY
    again = world.run()
    assert (again.outcome, again.status, ordered(world)) == ("not-due", 0, 1)
    assert "two thirds of its life are over by then" in str(again.said[0])
    assert world.run(force=True).outcome == "renewed"
    assert world.cleared == world.lines("orders")
    assert ordered(world) == 2


def test_a_name_that_lacks_makes_it_due(world: SmallWorld) -> None:
    world.run()
    world.one = replace(world.one, names=(HOST, "imap.example.com"))
    told = world.run(only_look=True)
    assert (told.outcome, "imap.example.com" in str(told.said[0])) == ("due", True)


def test_looking_changes_nothing(pinned: SmallWorld) -> None:
    due, planned = (pinned.run(only_look=True, dry_run=dry) for dry in (False, True))
    assert (due.outcome, due.plan, planned.outcome, planned.plan is not None) == ("due", None, "due", True)
    assert "ends 2027-01-20 12:00 UTC, due since 2026-12-21" in str(due.said[0])
    assert (ordered(pinned), pinned.kept.path.exists()) == (0, False)
    zone = pinned.lines("zone")
    pinned.refuses = "update"
    with pytest.raises(UserProblem):
        pinned.run()
    before = {path.name: path.read_bytes() for path in pinned.kept.path.iterdir()}
    looked = pinned.run(only_look=True)
    assert (looked.outcome, looked.status, "the next run publishes" in str(looked.said[0])) == ("waiting", 0, True)
    assert {path.name: path.read_bytes() for path in pinned.kept.path.iterdir()} == before
    assert pinned.lines("zone") == zone


def test_at_the_moment_that_is_asked_for(world: SmallWorld) -> None:
    world.run()
    world.one = replace(world.one, at=Threshold(days=30))
    ends = world.served().not_after
    world.now = ends - 30 * DAY - HOUR
    assert world.run().outcome == "not-due"
    world.now = ends - 30 * DAY + HOUR
    assert world.run().outcome == "renewed"


def test_the_ca_says_when_and_a_ca_that_is_away_is_no_matter_before(world: SmallWorld) -> None:
    world.run()
    world.window = Window(NOW + DAY, NOW + DAY + HOUR)
    world.refuses = "window"
    assert world.run().outcome == "not-due"
    assert "The CA is away." in str(world.told[-1])
    world.refuses = ""
    world.now = NOW + 2 * DAY
    assert world.run().outcome == "renewed"


def test_a_ca_that_refuses_leaves_all_as_it_was_and_the_same_key_asks_again(world: SmallWorld) -> None:
    before, world.refuses = world.served(), "order"
    for _ in range(2):
        with pytest.raises(UserProblem, match="The CA refuses"):
            world.run()
        assert world.served() == before
        key = world.kept.next_key_file.read_bytes()
    world.refuses = ""
    assert world.run().outcome == "renewed"
    assert (world.kept.path / "current.key").read_bytes() == key


@pytest.mark.parametrize("status", [4, 5])
def test_what_could_not_be_brought_out_is_tried_again_and_never_ordered_again(world: SmallWorld, status: int) -> None:
    before, world.status = world.served(), status
    for _ in range(3):
        told = world.run()
        assert (told.outcome, told.status, world.served(), ordered(world)) == ("failed", status, before, 1)
    world.status = 0
    assert world.run().outcome == "renewed"
    assert ordered(world) == 1


def test_what_waited_too_long_is_ordered_anew(world: SmallWorld) -> None:
    world.status = 4
    world.run()
    world.now += 80 * DAY
    assert world.run().outcome == "failed"
    assert ordered(world) == 2


def test_a_certificate_that_would_bring_a_finding_is_kept_and_not_brought_out(world: SmallWorld) -> None:
    before, world.introduced = world.served(), "no-path:1234"
    told = world.run()
    assert (told.outcome, told.status, world.served()) == ("failed", 1, before)
    assert "no-path:1234" in str(told.said[0])
    world.introduced = ""
    assert (world.run().outcome, ordered(world)) == ("renewed", 1)


def test_a_server_that_is_down_gets_it_later(world: SmallWorld) -> None:
    world.down = True
    with pytest.raises(CouldNotLook, match="No server of mail answers"):
        world.run()
    world.down, world.missing = False, ("other",)
    told = world.run()
    assert (told.outcome, told.status) == ("waiting", 3)
    assert world.kept.has_next
    looked = world.run(only_look=True, dry_run=False)
    assert (looked.outcome, "the next run brings it to other" in str(looked.said[0])) == ("due", True)
    world.missing = ()
    told = world.run()
    assert (told.outcome, ordered(world), world.kept.has_next) == ("renewed", 1, False)


def test_the_next_record_first_two_ttls_then_the_switch_then_the_former_goes(pinned: SmallWorld) -> None:
    before = pinned.served()
    told = pinned.run()
    assert (told.outcome, told.status, told.next_run) == ("waiting", 0, NOW + timedelta(seconds=2 * TTL))
    (following,) = pinned.kept.next_chain()
    assert pinned.lines("zone") == [record_of(before), record_of(following)]
    pinned.now = NOW + timedelta(seconds=2 * TTL - 1)
    assert (pinned.run().outcome, pinned.served()) == ("waiting", before)
    pinned.now = NOW + timedelta(seconds=2 * TTL)
    assert (pinned.run().outcome, pinned.served()) == ("renewed", following)
    assert pinned.lines("zone") == [record_of(following)]
    assert ordered(pinned) == 1


def test_an_update_that_is_refused_brings_nothing_out(pinned: SmallWorld) -> None:
    before, pinned.refuses = pinned.served(), "update"
    for _ in range(2):
        with pytest.raises(UserProblem, match="refused"):
            pinned.run()
    assert (pinned.served(), ordered(pinned)) == (before, 1)
    pinned.refuses = ""
    assert pinned.run().outcome == "waiting"


def test_a_former_record_that_could_not_be_removed_goes_with_the_next_run(pinned: SmallWorld) -> None:
    pinned.run()
    pinned.now, pinned.refuses = NOW + 3 * HOUR, "removal"
    assert pinned.run().outcome == "renewed"
    assert len(pinned.lines("zone")) == 2
    pinned.refuses = ""
    assert pinned.run().outcome == "not-due"
    assert pinned.lines("zone") == [record_of(pinned.served())]


def test_nobody_knows_what_is_published(pinned: SmallWorld) -> None:
    before, pinned.refuses = pinned.served(), "dns"
    with pytest.raises(UserProblem, match="DNS is away"):
        pinned.run()
    assert pinned.served() == before
    pinned.set_zone([])
    assert pinned.run(ignore_tlsa=True).outcome == "renewed"


def test_a_person_publishes_the_record_and_two_ttls_pass_from_when_it_was_seen(pinned: SmallWorld) -> None:
    pinned.editor = False
    told = pinned.run()
    assert (told.outcome, told.status) == ("waiting", 1)
    (following,) = pinned.kept.next_chain()
    assert record_of(following) in str(told.said[0])
    pinned.set_zone([*pinned.lines("zone"), record_of(following)])
    pinned.now = NOW + DAY
    assert (pinned.run().outcome, pinned.run().status) == ("waiting", 0)
    pinned.now = NOW + DAY + timedelta(seconds=2 * TTL)
    assert pinned.run().outcome == "renewed"
    assert any("remove it" in str(one) for one in pinned.told)


def test_a_key_that_is_ours_is_kept_where_only_a_person_can_change_records(world: SmallWorld) -> None:
    world.editor = False
    world.run()
    first = world.served()
    world.set_zone([record_of(first)])
    world.now = NOW + 70 * DAY
    assert world.run().outcome == "renewed"
    assert record_of(world.served()) == record_of(first)
    assert world.served() != first


def test_a_key_that_shall_be_kept_is_and_one_that_shall_not_is_not(pinned: SmallWorld) -> None:
    pinned.run()
    pinned.now = NOW + 3 * HOUR
    pinned.run()
    first = pinned.served()
    assert pinned.run(force=True).outcome == "waiting"
    pinned.now += 3 * HOUR
    pinned.run()
    second = pinned.served()
    assert record_of(second) != record_of(first)
    pinned.one = replace(pinned.one, keep_key=True)
    assert pinned.run(force=True).outcome == "renewed"  # nothing to wait for
    assert record_of(pinned.served()) == record_of(second)
    assert pinned.lines("zone") == [record_of(second)]


def test_records_that_fit_nothing_hold_nothing_up(world: SmallWorld) -> None:
    world.set_zone(["3 1 1 " + "ab" * 32])
    assert world.run().outcome == "renewed"
    assert world.lines("zone") == ["3 1 1 " + "ab" * 32]  # nor are they ours


def test_a_state_folder_that_cannot_be_used_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserProblem, match="Name another folder with --state"), renewing(tmp_path / "file" / "state"):
        raise AssertionError
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "renew.lock").mkdir()
    with pytest.raises(UserProblem, match="Name another folder with --state"), renewing(tmp_path / "state"):
        raise AssertionError
