"""All that was seen in one run: nothing secret, enough to judge again without a network."""

from dataclasses import field
from datetime import datetime
from typing import TYPE_CHECKING

from mailtrust.core.model.anchors import TrustAnchor
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.observation import Observation
from mailtrust.core.model.pool import Pool
from mailtrust.core.model.status import FetchedStatus

if TYPE_CHECKING:
    from mailtrust.core.model.walk import Book, Situation


@frozen
class StoreReference:
    """Which anchor store a case was judged with."""

    name: str
    date: datetime
    provenance: str
    digest: str
    anchors: int


@frozen
class Lookup:
    """One question to the outside that was not a handshake: to DNS or by download, and its answer in words."""

    kind: str
    """dns-mx, dns-srv, dns-address, aia, ocsp, crl."""
    question: str
    answer: tuple[str, ...]
    failure: str = ""
    """Empty when it was answered."""


@frozen
class CaseFile:
    """The facts of one run."""

    target: str
    at: datetime
    """When looking began."""
    version: str
    """mailtrust's version that looked."""
    observations: tuple[Observation, ...]
    pool: Pool
    lookups: tuple[Lookup, ...] = ()
    stores: tuple[StoreReference, ...] = ()
    local_roots: tuple[Certificate, ...] = ()
    """--roots: assumed to be present in every client's store."""
    deployed: tuple[str, ...] = ()
    """--deployed: the ways by which the local roots reach clients; empty: all."""
    hypothetical: tuple[Certificate, ...] = ()
    """--with: judged as if this were presented instead."""
    fetched: tuple[FetchedStatus, ...] = ()
    """What responders and lists said about revocation, whole."""
    book: "Book" = field(default_factory=dict)
    """What was asked while clients' ways were walked; its handshakes are among the observations."""
    inside_book: "Book" = field(default_factory=dict)
    """The same, asked from inside the organisation's network."""
    situations: "tuple[Situation, ...]" = ()
    """From where clients' ways were walked, and how the clients were set."""

    def local_anchors(self) -> tuple[TrustAnchor, ...]:
        """The local roots as anchors that somebody added."""
        return tuple(TrustAnchor(root, locally_added=True) for root in self.local_roots)
