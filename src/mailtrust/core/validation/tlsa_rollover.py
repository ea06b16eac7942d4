"""How TLSA records and a new certificate change places without a moment at which nothing fits (RFC 7671 8)."""

import hashlib
from collections.abc import Iterable, Sequence

from mailtrust.core.formats.tlsa import DANE_EE, DANE_TA, Tlsa
from mailtrust.core.model.certificate import AnyCertificate, Certificate
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.text import Text, text
from mailtrust.core.validation.dane import matches

_WAITED = 2
"""RFC 7671 8.1: a new record counts everywhere after two TTLs; secondaries may lag behind by one."""


def settled_after(ttl: int) -> int:
    """Seconds from publishing a record until it counts everywhere; `ttl` of the records at its place, in seconds."""
    return _WAITED * ttl


def said_by(server: str) -> Text:
    """Whose word a TTL is: that of a server of the zone, or (empty) of a resolver."""
    if server:
        return text("as the zone's own server {server} says", server=server)
    return text("by what a resolver had left of it; the zone may say more")


@frozen
class Rollover:
    """What to do before and after a switch from one certificate to the next. All records stand at one name."""

    publish: tuple[Tlsa, ...]
    """To be added, beside those that are there, before the switch."""
    wait: int
    """Seconds between publishing and the switch; 0 where nothing has to be published."""
    remove: tuple[Tlsa, ...]
    """To be taken away once no server presents the old certificate any more."""
    keep_key: bool
    """Whether the same key in the next certificate would spare all of it (RFC 7671 5.1)."""


def rollover(
    published: Sequence[Tlsa], ttl: int, current: Sequence[AnyCertificate], following: Sequence[AnyCertificate]
) -> Rollover:
    """The order of things, for chains that begin with the server's certificate; `ttl` of the records in seconds.

    Where no record fits the chain of today nothing can be lost, and nothing is asked for.
    """
    usable = [record for record in published if record.usable_for_smtp]
    holding = [record for record in usable if fits(record, current)]
    fitting = [record for record in usable if fits(record, following)]
    outlived = tuple(record for record in holding if record not in fitting)
    if not holding or fitting:
        return Rollover((), 0, outlived if fitting else (), keep_key=False)
    wanted = dict.fromkeys(_like(record, following) for record in holding)
    key_held = any((record.usage, record.selector) == (DANE_EE, 1) for record in holding)
    publish = tuple(record for record in wanted if record is not None)
    return Rollover(publish, settled_after(ttl), outlived, keep_key=key_held)


def before_the_next(published: Sequence[Tlsa], ttl: int, current: Sequence[AnyCertificate]) -> Rollover:
    """The order of things for a certificate that nobody has made yet, and that takes the key of today.

    Records of this key fit it. Those of a CA may, if the same CA issues it, and those of the certificate cannot: for
    these the record of the key is published first, which can be written down already.
    """
    leaf = current[0] if current else None
    holding = [record for record in published if record.usable_for_smtp and fits(record, current)]
    if not isinstance(leaf, Certificate) or not holding:
        return Rollover((), 0, (), keep_key=False)
    of_key = any(record.usage == DANE_EE and record.selector == 1 for record in holding)
    if of_key or any(record.usage == DANE_TA for record in holding):
        return Rollover((), 0, (), keep_key=of_key)
    return Rollover((advised(leaf),), settled_after(ttl), tuple(holding), keep_key=True)


def fits(record: Tlsa, chain: Sequence[AnyCertificate]) -> bool:
    """Whether the record speaks of this chain: DANE-EE of its first certificate, DANE-TA of the others."""
    of_it: Iterable[AnyCertificate] = chain[1:] if record.usage == DANE_TA else chain[:1]
    return any(matches(record, one) for one in of_it)


def advised(leaf: Certificate) -> Tlsa:
    """The record that suits a server best: its key, by SHA-256 (RFC 7671 5.1)."""
    return Tlsa(DANE_EE, 1, 1, hashlib.sha256(leaf.public_key.spki).digest())


def _like(record: Tlsa, chain: Sequence[AnyCertificate]) -> Tlsa | None:
    """The record of the same kind for another chain; a CA's becomes the server's own, which no CA can take away."""
    leaf = chain[0] if chain else None
    if not isinstance(leaf, Certificate):
        return None
    if record.usage == DANE_TA or (record.selector, record.matching) == (1, 1):
        return advised(leaf)
    octets = leaf.der if record.selector == 0 else leaf.public_key.spki
    hashed = {0: octets, 1: hashlib.sha256(octets).digest(), 2: hashlib.sha512(octets).digest()}
    return Tlsa(record.usage, record.selector, record.matching, hashed[record.matching])
