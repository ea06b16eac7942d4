"""The changes by which clients find their server, as changes of records that a program can make (RFC 2136)."""

from collections.abc import Iterable, Iterator, Mapping

from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.plan import ChangeRecords, PlanStep, PutBack
from mailtrust.core.model.text import Text, text
from mailtrust.core.remedies.finding.changes import AddAlias, AddSrv, Change, CloseHttps, PublishTlsa, RemoveHost
from mailtrust.core.targets.parts.zone_records import TTL

Place = tuple[str, str]
"""A name, and a type of records."""


@frozen
class Standing:
    """The records of one type at one name, as they are today."""

    zone: str
    values: tuple[str, ...]
    """As a zone file writes them, names with their final dot; empty: there are none."""
    ttl: int = TTL
    """As the zone has it."""


def in_order(changes: Iterable[Change]) -> tuple[Change, ...]:
    """What opens a way before what closes one: at no moment is a client left without any."""
    return tuple(sorted(changes, key=lambda one: isinstance(one, RemoveHost | CloseHttps)))


def places_of(change: Change) -> tuple[Place, ...]:
    """The records that have to be known before the change can be written down; none: it is no change of records."""
    match change:
        case AddSrv(domain=domain):
            return ((f"_autodiscover._tcp.{domain}", "SRV"),)
        case RemoveHost(name=name) | AddAlias(name=name):
            # An alias stands alone (RFC 1034 3.6.2): it comes last, when the others have gone.
            return (name, "A"), (name, "AAAA"), (name, "CNAME")
        case PublishTlsa(place=place):
            return ((place, "TLSA"),)
        case _:
            return ()


def record_steps(change: Change, now: Mapping[Place, Standing]) -> tuple[PlanStep, ...] | None:
    """The change as steps; None where it is none of records, or where nobody knows what stands there today."""
    places = places_of(change)
    if not places or any(place not in now for place in places):
        return None
    return tuple(_steps(change, [(place, now[place]) for place in places]))


def _steps(change: Change, found: Iterable[tuple[Place, Standing]]) -> Iterator[PlanStep]:
    for (name, kind), standing in found:
        shall = _shall(change, kind, standing.values)
        if set(shall) != set(standing.values):
            do = ChangeRecords(standing.zone, name, kind, standing.values, shall, standing.ttl)
            yield PlanStep("", "", _said(do), do, PutBack(), needs="DNS")


def _shall(change: Change, kind: str, was: tuple[str, ...]) -> tuple[str, ...]:
    match change:
        case AddSrv(target=target):
            return (f"0 0 443 {target}.",)
        case AddAlias(target=target) if kind == "CNAME":
            return (f"{target}.",)
        case PublishTlsa(record=record, stale=stale):
            return (*(one for one in was if one not in stale), record)
        case _:
            return ()


def _said(do: ChangeRecords) -> Text:
    if not do.shall:
        return text("Delete the {type} records of {name}.", type=do.type, name=do.name)
    if not do.was:
        return text("Publish {type} records of {name}.", type=do.type, name=do.name)
    return text("Replace the {type} records of {name}.", type=do.type, name=do.name)
