"""Whether what a server sends is enough to get from its certificate to an anchor, and what is missing if not."""

from datetime import datetime

from mailtrust.core.model.certificate import AnyCertificate, Certificate, Name
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.frozen import frozen
from mailtrust.core.validation.ascents import Ascent, ascents, self_signed


@frozen
class Gap:
    """Where the presented chain breaks off."""

    below: Certificate
    """The presented certificate whose issuer lacks."""
    missing: tuple[Certificate, ...]
    """The certificates to be sent as well, nearest to the leaf first; empty when nobody has seen them."""
    clients: frozenset[str]
    """The clients whose anchor is out of reach without them; empty when the chain leads to nobody's anchor at all."""
    open_end: Name | None = None
    """The issuer that was found nowhere, where the way up ends in the open."""
    ring: bool = False
    """That issuer is on the way already: they issued each other."""


def gap(evidence: Evidence, leaf: Certificate, chain: tuple[AnyCertificate, ...]) -> Gap | None:
    """Where `chain` breaks off for at least one client; None when it is enough for all that trust its end.

    A leaf issued by an anchor, and a self-signed one, are complete: the anchor need not be sent (RFC 8446 4.4.2).
    """
    if self_signed(leaf):
        return None
    ways = ascents(evidence, leaf)
    whole = tuple(way for way in ways if way.whole)
    whole = tuple(way for way in whole if in_time(way, evidence.now)) or whole
    sent = {one.fingerprint for one in chain}
    if not whole:
        longest = max(ways, key=lambda way: len(way.certificates))
        missing = _missing(longest, sent)
        return Gap(_below(longest, missing), missing, frozenset(), longest.end.issuer, longest.ring)
    anchored = tuple(way for way in whole if way.clients)
    if not anchored:
        return _gap_to(whole, sent, frozenset())
    wanting = frozenset(
        client
        for client in frozenset[str]().union(*(way.clients for way in anchored))
        if not any(client in way.clients and not _missing(way, sent) for way in anchored)
    )
    return _gap_to(tuple(way for way in anchored if way.clients & wanting), sent, wanting) if wanting else None


def in_time(way: Ascent, now: datetime) -> bool:
    """Whether every intermediate of a way is in its time; the leaf's and the anchor's dates are other questions."""
    return all(one.not_before <= now <= one.not_after for one in way.intermediates)


def _missing(way: Ascent, sent: set[str]) -> tuple[Certificate, ...]:
    return tuple(one for one in way.intermediates if one.fingerprint not in sent)


def _gap_to(ways: tuple[Ascent, ...], sent: set[str], wanting: frozenset[str]) -> Gap | None:
    """The gap in the way that serves most of the wanting with the fewest certificates; None if it has none."""
    best = min(
        ways, key=lambda way: (-len(way.clients & wanting), len(_missing(way, sent)), -_first_end(way).timestamp())
    )
    missing = _missing(best, sent)
    return Gap(_below(best, missing), missing, wanting) if missing else None


def _below(way: Ascent, missing: tuple[Certificate, ...]) -> Certificate:
    return way.certificates[way.certificates.index(missing[0]) - 1] if missing else way.end


def _first_end(way: Ascent) -> datetime:
    return min(one.not_after for one in way.certificates[: -1 if way.whole and len(way.certificates) > 1 else None])


def whereabouts(evidence: Evidence, certificate: Certificate) -> tuple[str, ...]:
    """Where a certificate was found, for people: a URL, a file, a port that sends it."""
    ports = {seen.id: seen.endpoint for seen in evidence.case.observations}
    told = (
        clean(f"{ports[origin].host_and_port} ({ports[origin].place})") if origin in ports else origin
        for origin in origins(evidence, certificate)
    )
    return tuple(dict.fromkeys(told))


def origins(evidence: Evidence, certificate: Certificate) -> tuple[str, ...]:
    """Where a certificate was found: URLs, files, ids of observations; empty when it was only in a store."""
    return tuple(
        clean(origin)
        for entry in evidence.case.pool.named(certificate.subject)
        if entry.certificate.fingerprint == certificate.fingerprint
        for origin in entry.origins
    )
