"""cRLDistributionPoints (RFC 5280 4.2.1.13) whole, for whoever matches lists with certificates."""

from functools import lru_cache

from mailtrust.core.model.certificate import Certificate, Name
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.status import ALL_REASONS
from mailtrust.core.x509 import der
from mailtrust.core.x509.extensions import CRL_DISTRIBUTION_POINTS
from mailtrust.core.x509.general_names import DIRECTORY_NAME
from mailtrust.core.x509.names import read_name
from mailtrust.core.x509.revocation_list import read_reason_flags


@frozen
class DistributionPoint:
    """One place where lists about a certificate are published."""

    names: frozenset[tuple[int, bytes]] | None
    """Its names, as tag and content octets; None: it has none, or one relative to the issuer's."""
    reasons: frozenset[str]
    issuers: tuple[Name, ...]
    """Who signs the lists, where it is not the certificate's issuer."""


def distribution_points(certificate: Certificate) -> tuple[DistributionPoint, ...]:
    """The points of a certificate; one that cannot be read is none."""
    value = next((value for oid, _, value in certificate.extensions if oid == CRL_DISTRIBUTION_POINTS), None)
    return () if value is None else _read(value)


@lru_cache(maxsize=512)
def _read(value: bytes) -> tuple[DistributionPoint, ...]:
    try:
        points = der.children(der.expect(value, der.SEQUENCE, "CRLDistributionPoints"))
        return tuple(_point(content) for _, content in points)
    except der.DerError:
        return ()


def _point(content: bytes) -> DistributionPoint:
    names: frozenset[tuple[int, bytes]] | None = None
    reasons = ALL_REASONS
    issuers: tuple[Name, ...] = ()
    for tag, inner in der.children(content):
        if tag == 0xA0:
            full = [octets for kind, octets in der.children(inner) if kind == 0xA0]
            names = frozenset(der.children(full[0])) if full else None
        elif tag == 0x81:
            reasons = read_reason_flags(inner)
        elif tag == 0xA2:
            issuers = tuple(read_name(octets)[0] for kind, octets in der.children(inner) if kind == DIRECTORY_NAME)
    return DistributionPoint(names, reasons, issuers)
