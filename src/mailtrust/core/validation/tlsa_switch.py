"""Whether servers may go over from one certificate to the next now, by the TLSA records that are published."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from mailtrust.core.formats.tlsa import Tlsa
from mailtrust.core.model.certificate import AnyCertificate
from mailtrust.core.model.frozen import frozen
from mailtrust.core.validation.tlsa_rollover import fits, rollover, settled_after

Chain = Sequence[AnyCertificate]


@frozen
class Place:
    """What stands at a name such as _25._tcp.mail.example.com, and what the port shows that it speaks of."""

    name: str
    records: tuple[Tlsa, ...]
    ttl: int
    """Seconds."""
    current: tuple[AnyCertificate, ...]
    """The chain that is presented there."""


@frozen
class Beside:
    """A record to be published beside those that are there."""

    name: str
    record: Tlsa
    ttl: int


@frozen
class Switch:
    """What is to be done before the switch, from when on it may be made, and what is to be done behind it."""

    publish: tuple[Beside, ...]
    not_before: datetime | None
    """None: nothing has to be waited for."""
    waits_for: tuple[Beside, ...]
    """The records that do not count everywhere yet."""
    remove: tuple[Beside, ...]
    """Records that speak of the former certificate alone: to be taken away when no server presents it any more."""


def switch(
    places: Iterable[Place], following: Chain, seen: Mapping[tuple[str, str], datetime], now: datetime
) -> Switch:
    """What the records ask for. `seen`: since when a record is known to be published, by its place and its text."""
    publish: list[Beside] = []
    waits_for: list[Beside] = []
    remove: list[Beside] = []
    ends: list[datetime] = []
    for place in places:
        if not place.current or place.current[0].fingerprint == following[0].fingerprint:
            continue
        wanted = rollover(place.records, place.ttl, place.current, following)
        publish += [Beside(place.name, record, place.ttl) for record in wanted.publish]
        remove += [Beside(place.name, record, place.ttl) for record in _outlived(place, following)]
        if wanted.publish or not _held(place) or any(fits(one, following) for one in _held(place)):
            continue  # RFC 7671 8.1: what has matched all along need not be waited for
        new = [record for record in place.records if record.usable_for_smtp and fits(record, following)]
        counts = [
            seen.get((place.name, record.text), now) + timedelta(seconds=settled_after(place.ttl)) for record in new
        ]
        if counts and min(counts) > now:
            ends.append(min(counts))
            waits_for += [Beside(place.name, record, place.ttl) for record in new]
    return Switch(tuple(publish), max(ends, default=None), tuple(waits_for), tuple(remove))


def _held(place: Place) -> tuple[Tlsa, ...]:
    return tuple(one for one in place.records if one.usable_for_smtp and fits(one, place.current))


def _outlived(place: Place, following: Chain) -> tuple[Tlsa, ...]:
    return tuple(one for one in _held(place) if not fits(one, following))
