"""SRV and MX records (RFC 2782, RFC 5321 5.1), and how they are read from presentation form (RFC 1035 5.1)."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class SrvRecord:
    """RFC 2782. `target` has no final dot; `.` alone says that the service is decidedly not offered."""

    priority: int
    weight: int
    port: int
    target: str


@dataclass(frozen=True, slots=True, order=True)
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
    return tuple(sorted(found))


def _name(written: str) -> str:
    return written.lower().removesuffix(".") or "."
