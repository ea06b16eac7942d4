"""The moments at which a verdict can change: everything that clocks are compared with."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from mailtrust.core.forecast.departures import Departure, departures_of
from mailtrust.core.forecast.lifetimes import limits_for
from mailtrust.core.forecast.reach import Reach
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.frozen import frozen

SECOND = timedelta(seconds=1)
NO_END = 9999
"""RFC 5280 4.1.2.5: a notAfter of 99991231235959Z means that no end is known; nothing is reckoned with that year."""


class OriginKind(StrEnum):
    """What happens at a moment."""

    ENDS = "ends"
    """A certificate's last second (OpenSSL), or the second after it (everybody else)."""
    BEGINS = "begins"
    """A certificate's first second."""
    DISALLOWED = "disallowed"
    """A store disallows a root."""
    LEAVES = "leaves"
    """A root leaves a store, by an announced rule."""
    DISTRUST = "distrust"
    """A store no longer trusts what a root issues from now on."""
    LIMIT = "limit"
    """What CAs may issue becomes shorter."""
    RENEWAL = "renewal"
    """The certificate is replaced by one like it."""
    LACKS = "lacks"
    """An old device's list does not have the root."""


@frozen
class Origin:
    """What happens, to which certificate, in whose store, by which rule."""

    kind: OriginKind
    certificate: Certificate | None = None
    store: str = ""
    """Empty: it concerns every client."""
    rule: Departure | None = None

    @property
    def key(self) -> str:
        """What tells it from another, and stays the same on every run."""
        where = self.certificate.fingerprint if self.certificate else ""
        return f"{self.kind.value}:{where}:{self.store}:{self.rule.id if self.rule else ''}"


@frozen
class Moment:
    """A second at which something begins to be otherwise, and what it is."""

    at: datetime
    """The first second of the new state; whole seconds, UTC."""
    origins: tuple[Origin, ...]


def moments(
    reach: Reach, *, after: datetime, until: datetime, renewed: Certificate | None = None
) -> tuple[Moment, ...]:
    """Every moment after `after` and up to `until`, in order.

    With `renewed` the server's certificate is always a fresh one like this: its own dates no longer count, but what
    stores and CAs say about new certificates does.
    """
    found: dict[datetime, dict[Origin, None]] = {}
    for at, origin in (*_of_certificates(reach, renewed), *_of_anchors(reach, renewed)):
        if after < at <= until:
            found.setdefault(at, {})[origin] = None
    return tuple(Moment(at, tuple(found[at])) for at in sorted(found))


def _of_certificates(reach: Reach, renewed: Certificate | None) -> Iterator[tuple[datetime, Origin]]:
    for certificate in reach.certificates:
        if renewed is not None and certificate.fingerprint == renewed.fingerprint:
            continue
        yield certificate.not_before, Origin(OriginKind.BEGINS, certificate)
        if certificate.not_after.year < NO_END:
            # RFC 5280 4.1.2.5: notAfter is still inside; OpenSSL 3.0.22 X509_cmp_time takes it as over.
            yield certificate.not_after, Origin(OriginKind.ENDS, certificate)
            yield certificate.not_after + SECOND, Origin(OriginKind.ENDS, certificate)
    for limit in limits_for(renewed) if renewed is not None else ():
        yield limit.since, Origin(OriginKind.LIMIT)


def _of_anchors(reach: Reach, renewed: Certificate | None) -> Iterator[tuple[datetime, Origin]]:
    for holder, anchor in reach.anchors:
        store = holder.name
        if anchor.disallowed_from is not None:
            yield _next_second(anchor.disallowed_from), Origin(OriginKind.DISALLOWED, anchor.certificate, store)
        for departure, day in departures_of(holder, anchor):
            yield day, Origin(OriginKind.LEAVES, anchor.certificate, store, departure)
        if renewed is not None and anchor.distrust_after is not None:
            first = anchor.distrust_after.replace(microsecond=0) + SECOND
            yield first, Origin(OriginKind.DISTRUST, anchor.certificate, store)
        if renewed is not None and anchor.certificate.version < 3 and anchor.certificate.not_after.year < NO_END:
            # Java: an anchor of version 1 must outlive what it issued (AdaptableX509CertSelector).
            last = anchor.certificate.not_after - (renewed.not_after - renewed.not_before)
            yield last + SECOND, Origin(OriginKind.ENDS, anchor.certificate, store)


def _next_second(moment: datetime) -> datetime:
    """The first whole second that is not before `moment`: clients count whole seconds."""
    whole = moment.astimezone(UTC).replace(microsecond=0)
    return whole if whole == moment else whole + SECOND
