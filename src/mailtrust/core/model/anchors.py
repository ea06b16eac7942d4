"""Whom a client trusts: anchors and the stores they stand in."""

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import field
from datetime import datetime, timedelta
from typing import Any

from mailtrust.core.model.certificate import Certificate, Name
from mailtrust.core.model.frozen import frozen

STALE_AFTER = timedelta(days=180)


@frozen
class TrustAnchor:
    """A trusted name and key (RFC 5280 6.1.1 d), with what the store that holds it adds."""

    certificate: Certificate
    purposes: frozenset[str] | None = None
    """EKU OIDs it is trusted for; None: all."""
    distrust_after: datetime | None = None
    """Leaves issued (notBefore) later are not trusted: NSS' distrust-after, Microsoft's NotBefore date."""
    disallowed_from: datetime | None = None
    """Nothing under it is trusted from this moment on: Microsoft's Disallowed date."""
    locally_added: bool = False
    """Added by user or administrator: rules for public roots do not apply."""

    @property
    def subject(self) -> Name:
        """The anchor's name."""
        return self.certificate.subject

    @property
    def spki(self) -> bytes:
        """The anchor's key, as DER SubjectPublicKeyInfo."""
        return self.certificate.public_key.spki

    @property
    def fingerprint(self) -> str:
        """Lower-case hex SHA-256 of the anchor's certificate."""
        return self.certificate.fingerprint


class UnreadAnchors(Sequence[TrustAnchor]):
    """Anchors that are read only when somebody asks: a check of one host needs five of a store's hundreds."""

    @abstractmethod
    def named(self, name: Name) -> tuple[TrustAnchor, ...]:
        """The anchors that bear this name (RFC 5280 7.1)."""


@frozen
class AnchorStore:
    """A named, dated set of anchors. An empty store trusts nothing."""

    name: str
    """mozilla, microsoft, chrome, apple, android, java, system, ..."""
    date: datetime
    provenance: str
    """Where it came from and how near it is to the client's own store, as one sentence."""
    digest: str
    """Lower-case hex SHA-256 over the sorted fingerprints and limits of the anchors."""
    anchors: Sequence[TrustAnchor]
    """All of them: a tuple, or UnreadAnchors."""
    _by_subject: dict[tuple[object, ...], tuple[TrustAnchor, ...]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )
    precedents: dict[object, dict[int, Any]] = field(init=False, repr=False, compare=False, default_factory=dict)
    """What `validation.precedents` remembers below these anchors, for as long as they are held. It decides nothing."""
    _unread: UnreadAnchors | None = field(init=False, repr=False, compare=False, default=None)

    def __post_init__(self) -> None:
        if isinstance(self.anchors, UnreadAnchors):
            object.__setattr__(self, "_unread", self.anchors)
            return
        for anchor in self.anchors:
            key = anchor.subject.match_key
            self._by_subject[key] = (*self._by_subject.get(key, ()), anchor)

    def named(self, name: Name) -> tuple[TrustAnchor, ...]:
        """The anchors that bear this name (RFC 5280 7.1)."""
        if self._unread is not None:
            return self._unread.named(name)
        return self._by_subject.get(name.match_key, ())

    def is_stale(self, now: datetime) -> bool:
        """Whether the store is older than 180 days at `now`."""
        return now - self.date > STALE_AFTER

    def __iter__(self) -> Iterator[TrustAnchor]:
        return iter(self.anchors)

    def __len__(self) -> int:
        return len(self.anchors)
