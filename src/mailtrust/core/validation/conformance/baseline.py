"""The CA/Browser Forum's TLS Baseline Requirements (BR), as far as a relying party can see that they were kept."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from enum import Enum, auto

from mailtrust.core.model.certificate import Certificate, IdentifierType, PresentedIdentifier
from mailtrust.core.model.client import CandidatePath, PathCheck
from mailtrust.core.model.verdict import Reason
from mailtrust.core.validation.checks.keys import NIST_CURVES
from mailtrust.core.validation.conformance.breaches import Breach, Place, conforms, criticality
from mailtrust.core.validation.paths import leaf_is_anchor
from mailtrust.core.validation.purposes import ANY_USAGE, SERVER_AUTH
from mailtrust.core.validation.reasons import error
from mailtrust.core.x509 import der
from mailtrust.core.x509.extensions import AUTHORITY_INFO_ACCESS, EXTENDED_KEY_USAGE, SUBJECT_ALT_NAME
from mailtrust.core.x509.names import EMPTY_NAME

_HASHES = frozenset({"sha256", "sha384", "sha512"})
_NUMBERS = re.compile(r"(?:0[xX][0-9a-fA-F]+|\d+)(?:\.(?:0[xX][0-9a-fA-F]+|\d+))*", re.ASCII)

_MOST_DAYS = (
    (datetime(2029, 3, 15, tzinfo=UTC), 47),
    (datetime(2027, 3, 15, tzinfo=UTC), 100),
    (datetime(2026, 3, 15, tzinfo=UTC), 200),
    (datetime(2020, 9, 1, tzinfo=UTC), 398),
    (datetime(2018, 3, 1, tzinfo=UTC), 825),
)
"""BR 6.3.2: for certificates issued from this day on, newest first."""


def lifetime_baseline(path: CandidatePath, _at: datetime, /) -> Iterator[Reason]:
    """A leaf below a public root lives no longer than a CA may make it (BR 6.3.2): `validity-too-long`."""
    if path.anchor is None or path.anchor.locally_added or leaf_is_anchor(path):
        return
    # RFC 5280 4.1.2.5: both ends belong to the period
    lifetime = path.leaf.not_after - path.leaf.not_before + timedelta(seconds=1)
    most = next((days for since, days in _MOST_DAYS if path.leaf.not_before >= since), None)
    if most is not None and lifetime > timedelta(days=most):
        yield error("validity-too-long", path.leaf, days=lifetime.days, most_days=most)


def _leaf(certificate: Certificate, place: Place) -> Iterator[Breach]:
    """BR 7.1.1, 7.1.2.7 and 7.1.4: the subscriber's certificate."""
    if place is not Place.LEAF:
        return
    if certificate.version != 3:
        yield Breach("version", "unsuitable", "BR 7.1.1", str(certificate.version))
    yield from _usages(certificate)
    yield from _alternatives(certificate)
    yield from _common_names(certificate)
    if any(oid == AUTHORITY_INFO_ACCESS and not _descriptions(value) for oid, _, value in certificate.extensions):
        yield Breach("authorityInfoAccess", "empty", "BR 7.1.2.7.7")


def _usages(certificate: Certificate) -> Iterator[Breach]:
    """BR 7.1.2.7.6 and 7.1.2.7.10."""
    usages = certificate.extended_key_usage
    if usages is None:
        yield Breach("extKeyUsage", "missing", "BR 7.1.2.7.6")
        return
    if criticality(certificate, EXTENDED_KEY_USAGE):
        yield Breach("extKeyUsage", "critical", "BR 7.1.2.7.6")
    if SERVER_AUTH not in usages:
        yield Breach("extKeyUsage", "unsuitable", "BR 7.1.2.7.10", ", ".join(usages))
    if ANY_USAGE in usages:
        yield Breach("extKeyUsage", "forbidden", "BR 7.1.2.7.10", "anyExtendedKeyUsage")


def _alternatives(certificate: Certificate) -> Iterator[Breach]:
    """BR 7.1.2.7.12."""
    critical = criticality(certificate, SUBJECT_ALT_NAME)
    if critical is None:
        yield Breach("subjectAltName", "missing", "BR 7.1.2.7.12")
    elif critical and certificate.subject.der != EMPTY_NAME.der:
        yield Breach("subjectAltName", "critical", "BR 7.1.2.7.12")
    for name in certificate.subject_alt_names or ():
        if name.type not in (IdentifierType.DNS, IdentifierType.IP):
            yield Breach("subjectAltName", "forbidden", "BR 7.1.2.7.12", name.value)


def _common_names(certificate: Certificate) -> Iterator[Breach]:
    """BR 7.1.4.3: at most one, and it is one of the names of the subjectAltName, character for character.

    Compared are names of one kind, where there are any: hosts, wildcards, or addresses. What is of none of the kinds in
    the subjectAltName is a title at most, and no client takes it for a name that the subjectAltName should have.
    """
    names = certificate.subject.common_names
    if len(names) > 1:
        yield Breach("commonName", "forbidden", "BR 7.1.4.3", ", ".join(names))
    for name in names:
        rivals = [other.value for other in certificate.subject_alt_names or () if _kind_of(other) is _meant(name)]
        if rivals and name not in rivals:
            yield Breach("commonName", "inconsistent", "BR 7.1.4.3", name)


class _Kind(Enum):
    HOST = auto()
    WILDCARD = auto()
    ADDRESS = auto()
    OTHER = auto()


def _kind_of(name: PresentedIdentifier) -> _Kind:
    match name.type:
        case IdentifierType.DNS:
            return _Kind.WILDCARD if name.value.startswith("*.") else _Kind.HOST
        case IdentifierType.IP:
            return _Kind.ADDRESS
        case _:
            return _Kind.OTHER


def _meant(common_name: str) -> _Kind:
    """A common name is an address also where it is badly written: `0xC0A80101`, `192.168.001.001`."""
    if common_name.startswith("*."):
        return _Kind.WILDCARD
    return _Kind.ADDRESS if ":" in common_name or _NUMBERS.fullmatch(common_name) else _Kind.HOST


def _root(certificate: Certificate, place: Place) -> Iterator[Breach]:
    """BR 7.1.2.1: the root's own certificate."""
    if place is not Place.ANCHOR or not certificate.self_issued:
        return
    if certificate.extended_key_usage is not None:
        yield Breach("extKeyUsage", "forbidden", "BR 7.1.2.1.2")
    authority = certificate.authority_key_identifier
    if authority is None:
        return
    if authority.key_id is None:
        yield Breach("authorityKeyIdentifier", "missing", "BR 7.1.2.1.3", "keyIdentifier")
    elif authority.key_id != certificate.subject_key_identifier:
        yield Breach("authorityKeyIdentifier", "inconsistent", "BR 7.1.2.1.3", "keyIdentifier")
    if authority.issuer is not None:
        yield Breach("authorityKeyIdentifier", "forbidden", "BR 7.1.2.1.3", "authorityCertIssuer")
    if authority.serial is not None:
        yield Breach("authorityKeyIdentifier", "forbidden", "BR 7.1.2.1.3", "authorityCertSerialNumber")


def _keys(certificate: Certificate, place: Place) -> Iterator[Breach]:
    """BR 6.1.5 and 7.1.3: keys of the path and the anchor, signatures of the path."""
    key = certificate.public_key
    shown = f"{key.algorithm} {key.curve or key.bits}"
    if key.algorithm == "rsa":
        if key.bits < 2048 or key.bits % 8:
            yield Breach("subjectPublicKeyInfo", "unsuitable", "BR 6.1.5", shown)
    elif key.algorithm != "ec" or key.curve not in NIST_CURVES:
        yield Breach("subjectPublicKeyInfo", "unsuitable", "BR 7.1.3.1", shown)
    algorithm = certificate.signature_algorithm
    if place is not Place.ANCHOR and algorithm.hash not in _HASHES:
        yield Breach("signatureAlgorithm", "unsuitable", "BR 7.1.3.2", algorithm.hash or algorithm.oid)


def _descriptions(value: bytes) -> bool:
    try:
        return bool(der.children(der.expect(value, der.SEQUENCE, "AuthorityInfoAccessSyntax")))
    except der.DerError:
        return False


baseline_leaf: PathCheck = conforms(_leaf)
"""What the BR demand of a server's certificate: `profile-violated`."""

baseline_root: PathCheck = conforms(_root)
"""What the BR demand of a self-issued root: `profile-violated`."""

baseline_keys: PathCheck = conforms(_keys)
"""Keys and hashes that the BR allow: `profile-violated`."""
