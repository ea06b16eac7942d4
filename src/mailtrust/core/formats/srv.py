"""SRV and MX records (RFC 2782, RFC 5321 5.1), and how they are read from presentation form (RFC 1035 5.1)."""

from collections.abc import Iterable

from mailtrust.core.model.frozen import frozen


@frozen
class SrvRecord:
    """RFC 2782. `target` has no final dot; `.` alone says that the service is decidedly not offered."""

    priority: int
    weight: int
    port: int
    target: str


@frozen
class MxRecord:
    """RFC 5321 5.1. `exchange` has no final dot; `.` alone says that the domain takes no mail (RFC 7505)."""

    preference: int
    exchange: str


def read_srv(records: Iterable[str]) -> tuple[SrvRecord, ...]:
    """The records that can be read, in the order given."""
    found = []
    for record in records:
        match record.split():
            case [priority, weight, port, target] if priority.isdigit() and weight.isdigit() and port.isdigit():
                found.append(SrvRecord(int(priority), int(weight), int(port), _name(target)))
    return tuple(found)


def read_mx(records: Iterable[str]) -> tuple[MxRecord, ...]:
    """The records that can be read, most preferred first."""
    found = []
    for record in records:
        match record.split():
            case [preference, exchange] if preference.isdigit():
                found.append(MxRecord(int(preference), _name(exchange)))
    return most_preferred_first(found)


def most_preferred_first(records: Iterable[MxRecord]) -> tuple[MxRecord, ...]:
    """In the order in which they are to be tried (RFC 5321 5.1); by name where they are equal, for the same answer."""
    return tuple(sorted(records, key=lambda one: (one.preference, one.exchange)))


def _name(written: str) -> str:
    return written.lower().removesuffix(".") or "."
