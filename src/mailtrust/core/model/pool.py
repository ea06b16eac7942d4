"""Every certificate known in a case, each with where it came from."""

from collections.abc import Iterable, Iterator
from dataclasses import field
from enum import StrEnum

from mailtrust.core.model.certificate import Certificate, Name
from mailtrust.core.model.frozen import frozen


class Source(StrEnum):
    """Where a certificate came from. A client that does not look there never sees it."""

    PRESENTED = "presented"
    """By the server on this connection."""
    ELSEWHERE = "elsewhere"
    """Presented by another port, address or host of this run."""
    AIA = "aia"
    """Downloaded from a caIssuers URL (RFC 5280 4.2.2.1)."""
    CATALOGUE = "catalogue"
    """Seen earlier, or in CCADB's list of intermediates."""
    STORE = "store"
    """An intermediate in the client's own store."""
    GIVEN = "given"
    """Given by the user: --with, a bundle, a CA's zip."""


@frozen
class PoolEntry:
    """A certificate and all its sources; `origins` are URLs, file names or endpoint ids, for people."""

    certificate: Certificate
    sources: frozenset[Source]
    origins: tuple[str, ...] = ()


@frozen
class Pool:
    """An index of certificates by subject."""

    entries: tuple[PoolEntry, ...] = ()
    _by_subject: dict[tuple[object, ...], tuple[PoolEntry, ...]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        for entry in self.entries:
            key = entry.certificate.subject.match_key
            self._by_subject[key] = (*self._by_subject.get(key, ()), entry)

    @classmethod
    def merge(cls, entries: Iterable[PoolEntry]) -> "Pool":
        """Fold entries of the same certificate, keeping every source and origin in order."""
        merged: dict[str, PoolEntry] = {}
        for entry in entries:
            known = merged.get(entry.certificate.fingerprint)
            if known is None:
                merged[entry.certificate.fingerprint] = entry
            else:
                origins = dict.fromkeys((*known.origins, *entry.origins))
                merged[entry.certificate.fingerprint] = PoolEntry(
                    known.certificate, known.sources | entry.sources, tuple(origins)
                )
        return cls(tuple(merged.values()))

    def named(self, name: Name) -> tuple[PoolEntry, ...]:
        """The entries whose subject is `name` (RFC 5280 7.1)."""
        return self._by_subject.get(name.match_key, ())

    def __iter__(self) -> Iterator[PoolEntry]:
        return iter(self.entries)
