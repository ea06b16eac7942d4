"""The best cure of walks as a plan, and the proof that walks again: over a world of names, without a network."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from tests.discovery.worldlet import NOW, Web, Worldlet, judge

from mailtrust.core.discovery import traveller_by_id
from mailtrust.core.formats.plan_file import decode_plan, encode_plan
from mailtrust.core.issuance.authority import make_root
from mailtrust.core.issuance.keys import make_key
from mailtrust.core.issuance.recipe import root_recipe
from mailtrust.core.model.plan import ChangeRecords, Plan
from mailtrust.core.model.walk import Answer, Question
from mailtrust.core.remedies.finding.server import MailServer
from mailtrust.edge.anchors import load_stores
from mailtrust.edge.lookup.dns import FakeResolver
from mailtrust.edge.lookup.dns_answers import Found, LookupFailed, NoSuchName, ZoneTtl
from mailtrust.flows.answering import Outside
from mailtrust.flows.check import Edge
from mailtrust.flows.discover_all import Walked, walk_and_cure
from mailtrust.flows.plan_ways import plan_ways
from mailtrust.flows.prove import kept
from mailtrust.flows.prove_ways import at_the_zone, held_back, proof_of, prove_ways
from mailtrust.flows.walking import WalkRequest

TARGET, HOST, SRV = "webmail.a.test", "autodiscover.b.test", "_autodiscover._tcp.b.test"
REQUEST = WalkRequest("u@b.test", tuple(map(traveller_by_id, ("ews-api", "outlook-windows@2010"))), at=NOW)
BEFORE = [("ews-api", "refused"), ("outlook-windows@2010", "refused")]
AFTER = [("ews-api", "warned"), ("outlook-windows@2010", "accepted")]
"""Of these two the first asks its user before it follows an SRV record."""
SOA = {("b.test", "SOA"): Found(("ns.b.test. hostmaster.b.test. 1 3600 600 86400 900",))}
ADDRESS = {(HOST, "A"): Found(("192.0.2.1",), ttl=40)}


class Told(Outside):
    """Answers from a world."""

    world: Worldlet

    async def answer(self, questions: Sequence[Question]) -> dict[Question, Answer]:
        return {question: self.world.answer(question) for question in questions}


async def nothing(*_: Any, **__: Any) -> Any:
    return ()


@pytest.fixture(autouse=True)
def judged(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the world's own judge; and its mail server is known."""
    root = make_root(root_recipe("Root", "Test"), make_key("ec-p256"), serial=1, not_before=NOW, not_after=NOW)
    server = MailServer(TARGET, (root.certificate,))
    for place in ("walking", "cure"):
        monkeypatch.setattr(f"mailtrust.flows.{place}.judge_for", lambda *_: judge)
    for place in ("discover_all", "cure"):
        monkeypatch.setattr(f"mailtrust.flows.{place}.find_server", lambda *_: server)


@pytest.fixture
def world() -> Worldlet:
    """Somebody else's server stands where clients look."""
    return Worldlet(hosts={HOST: Web(names=("shop.test",)), TARGET: Web(names=(TARGET,), status=401)})


async def walked(world: Worldlet, *, cure: bool = True) -> Walked:
    edge = Edge(resolver=FakeResolver(), probe=nothing, issuers=(), load_stores=load_stores, now=lambda: NOW)
    outside = Told(edge, nothing)
    outside.world = world
    return await walk_and_cure([REQUEST], {False: outside}, "", cure=cure)


async def planned(world: Worldlet, resolver: FakeResolver) -> Plan:
    return await plan_ways(
        await walked(world), load_stores(("mozilla",)), resolver, made=NOW, looking=("--", "u@b.test")
    )


def known(**ttls: int) -> FakeResolver:
    return FakeResolver(
        others={**SOA, **ADDRESS}, ttls={(HOST, kind): ZoneTtl(it, "192.0.2.53") for kind, it in ttls.items()}
    )


def cure_it(world: Worldlet) -> None:
    del world.hosts[HOST]
    world.records[SRV, "SRV"] = (f"0 0 443 {TARGET}",)


async def test_records_change_in_an_order_that_leaves_nobody_without_a_way(world: Worldlet) -> None:
    made = await planned(world, known(A=300))
    assert [step.do for step in made.steps] == [
        ChangeRecords("b.test", SRV, "SRV", (), (f"0 0 443 {TARGET}.",), 3600),
        ChangeRecords("b.test", HOST, "A", ("192.0.2.1",), (), 300),
    ]
    assert [step.id for step in made.steps] == ["1", "2"]
    assert [(one.client, one.outcome) for one in made.before] == BEFORE
    assert [(one.client, one.outcome) for one in made.after] == AFTER
    assert (made.target, made.looked_by) == ("u@b.test", "discover")


async def test_what_is_promised_is_what_walks_show_afterwards(world: Worldlet) -> None:
    made = await planned(world, known())
    before = proof_of(made, await walked(world, cure=False))
    assert set(before.remaining) == {one.id for one in made.findings}
    cure_it(world)
    after = await walked(world, cure=False)
    proof = proof_of(made, after)
    assert kept(made, proof)
    assert set(made.cures) == set(proof.resolved)
    assert f"autodiscover-foreign-certificate:{HOST}" in proof.resolved  # DNS says that nobody comes there any more
    assert (after.cures, after.receiving) == (None, ())


async def test_without_an_answer_about_what_stands_there_a_person_changes_it(world: Worldlet) -> None:
    lost = LookupFailed(NoSuchName("x").why)
    made = await planned(world, FakeResolver(others={**SOA, (HOST, "AAAA"): lost, (SRV, "SRV"): lost}))
    assert not any(isinstance(step.do, ChangeRecords) for step in made.steps)
    assert any("nsupdate" in getattr(step.do, "command", "") for step in made.steps)


async def test_a_plan_is_read_as_it_was_written(world: Worldlet) -> None:
    made = await planned(world, known())
    read = decode_plan(encode_plan(made, str))
    assert (read.looked_by, read.cures, read.findings, read.before, read.after) == (
        "discover", made.cures, made.findings, made.before, made.after
    )  # fmt: skip
    old = encode_plan(replace(made, looked_by="check"), str)
    assert b"looked_by" not in old  # so that plans of before keep their digests
    assert decode_plan(old).looked_by == "check"


async def test_what_a_resolver_still_gives_is_told_with_its_time(world: Worldlet) -> None:
    made = await planned(world, known())
    stale = await walked(world, cure=False)

    async def again() -> Walked:
        return stale

    proven = await prove_ways(made, again, known())
    assert [(one.name, one.type, one.seconds) for one in proven.held] == [(SRV, "SRV", 900), (HOST, "A", 40)]
    assert f"says that {SRV} has no SRV records" in str(proven.held[0].said)
    assert f"gives the former A records of {HOST}. Once they are changed, it may go on for 40" in str(
        proven.held[1].said
    )
    assert set(made.cures) <= set(proven.proof.remaining)
    # Without any answer nobody says what it keeps.
    lost = LookupFailed(NoSuchName("x").why)
    assert await held_back(made, FakeResolver(others={(SRV, "SRV"): lost, (HOST, "A"): lost})) == ()


async def test_what_is_forgotten_soon_is_waited_for(world: Worldlet, monkeypatch: pytest.MonkeyPatch) -> None:
    made = await planned(world, known())
    stale = await walked(world, cure=False)
    cure_it(world)
    fresh = await walked(world, cure=False)
    there = Found((f"0 0 443 {TARGET}.",))
    others: dict[Any, Any] = {(SRV, "SRV"): there, (HOST, "A"): Found(("192.0.2.1",), ttl=4)}
    waited: list[float] = []

    async def forget(seconds: float) -> None:
        waited.append(seconds)
        del others[HOST, "A"]

    async def again() -> Walked:
        return fresh if waited else stale

    monkeypatch.setattr(asyncio, "sleep", forget)
    proven = await prove_ways(made, again, FakeResolver(others=others))
    assert (waited, proven.held, kept(made, proven.proof)) == ([5], (), True)


async def test_right_after_a_change_the_zones_own_server_is_asked(world: Worldlet) -> None:
    made = await planned(world, known())
    usual = FakeResolver(
        hosts={HOST: Found(("192.0.2.1",)), TARGET: Found(("192.0.2.9",))}, others={("x.test", "TXT"): Found(("x",))}
    )
    zone = FakeResolver(others={(HOST, "CNAME"): Found((f"{TARGET}.",))})
    asked = at_the_zone(made, usual, zone)
    assert await asked.addresses(HOST) == Found(("192.0.2.9",), (TARGET,))
    assert await asked.addresses(TARGET) == Found(("192.0.2.9",))
    assert await asked.texts("x.test", "TXT") == Found(("x",))
    assert await asked.srv(SRV) == NoSuchName(SRV)
    assert (("srv", SRV) in zone.asked, usual.asked) == (
        True, [("addresses", TARGET), ("addresses", TARGET), ("TXT", "x.test")]
    )  # fmt: skip
    assert await at_the_zone(made, usual, FakeResolver()).addresses(HOST) == NoSuchName(HOST)
