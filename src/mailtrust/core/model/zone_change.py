"""A change of records in DNS: what stands before, and what after. A change is taken back by its `undone`."""

from mailtrust.core.model.frozen import frozen


@frozen
class SetChange:
    """All records of one type at one name (RFC 2181 5: an RRset), before and after."""

    name: str
    """Without the final dot; A-labels."""
    record_type: str
    """`A`, `CNAME`, `SRV`, `TLSA`, ..."""
    before: tuple[str, ...]
    """As RFC 1035 5.1 writes their data (`0 0 443 mail.example.`, TXT in quotes); empty: there is no such record."""
    after: tuple[str, ...]
    ttl: int = 3600
    """Of what stands after, in seconds."""
    ttl_before: int = 3600
    """Of what stood before; it matters when the change is taken back."""

    @property
    def undone(self) -> "SetChange":
        """The way back."""
        return SetChange(self.name, self.record_type, self.after, self.before, self.ttl_before, self.ttl)


@frozen
class ZoneChange:
    """What changes in one zone at once: all of it or nothing (RFC 2136 3.7)."""

    sets: tuple[SetChange, ...]
    """One at least, of different names or types."""

    @property
    def undone(self) -> "ZoneChange":
        """The way back; it holds only while everything stands as this change has left it."""
        return ZoneChange(tuple(one.undone for one in reversed(self.sets)))
