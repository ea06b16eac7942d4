"""Targets that lead to the same port share what it showed."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from mailtrust.core.model.endpoint import Endpoint, Offer, Protocol, TlsMode
from mailtrust.core.model.observation import FailureKind, Observation, ProbeFailure, Stage
from mailtrust.edge.lookup.dns import FakeResolver
from mailtrust.flows.check import Edge
from mailtrust.flows.sharing import sharing

Wish = tuple[Endpoint, Offer]
IMAPS = Endpoint("mail.example.com", 993, Protocol.IMAP, TlsMode.IMPLICIT, "192.0.2.1", "mail.example.com", "mx")
SMTPS = replace(IMAPS, port=465, protocol=Protocol.SUBMISSION)


class Outside:
    """Answers after a while; leaves ECDSA out, as politeness does."""

    def __init__(self) -> None:
        self.asked: list[Wish] = []
        self.fails = False

    async def probe(self, wishes: Sequence[Wish], *, per_host: Any, on_progress: Any) -> tuple[Observation, ...]:
        self.asked += wishes
        await asyncio.sleep(0)
        if self.fails:
            raise RuntimeError("told so")
        failed = ProbeFailure(Stage.CONNECT, FailureKind.REFUSED, "refused")
        now = datetime(2026, 1, 1, tzinfo=UTC)
        return tuple(Observation(*wish, now, failed) for wish in wishes if wish[1] is not Offer.ECDSA)


@pytest.fixture
def outside() -> Outside:
    return Outside()


def shared_by_all(outside: Outside) -> Edge:
    return sharing(
        Edge(
            resolver=FakeResolver(hosts={}),
            probe=outside.probe,
            issuers=(),
            load_stores=lambda _: {},
            now=lambda: datetime.now(UTC),
        )
    )


def wishes(*endpoints: Endpoint, offers: tuple[Offer, ...] = (Offer.DEFAULT, Offer.RSA)) -> list[Wish]:
    return [(endpoint, offer) for offer in offers for endpoint in endpoints]


async def test_a_port_is_asked_once_and_everybody_is_answered(outside: Outside) -> None:
    shared = shared_by_all(outside)
    given = replace(IMAPS, found_by="given")
    first, second = await asyncio.gather(
        shared.probe(wishes(IMAPS, SMTPS), per_host=None, on_progress=None),
        shared.probe(wishes(given), per_host=None, on_progress=None),
    )
    assert outside.asked == wishes(IMAPS, SMTPS)
    assert [(seen.endpoint, seen.offer) for seen in first] == wishes(IMAPS, SMTPS)
    assert [(seen.endpoint, seen.offer) for seen in second] == wishes(given)
    third = await shared.probe(wishes(given), per_host=None, on_progress=None)
    assert third == second


async def test_another_way_to_a_port_is_another_question(outside: Outside) -> None:
    shared = shared_by_all(outside)
    ways = [IMAPS, replace(IMAPS, connect_port=1993), replace(IMAPS, host="imap.example.com"), SMTPS]
    for way in ways:
        await shared.probe([(way, Offer.DEFAULT)], per_host=None, on_progress=None)
    assert [endpoint for endpoint, _ in outside.asked] == ways


async def test_what_politeness_left_out_is_left_out_for_all(outside: Outside) -> None:
    shared = shared_by_all(outside)
    both = (Offer.DEFAULT, Offer.ECDSA)
    answers = await asyncio.gather(
        *(shared.probe(wishes(IMAPS, offers=both), per_host=None, on_progress=None) for _ in range(2))
    )
    assert [[seen.offer for seen in answer] for answer in answers] == [[Offer.DEFAULT]] * 2


async def test_a_failure_leaves_nobody_waiting(outside: Outside) -> None:
    shared = shared_by_all(outside)
    outside.fails = True
    first, second = await asyncio.wait_for(
        asyncio.gather(
            shared.probe(wishes(IMAPS), per_host=None, on_progress=None),
            shared.probe(wishes(IMAPS), per_host=None, on_progress=None),
            return_exceptions=True,
        ),
        timeout=10,
    )
    assert isinstance(first, RuntimeError)
    assert isinstance(second, RuntimeError) or second == ()
