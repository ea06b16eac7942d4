"""The TLSA records of a certificate that is renewed: read where they are changed, published, taken away."""

import asyncio
from collections.abc import Iterable
from functools import partial
from typing import Protocol as Interface

from mailtrust.core.formats.tlsa import read_tlsa
from mailtrust.core.model.certificate import AnyCertificate
from mailtrust.core.model.observation import Observation
from mailtrust.core.model.problem import CouldNotLook, UserProblem
from mailtrust.core.model.text import text
from mailtrust.core.targets.parts.zone_records import TTL
from mailtrust.core.validation.dane_renewal import places_of as usual_places
from mailtrust.core.validation.tlsa_switch import Beside, Place
from mailtrust.edge.lookup.dns import Resolver
from mailtrust.edge.lookup.dns_answers import Found, LookupFailed
from mailtrust.edge.lookup.dns_update import RecordSet
from mailtrust.flows.apply_doing import in_thread

KIND = "TLSA"
MOST_AT_ONCE = 10


class Editor(Interface):
    """What changes records: `edge.lookup.dns_update.ZoneEditor`."""

    def seen(self, name: str, record_type: str, /) -> RecordSet:
        """What stands there."""
        ...

    def add(self, name: str, record_type: str, value: str, ttl: int, /) -> None:
        """Put a record beside the others."""
        ...

    def remove(self, name: str, record_type: str, value: str, /) -> None:
        """Take exactly this one away."""
        ...


async def places_of(
    seen: Iterable[Observation], names: Iterable[str], resolver: Resolver, editor: Editor | None
) -> tuple[Place, ...]:
    """What is published for the ports that were seen, and at every mail port of the certificate's names.

    The same server may be met under a name that nobody has written down, such as that of the MX record: what stands
    there counts where it fits what is served. Raises CouldNotLook where DNS does not say.

    `editor`: is asked first, for it knows what was changed a moment ago.
    """
    chains: dict[str, tuple[AnyCertificate, ...]] = {}
    places: dict[tuple[str, str], None] = {}
    for one in seen:
        if one.presented_chain:
            leaf = one.presented_chain[0].fingerprint
            chains.setdefault(leaf, one.presented_chain)
            places[f"_{one.endpoint.port}._tcp.{one.endpoint.host}", leaf] = None
    named = {name for name, _ in places}
    places.update({(name, leaf): None for name in usual_places(names) if name not in named for leaf in chains})
    gate = asyncio.Semaphore(MOST_AT_ONCE)

    async def ask(name: str) -> tuple[tuple[str, ...], int]:
        async with gate:
            return await _published(name, resolver, editor)

    asked = tuple(dict.fromkeys(name for name, _ in places))
    known = dict(zip(asked, await asyncio.gather(*map(ask, asked)), strict=True))
    return tuple(Place(name, read_tlsa(known[name][0]), known[name][1], chains[leaf]) for name, leaf in places)


async def _published(name: str, resolver: Resolver, editor: Editor | None) -> tuple[tuple[str, ...], int]:
    if editor is not None:
        try:
            found = await in_thread(partial(editor.seen, name, KIND))
        except UserProblem:  # not its zone, or not there: others know as well
            pass
        else:
            return found.values, found.ttl or TTL
    answer = await resolver.texts(name, KIND)
    if isinstance(answer, LookupFailed):
        raise CouldNotLook(
            text(
                "Nobody knows which TLSA records stand at {name}, so no other certificate is brought out; "
                "--ignore-tlsa does it all the same. {why}",
                name=name,
                why=answer.why,
            )
        )
    if not isinstance(answer, Found):
        return (), TTL
    told = await resolver.zone_ttl(name, KIND)
    return tuple(answer.records), told.seconds if told is not None else answer.ttl or TTL


async def publish(records: Iterable[Beside], editor: Editor) -> None:
    """Put them beside those that are there. Raises UserProblem."""
    for one in records:
        await in_thread(partial(editor.add, one.name, KIND, one.record.text, one.ttl))


async def take_away(records: Iterable[tuple[str, str]], editor: Editor) -> None:
    """Remove them, each by its place and its text. Raises UserProblem."""
    for place, record in records:
        await in_thread(partial(editor.remove, place, KIND, record))
