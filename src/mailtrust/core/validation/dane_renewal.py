"""What TLSA records make of a renewal: which key must stay, and which records would match no longer (RFC 7671 8)."""

from collections.abc import Iterable, Mapping, Sequence

from mailtrust.core.formats.tlsa import Tlsa
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.frozen import frozen
from mailtrust.core.validation.dane import matches

Published = Mapping[str, Sequence[Tlsa]]
"""The records by the name that they stand at, such as _25._tcp.mail.example.com."""

PORTS = (25, 465, 587, 143, 993, 110, 995, 443)
MOST_NAMES = 50

_PKIX_TA, _DANE_TA = 0, 2
_SPKI = 1


@frozen
class Pins:
    """The names whose records match the chain in use, by what they match of it; a name stands in the first that fits.

    Names whose records match nothing of it are in none: they are broken already, or speak of another certificate.
    """

    key: tuple[str, ...]
    """They match the server's key: it must stay, and then nothing else matters."""
    issuer: tuple[str, ...]
    """They match a CA of the chain: they hold for as long as that CA issues."""
    certificate: tuple[str, ...]
    """They match this very certificate: no renewal can keep them."""


def places_of(names: Iterable[str]) -> tuple[str, ...]:
    """Where records about a certificate with these names may stand: at every mail port of each (RFC 6698 3)."""
    hosts = [name for name in names if not name.startswith("*.")][:MOST_NAMES]
    return tuple(f"_{port}._tcp.{host}" for host in hosts for port in PORTS)


def pins_of(published: Published, chain: Sequence[Certificate]) -> Pins:
    """What the records hold on to; `chain` is the one in use, the server's certificate first."""
    found: dict[str, list[str]] = {"key": [], "issuer": [], "certificate": []}
    for name, records in published.items():
        held = {_hold(record) for record in records if _matches(record, chain)}
        kind = next((kind for kind in found if kind in held), None)
        if kind is not None:
            found[kind].append(name)
    return Pins(tuple(found["key"]), tuple(found["issuer"]), tuple(found["certificate"]))


def lost(published: Published, pins: Pins, chain: Sequence[Certificate]) -> tuple[str, ...]:
    """The names whose records match the chain in use, and would not match this one."""
    held = (*pins.key, *pins.issuer, *pins.certificate)
    return tuple(name for name in held if not any(_matches(record, chain) for record in published[name]))


def _hold(record: Tlsa) -> str:
    if record.usage in (_PKIX_TA, _DANE_TA):
        return "issuer"
    return "key" if record.selector == _SPKI else "certificate"


def _matches(record: Tlsa, chain: Sequence[Certificate]) -> bool:
    of_it: Iterable[Certificate] = chain[1:] if record.usage in (_PKIX_TA, _DANE_TA) else chain[:1]
    return any(matches(record, one) for one in of_it)
