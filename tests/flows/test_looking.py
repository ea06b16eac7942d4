"""Whoever can ask, asks: no answer is waited for on which nothing hangs, and the order of answers changes nothing."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from tests.discovery.worldlet import NOW, Web, Worldlet, judge

from mailtrust.core.discovery import traveller_by_id
from mailtrust.core.discovery.asking import UnansweredError, together
from mailtrust.core.issuance.authority import make_root
from mailtrust.core.issuance.keys import make_key
from mailtrust.core.issuance.recipe import root_recipe
from mailtrust.core.model.pool import Pool, PoolEntry, Source
from mailtrust.core.model.walk import Answer, DnsAnswer, DnsQuestion, Question
from mailtrust.edge.anchors import load_stores
from mailtrust.edge.lookup.dns import FakeResolver
from mailtrust.flows.answering import Outside
from mailtrust.flows.check import Edge
from mailtrust.flows.discover import discover
from mailtrust.flows.looking import Place, StoresLater, look
from mailtrust.flows.walking import Walker, WalkRequest

REQUEST = WalkRequest("u@b.test")
CHAIN = tuple(DnsQuestion(f"{number}.b.test", "TXT") for number in range(3))
SLOW = DnsQuestion("slow.b.test", "TXT")


async def nothing(*_: Any, **__: Any) -> Any:
    return ()


EDGE = Edge(resolver=FakeResolver(), probe=nothing, issuers=(), load_stores=load_stores, now=lambda: NOW)


class Scripted(Outside):
    """Answers from a world, in an order of its own."""

    world: Worldlet
    last_first: bool

    async def answer(self, questions: Sequence[Question]) -> dict[Question, Answer]:
        """Late, so that others can be asked meanwhile."""
        (question,) = questions
        for _ in range(hash(question) % 7 if self.last_first else 1):
            await asyncio.sleep(0.003)
        return {question: self.world.answer(question)}


async def test_a_slow_answer_keeps_nobody_who_does_not_need_it() -> None:
    reached = asyncio.Event()

    class Slow(Outside):
        async def answer(self, questions: Sequence[Question]) -> dict[Question, Answer]:
            if questions[0] == SLOW:
                await asyncio.wait_for(reached.wait(), 20)  # it never comes where rounds are waited for
            if questions[0] == CHAIN[-1]:
                reached.set()
            return dict.fromkeys(questions, DnsAnswer("found"))

    place = Place(Slow(EDGE, nothing), {}, REQUEST, NOW)

    def wants() -> list[tuple[bool, Question]]:
        following = next((one for one in CHAIN if one not in place.book), None)
        return [(False, one) for one in (following, SLOW) if one is not None and one not in place.book]

    await look({False: place}, wants)
    assert set(place.book) == {*CHAIN, SLOW}


async def test_a_mistake_of_ours_is_heard_of_and_nothing_goes_on_behind_it() -> None:
    class Broken(Outside):
        async def answer(self, questions: Sequence[Question]) -> dict[Question, Answer]:
            if questions[0] == SLOW:
                await asyncio.sleep(60)
            raise RuntimeError("broken")

    place = Place(Broken(EDGE, nothing), {}, REQUEST, NOW)
    with pytest.raises(RuntimeError, match="broken"):
        await look({False: place}, lambda: [(False, SLOW), (False, CHAIN[0])])
    assert len(asyncio.all_tasks()) == 1


@pytest.mark.parametrize("last_first", [False, True])
async def test_the_order_of_answers_changes_neither_walks_nor_book(*, last_first: bool) -> None:
    server = Web(names=("webmail.b.test",), status=401)
    world = Worldlet(hosts={"b.test": Web(names=("x.test",)), "webmail.b.test": server, "autodiscover.b.test": server})
    world.records["_autodiscover._tcp.b.test", "SRV"] = ("0 0 443 webmail.b.test",)
    clients = tuple(map(traveller_by_id, ("outlook-windows@2010", "activesync", "mta-opportunistic", "outlook-mac")))
    outside = Scripted(EDGE, nothing)
    outside.world, outside.last_first = world, last_first
    found, _ = await discover(WalkRequest("u@b.test", clients, at=NOW), outside)
    asked = [f"{type(one).__name__} {getattr(one, 'name', getattr(one, 'url', ''))}" for one in found.book]
    assert [walk.client for walk in found.walks] == [one.id for one in clients]
    assert asked[:3] == ["DnsQuestion b.test", "HttpQuestion https://b.test/autodiscover/autodiscover.xml",
                         "DnsQuestion autodiscover.b.test"]  # fmt: skip
    assert len(asked) == len(set(found.book))


def test_one_that_lacks_an_answer_does_not_keep_the_others() -> None:
    begun: list[int] = []

    def part(number: int, *, answered: bool = True) -> int:
        begun.append(number)
        if not answered:
            raise UnansweredError
        return number

    with pytest.raises(UnansweredError):
        together(lambda: part(1, answered=False), lambda: part(2))
    assert begun == [1, 2]
    assert together(lambda: part(3), lambda: part(4)) == (3, 4)


def test_stores_are_read_when_they_are_needed_and_once() -> None:
    read: list[tuple[str, ...]] = []

    def load(names: Any) -> Any:
        read.append(tuple(names))
        return dict.fromkeys(names)

    stores = StoresLater(load, ("a", "b"))
    assert (list(stores), len(stores), read) == (["a", "b"], 2, [])
    assert list(stores.values()) == [None, None]
    assert read == [("a", "b")]


def test_an_issuer_that_was_fetched_counts_at_once_and_one_that_was_sent_at_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    root = make_root(root_recipe("Root", "Test"), make_key("ec-p256"), serial=1, not_before=NOW, not_after=NOW)
    judged_by: list[Pool] = []

    def judge_for(_traveller: Any, _request: Any, pool: Pool, *_: Any) -> Any:
        judged_by.append(pool)
        return judge

    monkeypatch.setattr("mailtrust.flows.walking.judge_for", judge_for)
    request = WalkRequest("u@b.test", (traveller_by_id("outlook-mac"),))
    sent, fetched = (
        Pool((PoolEntry(root.certificate, frozenset({source})),)) for source in (Source.ELSEWHERE, Source.AIA)
    )
    walker, world = Walker(request, {}, NOW), Worldlet(hosts={"b.test": Web(names=("b.test",))})
    book: dict[Question, Answer] = {}
    while missing := walker.missing(book, sent):
        assert walker.pool == Pool(())
        book.update({question: world.answer(question) for question in missing})
    assert judged_by == [Pool(()), sent]
    assert walker.missing({}, fetched), "all is asked and judged again"
    assert judged_by[2:] == [fetched]
