"""Several targets that lead to one port: it is asked once, and every target gets the answer."""

import asyncio
from collections.abc import Hashable, Sequence
from dataclasses import fields, replace
from operator import attrgetter

from mailtrust.core.model.endpoint import Endpoint, Offer
from mailtrust.core.model.observation import Observation
from mailtrust.flows.check import Edge, OnProgress


def sharing(edge: Edge) -> Edge:
    """The same outside, that connects for each endpoint and offer once, however many ask; for one run."""
    asked: dict[Hashable, asyncio.Future[Observation]] = {}

    async def probe(
        wishes: Sequence[tuple[Endpoint, Offer]], *, per_host: int | None, on_progress: OnProgress | None
    ) -> tuple[Observation, ...]:
        own = {key: wish for wish in wishes if (key := _same(wish)) not in asked}
        loop = asyncio.get_running_loop()
        asked.update({key: loop.create_future() for key in own})
        try:
            for seen in await edge.probe(tuple(own.values()), per_host=per_host, on_progress=on_progress):
                asked[_same((seen.endpoint, seen.offer))].set_result(seen)
        finally:
            for key in own:
                asked[key].cancel()  # Of what was answered nothing; politeness or a failure has left the others out.
        given = [(endpoint, await _given(asked[_same((endpoint, offer))])) for endpoint, offer in wishes]
        return tuple(
            seen if seen.endpoint == endpoint else replace(seen, endpoint=endpoint)
            for endpoint, seen in given
            if seen is not None
        )

    return replace(edge, probe=probe)


_port_of = attrgetter(*(field.name for field in fields(Endpoint) if field.name != "found_by"))


def _same(wish: tuple[Endpoint, Offer]) -> Hashable:
    """By which way an endpoint was found makes no other port of it."""
    return _port_of(wish[0]), wish[1]


async def _given(answer: "asyncio.Future[Observation]") -> Observation | None:
    """None: politeness left it out."""
    await asyncio.wait([answer])
    return None if answer.cancelled() else answer.result()
