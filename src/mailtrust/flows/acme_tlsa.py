"""The TLSA records of the names of a certificate: what a renewal must not break."""

import asyncio
from collections.abc import Sequence

from mailtrust.core.formats.tlsa import read_tlsa
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.text import Text
from mailtrust.core.validation.dane_renewal import Pins, Published, pins_of, places_of
from mailtrust.edge.lookup.dns import Resolver
from mailtrust.edge.lookup.dns_answers import Found, LookupFailed, TextAnswer

MOST_AT_ONCE = 20


@frozen
class Standing:
    """What is published, and what of the chain in use it holds on to."""

    published: Published
    pins: Pins
    unknown: Text | None
    """Why that is not known for certain; None: it is."""

    @property
    def keeps_key(self) -> bool:
        """Whether the key must stay: a record says so, or nobody could say otherwise."""
        return bool(self.pins.key) or self.unknown is not None


NOTHING_PUBLISHED = Standing({}, Pins((), (), ()), None)


async def look_up(resolver: Resolver, chain: Sequence[Certificate]) -> Standing:
    """Ask for the records of every name of a certificate at every mail port. `chain`: the one in use."""
    places = places_of(chain[0].dns_names)
    gate = asyncio.Semaphore(MOST_AT_ONCE)

    async def ask(place: str) -> TextAnswer:
        async with gate:
            return await resolver.texts(place, "TLSA")

    answers = await asyncio.gather(*map(ask, places))
    published = {
        place: records
        for place, answer in zip(places, answers, strict=True)
        if isinstance(answer, Found) and (records := read_tlsa(answer.records))
    }
    failed = next((answer.why for answer in answers if isinstance(answer, LookupFailed)), None)
    return Standing(published, pins_of(published, chain), failed)
