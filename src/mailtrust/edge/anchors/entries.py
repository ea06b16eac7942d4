"""Stores made of entries: a root's DER and the limits its store puts on it, read only when its name is asked for."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from typing import NamedTuple, overload

from mailtrust.core.model.anchors import AnchorStore, TrustAnchor, UnreadAnchors
from mailtrust.core.model.certificate import Certificate, Name
from mailtrust.core.model.frozen import frozen
from mailtrust.core.x509 import der as x690
from mailtrust.core.x509.names import read_name
from mailtrust.core.x509.parse import read_certificate

NO_DATE = datetime(1970, 1, 1, tzinfo=UTC)
"""Of a store that could not be read: older than any limit."""


@frozen
class Entry:
    """One root of a store; the fields are those of TrustAnchor."""

    der: bytes
    fingerprint: str
    """Lower-case hex SHA-256 of `der`."""
    purposes: frozenset[str] | None = None
    distrust_after: datetime | None = None
    disallowed_from: datetime | None = None
    locally_added: bool = False

    def read(self) -> TrustAnchor | None:
        """The anchor; None when its certificate cannot be read."""
        certificate = read_certificate(self.der)
        if not isinstance(certificate, Certificate):
            return None
        return TrustAnchor(certificate, self.purposes, self.distrust_after, self.disallowed_from, self.locally_added)

    def line(self) -> str:
        """Everything that a digest must change with."""
        purposes = "all" if self.purposes is None else " ".join(sorted(self.purposes))
        return f"{self.fingerprint} {purposes} {self.distrust_after} {self.disallowed_from} {self.locally_added}"


class EntryAnchors(UnreadAnchors):
    """Entries as anchors. A name costs a look at each subject once, and the reading of those that bear it."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._entries = tuple(entries)
        self._found: dict[tuple[object, ...], tuple[TrustAnchor, ...]] = {}

    def named(self, name: Name) -> tuple[TrustAnchor, ...]:
        """The anchors that bear this name (RFC 5280 7.1)."""
        if name.match_key not in self._found:
            needles = _needles(name)
            # Outside ASCII, letters fold into others (ß into ss): such a name is always read, and nothing but it.
            likely = (
                entry.read()
                for subject, entry in self._subjects
                if (
                    all(needle in subject.squeezed for needle in needles)
                    if subject.plain
                    else read_name(subject.der)[0].match_key == name.match_key
                )
            )
            self._found[name.match_key] = tuple(
                anchor for anchor in likely if anchor is not None and anchor.subject.match_key == name.match_key
            )
        return self._found[name.match_key]

    def __iter__(self) -> Iterator[TrustAnchor]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._entries)

    @overload
    def __getitem__(self, index: int) -> TrustAnchor: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[TrustAnchor]: ...

    def __getitem__(self, index: int | slice) -> TrustAnchor | Sequence[TrustAnchor]:
        return self._all[index]

    @cached_property
    def _all(self) -> tuple[TrustAnchor, ...]:
        read = (entry.read() for entry in self._entries)
        return tuple(anchor for anchor in read if anchor is not None)

    @cached_property
    def _subjects(self) -> tuple[tuple["_Subject", Entry], ...]:
        known = []
        for entry in self._entries:
            with suppress(x690.DerError, IndexError):
                known.append((_subject(entry.der), entry))
        return tuple(known)


def make_store(name: str, date: datetime, provenance: str, entries: Iterable[Entry]) -> AnchorStore:
    """A store of these entries, each certificate once."""
    once = {entry.fingerprint: entry for entry in entries}
    ordered = [once[fingerprint] for fingerprint in sorted(once)]
    digest = hashlib.sha256("\n".join(entry.line() for entry in ordered).encode("ascii")).hexdigest()
    return AnchorStore(name, date, provenance, digest, EntryAnchors(ordered))


def empty_store(name: str, why: str) -> AnchorStore:
    """A store that could not be read: it trusts nothing and says why."""
    return make_store(name, NO_DATE, why, ())


def entry_of(der: bytes) -> Entry:
    """A root without any limit."""
    return Entry(der, hashlib.sha256(der).hexdigest())


class _Subject(NamedTuple):
    """The subject of a certificate of which nothing else is read."""

    der: bytes
    squeezed: bytes
    plain: bool
    """Whether all values are ASCII."""


@lru_cache(maxsize=2048)
def _subject(der: bytes) -> _Subject:
    """RFC 5280 4.1. Most roots stand in several stores. Raises DerError, IndexError."""
    body = x690.read(x690.read(der)[1])[1]
    at = 0
    # version [0] may be absent; then serialNumber, signature, issuer, validity, subject.
    for _ in range(5 if body[0] == 0xA0 else 4):
        _, _, at = x690.read(body, at)
    subject = body[at : x690.read(body, at)[2]]
    squeezed = _squeeze(subject)
    # The first octets are the tag and length of the whole.
    return _Subject(subject, squeezed, squeezed[4:].isascii())


def _squeeze(data: bytes) -> bytes:
    """Letters without case, blanks, or the zero octets of BMPString: what equal names (RFC 5280 7.1) have in common."""
    return data.lower().replace(b" ", b"").replace(b"\0", b"")


def _needles(name: Name) -> tuple[bytes, ...]:
    """The values of a name in ASCII, squeezed: a name in ASCII that lacks one of them is not equal."""
    values = (value for rdn in name.match_key for _, value in _attributes(rdn) if value.isascii())
    return tuple(_squeeze(value.encode("ascii")) for value in values)


def _attributes(rdn: object) -> Iterator[tuple[str, str]]:
    for attribute in rdn if isinstance(rdn, tuple) else ():
        match attribute:
            case (str(oid), str(value)):
                yield oid, value
