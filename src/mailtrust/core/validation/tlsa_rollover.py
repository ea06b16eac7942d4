"""How TLSA records and a new certificate change places without a moment at which nothing fits (RFC 7671 8)."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mailtrust.core.formats.tlsa import DANE_EE, DANE_TA, Tlsa
from mailtrust.core.model.certificate import AnyCertificate, Certificate
from mailtrust.core.validation.dane import matches

_WAITED = 2
"""RFC 7671 8.1: a new record counts everywhere after two TTLs; secondaries may lag behind by one."""


@dataclass(frozen=True, slots=True)
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
    return Rollover(publish, _WAITED * ttl, outlived, keep_key=key_held)


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
