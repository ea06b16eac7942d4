"""What rules about walks look at: the ways to one mail domain, and the answers that they were walked over."""

from collections.abc import Mapping
from datetime import datetime

from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.walk import Book, Walk


@frozen
class WalkEvidence:
    """All walks of one address."""

    address: str
    now: datetime
    walks: tuple[Walk, ...]
    book: Book
    titles: Mapping[str, str]
    """What the walking clients are called, by id."""
    unknowable: frozenset[str] = frozenset()
    """Clients of whom nobody outside can know the way."""
    new_names: tuple[str, ...] = ()
    """The names of the new certificate that the best plan asks for; empty: it asks for none."""
    replaced: str = ""
    """The fingerprint of the certificate that this one would take the place of."""
    ca: str = ""
    """The domain by which the CA that is to issue knows itself in CAA records (RFC 8659 4.2)."""

    @property
    def domain(self) -> str:
        """Behind the @."""
        return self.address.rpartition("@")[2]
