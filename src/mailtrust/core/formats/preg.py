"""registry.pol: what a Group Policy sets in the registry (MS-GPREG 2.2.1), read and written byte for byte.

The octets `PReg` and a version, then entries `[key;value;type;size;data]`: brackets, semicolons and the two strings in
UTF-16LE, the strings ended by a NUL; type and size as 32-bit numbers, least octet first; the data as they are. Whether
an entry is of the computer or of the user, the folder says that the file stands in, so a key names no hive.
"""

import struct
from collections.abc import Collection, Iterable, Sequence
from enum import IntEnum

from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text

MAGIC = b"PReg"
VERSION = 1
LARGEST = 4 * 1024 * 1024
"""Octets; what organisations set takes a small part of it."""
MOST_ENTRIES = 50_000
MOST_DATA = 0xFFFF
"""Octets of one value that Windows takes (MS-GPREG 2.2.1). Longer ones are read, and left as they are."""

_OPEN, _BETWEEN, _CLOSE, _NUL = (mark.encode("utf-16-le") for mark in "[;]\0")
_LONGEST_STRING = 2 * 32_768
"""Octets of a key or a value's name; the registry takes half of it."""


class RegistryType(IntEnum):
    """The types of values that are written here (winnt.h)."""

    SZ = 1
    BINARY = 3
    DWORD = 4
    MULTI_SZ = 7


class PolicyFileProblem(UserProblem):
    """The octets are no registry.pol."""


@frozen
class Entry:
    """One line of a policy. The registry takes small and capital letters in `key` and `name` for the same."""

    key: str
    """Without a hive: `Software\\Policies\\...`. Half of a surrogate pair stays what it is."""
    name: str
    """The value's name. `**del.NAME`, `**delvals.` and the like are orders to take away (MS-GPREG 3.2.5.1)."""
    type: int
    data: bytes

    @property
    def place(self) -> tuple[str, str]:
        """Equal for entries that set the same value."""
        return self.key.lower(), self.name.lower()


def dword(key: str, name: str, number: int) -> Entry:
    """A 32-bit number."""
    return Entry(key, name, RegistryType.DWORD, struct.pack("<I", number))


def string(key: str, name: str, value: str) -> Entry:
    """A text."""
    return Entry(key, name, RegistryType.SZ, _string(value))


def strings(key: str, name: str, values: Iterable[str]) -> Entry:
    """Several texts, none of them empty."""
    return Entry(key, name, RegistryType.MULTI_SZ, b"".join(map(_string, values)) + _NUL)


def binary(key: str, name: str, data: bytes) -> Entry:
    """Octets."""
    return Entry(key, name, RegistryType.BINARY, data)


def read_policy(octets: bytes) -> tuple[Entry, ...]:
    """Every entry, in order; `write_policy` gives the same octets back. Raises PolicyFileProblem."""
    if len(octets) > LARGEST:
        raise PolicyFileProblem(
            text("Expected a registry.pol of at most {most} octets, got {size}.", most=LARGEST, size=len(octets))
        )
    if octets[:4] != MAGIC or len(octets) < 8:
        raise PolicyFileProblem(
            text("Expected a registry.pol, which begins with the letters PReg and a version; this file does not.")
        )
    (version,) = struct.unpack_from("<I", octets, 4)
    if version != VERSION:
        raise PolicyFileProblem(
            text("Expected version {known} of registry.pol, got {version}.", known=VERSION, version=version)
        )
    entries: list[Entry] = []
    at = 8
    while at < len(octets):
        if len(entries) == MOST_ENTRIES:
            raise PolicyFileProblem(text("Expected at most {most} entries in a registry.pol.", most=MOST_ENTRIES))
        entry, at = _read_entry(octets, at)
        entries.append(entry)
    return tuple(entries)


def write_policy(entries: Iterable[Entry]) -> bytes:
    """The file with these entries, in this order."""
    body = b"".join(
        _OPEN
        + _BETWEEN.join(
            (
                _string(entry.key),
                _string(entry.name),
                struct.pack("<I", entry.type),
                struct.pack("<I", len(entry.data)),
                entry.data,
            )
        )
        + _CLOSE
        for entry in entries
    )
    return MAGIC + struct.pack("<I", VERSION) + body


def merged(existing: Iterable[Entry], wanted: Iterable[Entry]) -> tuple[Entry, ...]:
    """`existing` with `wanted` in it: what is there already stays where it is, and all else stays as it is.

    Entries are carried out in order, so what has to change, or is taken away by a later order, is put at the end.
    """
    entries = tuple(existing)
    places = [entry.place for entry in entries]
    meant = {entry.place: entry for entry in wanted}
    standing = {place for place, entry in meant.items() if _counts(entry, entries, places)}
    kept = (one for one, place in zip(entries, places, strict=True) if place not in meant or place in standing)
    return (*kept, *(entry for place, entry in meant.items() if place not in standing))


def without(existing: Iterable[Entry], places: Collection[tuple[str, str]]) -> tuple[Entry, ...]:
    """`existing` without the entries that set these values; `places` as `Entry.place` has them."""
    return tuple(one for one in existing if one.place not in places)


def _counts(entry: Entry, entries: Sequence[Entry], places: Sequence[tuple[str, str]]) -> bool:
    """Whether it is among the entries, once, and none behind it takes it away."""
    here = [number for number, place in enumerate(places) if place == entry.place]
    return (
        len(here) == 1
        and entries[here[0]] == entry
        and not any(_undoes(order, entry) for order in entries[here[0] + 1 :])
    )


def _undoes(order: Entry, entry: Entry) -> bool:
    """Whether an order (MS-GPREG 3.2.5.1) may take away what `entry` sets. In doubt it may."""
    name = order.name.lower()
    if not name.startswith("**"):
        return False
    key = entry.key.lower()
    return key == order.key.lower() or key.startswith(f"{order.key.lower()}\\")


def _read_entry(octets: bytes, at: int) -> tuple[Entry, int]:
    start = at
    at = _expect(octets, at, _OPEN, start)
    key, at = _read_string(octets, at, start)
    at = _expect(octets, at, _BETWEEN, start)
    name, at = _read_string(octets, at, start)
    at = _expect(octets, at, _BETWEEN, start)
    kind, at = _read_number(octets, at, start)
    at = _expect(octets, at, _BETWEEN, start)
    size, at = _read_number(octets, at, start)
    at = _expect(octets, at, _BETWEEN, start)
    if len(octets) - at < size:
        raise _damaged(start)
    data, at = octets[at : at + size], at + size
    return Entry(key, name, kind, data), _expect(octets, at, _CLOSE, start)


def _expect(octets: bytes, at: int, mark: bytes, start: int) -> int:
    if octets[at : at + 2] != mark:
        raise _damaged(start)
    return at + 2


def _read_string(octets: bytes, at: int, start: int) -> tuple[str, int]:
    furthest = at + _LONGEST_STRING
    end = octets.find(_NUL, at, furthest)
    while end != -1 and (end - at) % 2:
        end = octets.find(_NUL, end + 1, furthest)
    if end == -1:
        raise _damaged(start)
    return octets[at:end].decode("utf-16-le", "surrogatepass"), end + 2


def _read_number(octets: bytes, at: int, start: int) -> tuple[int, int]:
    if len(octets) - at < 4:
        raise _damaged(start)
    return int.from_bytes(octets[at : at + 4], "little"), at + 4


def _string(value: str) -> bytes:
    return value.encode("utf-16-le", "surrogatepass") + _NUL


def _damaged(start: int) -> PolicyFileProblem:
    return PolicyFileProblem(
        text(
            "The registry.pol is damaged: the entry at octet {at} is not of the form [key;value;type;size;data]. Take "
            "the file from SYSVOL or from a backup again.",
            at=start,
        )
    )
