"""The TLSA records of a certificate that is renewed: read where they are changed, published, taken away."""

from collections.abc import Iterable, Mapping
from typing import Protocol as Interface

from mailtrust.core.formats.tlsa import read_tlsa
from mailtrust.core.model.certificate import AnyCertificate
from mailtrust.core.model.observation import Observation
from mailtrust.core.model.problem import CouldNotLook, UserProblem
from mailtrust.core.model.text import text
from mailtrust.core.targets.parts.zone_records import TTL
from mailtrust.core.validation.tlsa_switch import Beside, Place
from mailtrust.edge.lookup.dns import Resolver
from mailtrust.edge.lookup.dns_answers import Found, LookupFailed
from mailtrust.edge.lookup.dns_update import RecordSet
from mailtrust.flows.apply_doing import in_thread

KIND = "TLSA"


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


async def places_of(seen: Iterable[Observation], resolver: Resolver, editor: Editor | None) -> tuple[Place, ...]:
    """What is published for the ports that were seen. Raises CouldNotLook where DNS does not say.

    `editor`: is asked first, for it knows what was changed a moment ago.
    """
    chains: Mapping[tuple[str, str], tuple[AnyCertificate, ...]] = {
        (f"_{one.endpoint.port}._tcp.{one.endpoint.host}", one.presented_chain[0].fingerprint): one.presented_chain
        for one in seen
        if one.presented_chain
    }
    known: dict[str, tuple[tuple[str, ...], int]] = {}
    for name in dict.fromkeys(name for name, _ in chains):
        known[name] = await _published(name, resolver, editor)
    return tuple(Place(name, read_tlsa(known[name][0]), known[name][1], chain) for (name, _), chain in chains.items())


async def _published(name: str, resolver: Resolver, editor: Editor | None) -> tuple[tuple[str, ...], int]:
    if editor is not None:
        try:
            found = await in_thread(lambda: editor.seen(name, KIND))
        except UserProblem:  # not its zone, or not there: others know as well
            pass
        else:
            return found.values, found.ttl or TTL
    answer = await resolver.texts(name, KIND)
    if isinstance(answer, LookupFailed):
        raise CouldNotLook(
            text(
                "Nobody knows which TLSA records stand at {name}, so no other key can be brought out. {why}",
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
        await in_thread(lambda one=one: editor.add(one.name, KIND, one.record.text, one.ttl))  # type: ignore[misc]


async def take_away(records: Iterable[tuple[str, str]], editor: Editor) -> None:
    """Remove them, each by its place and its text. Raises UserProblem."""
    for place, record in records:
        await in_thread(lambda place=place, record=record: editor.remove(place, KIND, record))  # type: ignore[misc]
