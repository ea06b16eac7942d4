"""A recipe written as the body that gets signed: TBSCertificate (RFC 5280 4.1.2)."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_address

from mailtrust.core.issuance.recipe import KeyId, Recipe
from mailtrust.core.model.certificate import IdentifierType, NameConstraints, PresentedIdentifier, PublicKey
from mailtrust.core.model.frozen import frozen
from mailtrust.core.x509 import der
from mailtrust.core.x509 import extensions as ext
from mailtrust.core.x509 import general_names as gn

_COMMON_NAME = der.encode_oid("2.5.4.3")
_ORGANISATION = der.encode_oid("2.5.4.10")
_TRUE = der.encode(der.BOOLEAN, b"\xff")
_SUBTREE_TAGS = {
    IdentifierType.DNS: gn.DNS_NAME,
    IdentifierType.EMAIL: gn.MAILBOX,
    IdentifierType.URI: gn.URI,
    IdentifierType.IP: gn.IP_ADDRESS,
    IdentifierType.DIRECTORY: gn.DIRECTORY_NAME,
}


@frozen
class Issuing:
    """What the issuer adds to a recipe."""

    issuer: bytes
    """DER Name."""
    issuer_key_id: bytes
    serial: int
    not_before: datetime
    not_after: datetime
    algorithm: bytes
    """DER AlgorithmIdentifier."""


def write_body(recipe: Recipe, key: PublicKey, issuing: Issuing) -> bytes:
    """DER of the TBSCertificate."""
    version = b"" if recipe.version == 1 else der.encode(0xA0, der.encode_integer(recipe.version - 1))
    extensions = b""
    if recipe.version >= 3:
        written = _extensions(recipe, key, issuing.issuer_key_id)
        extensions = der.encode(0xA3, der.encode(der.SEQUENCE, *written)) if written else b""
    return der.encode(
        der.SEQUENCE,
        version,
        der.encode_integer(issuing.serial),
        issuing.algorithm,
        issuing.issuer,
        der.encode(der.SEQUENCE, write_time(issuing.not_before), write_time(issuing.not_after)),
        write_subject(recipe),
        key.spki,
        extensions,
    )


def write_subject(recipe: Recipe) -> bytes:
    """DER Name of the recipe's subject."""
    if recipe.subject is not None:
        return recipe.subject
    attributes = ((_ORGANISATION, recipe.organisation), (_COMMON_NAME, recipe.common_name))
    return der.encode(
        der.SEQUENCE,
        *(
            der.encode(der.SET, der.encode(der.SEQUENCE, kind, der.encode(der.UTF8_STRING, value.encode())))
            for kind, value in attributes
            if value is not None
        ),
    )


def write_time(moment: datetime) -> bytes:
    """DER Time: UTCTime through 2049, GeneralizedTime after (RFC 5280 4.1.2.5)."""
    moment = moment.astimezone(UTC)
    if 1950 <= moment.year < 2050:
        return der.encode(der.UTC_TIME, f"{moment:%y%m%d%H%M%S}Z".encode())
    return der.encode(der.GENERALIZED_TIME, f"{moment.year:04}{moment:%m%d%H%M%S}Z".encode())


def write_extension(oid: str, value: bytes, *, critical: bool = False) -> bytes:
    """DER of one Extension (RFC 5280 4.1)."""
    flag = _TRUE if critical else b""
    return der.encode(der.SEQUENCE, der.encode_oid(oid), flag, der.encode(der.OCTET_STRING, value))


def key_identifier(key: PublicKey) -> bytes:
    """SHA-1 of the key's bits: RFC 5280 4.2.1.2's first method. It identifies; nothing is secured by it."""
    bit_string = der.children(der.expect(key.spki, der.SEQUENCE, "SubjectPublicKeyInfo"))[1][1]
    return hashlib.sha1(bit_string[1:], usedforsecurity=False).digest()


def write_requested_extensions(recipe: Recipe, key: PublicKey) -> list[bytes]:
    """What a request asks for: the recipe's extensions without the key identifiers, which the issuer knows better."""
    return _extensions(replace(recipe, subject_key_identifier=None, authority_key_identifier=None), key, b"")


def _extensions(recipe: Recipe, key: PublicKey, issuer_key_id: bytes) -> list[bytes]:
    written: list[bytes] = []

    def add(oid: str, value: bytes, *, critical: bool = False) -> None:
        written.append(write_extension(oid, value, critical=critical))

    own = _chosen(recipe.subject_key_identifier, key_identifier(key))
    if own is not None:
        add(ext.SUBJECT_KEY_IDENTIFIER, der.encode(der.OCTET_STRING, own))
    issuers = _chosen(recipe.authority_key_identifier, issuer_key_id)
    if issuers is not None:
        add(ext.AUTHORITY_KEY_IDENTIFIER, der.encode(der.SEQUENCE, der.encode(0x80, issuers)))
    if recipe.basic_constraints is not None:
        ca, length = recipe.basic_constraints.ca, recipe.basic_constraints.path_length
        value = (_TRUE if ca else b"") + (b"" if length is None else der.encode_integer(length))
        add(ext.BASIC_CONSTRAINTS, der.encode(der.SEQUENCE, value), critical=recipe.basic_constraints.critical)
    if recipe.key_usage is not None:
        add(ext.KEY_USAGE, _key_usage(recipe.key_usage), critical=recipe.key_usage_critical)
    if recipe.extended_key_usage is not None:
        purposes = der.encode(der.SEQUENCE, *map(der.encode_oid, recipe.extended_key_usage))
        add(ext.EXTENDED_KEY_USAGE, purposes, critical=recipe.extended_key_usage_critical)
    if names := _alt_names(recipe):
        add(ext.SUBJECT_ALT_NAME, der.encode(der.SEQUENCE, *names), critical=recipe.alt_names_critical)
    if recipe.name_constraints is not None:
        constraints = recipe.name_constraints
        add(ext.NAME_CONSTRAINTS, _name_constraints(constraints), critical=constraints.critical)
    if recipe.policies:
        policies = (der.encode(der.SEQUENCE, der.encode_oid(policy)) for policy in recipe.policies)
        add(ext.CERTIFICATE_POLICIES, der.encode(der.SEQUENCE, *policies))
    if access := [*_access(ext.OCSP, recipe.ocsp_urls), *_access(ext.CA_ISSUERS, recipe.ca_issuers)]:
        add(ext.AUTHORITY_INFO_ACCESS, der.encode(der.SEQUENCE, *access))
    if recipe.crl_urls:
        points = (der.encode(der.SEQUENCE, der.encode(0xA0, der.encode(0xA0, _uri(url)))) for url in recipe.crl_urls)
        add(ext.CRL_DISTRIBUTION_POINTS, der.encode(der.SEQUENCE, *points))
    if recipe.must_staple:  # RFC 7633 6: status_request is feature 5
        add(ext.TLS_FEATURE, der.encode(der.SEQUENCE, der.encode_integer(5)))
    for oid, critical, value in recipe.extensions:
        add(oid, value, critical=critical)
    return written


def _chosen(wanted: KeyId, right: bytes) -> bytes | None:
    return right if wanted == "right" else wanted


def _key_usage(names: frozenset[str]) -> bytes:
    bits = sorted(ext.KEY_USAGES.index(name) for name in names)
    if not bits:
        return der.encode(der.BIT_STRING, b"\0")
    octets = bytearray(bits[-1] // 8 + 1)
    for bit in bits:
        octets[bit // 8] |= 0x80 >> bit % 8
    return der.encode(der.BIT_STRING, bytes((7 - bits[-1] % 8,)), bytes(octets))


def _alt_names(recipe: Recipe) -> list[bytes]:
    return [
        *(der.encode(gn.DNS_NAME, name.encode("latin-1")) for name in recipe.dns_names),
        *(der.encode(gn.IP_ADDRESS, ip_address(address).packed) for address in recipe.ip_addresses),
        *(der.encode(gn.MAILBOX, email.encode("latin-1")) for email in recipe.emails),
        *(_uri(uri) for uri in recipe.uris),
        *recipe.raw_names,
    ]


def _name_constraints(constraints: NameConstraints) -> bytes:
    parts = ((0xA0, constraints.permitted), (0xA1, constraints.excluded))
    return der.encode(der.SEQUENCE, *(der.encode(tag, *map(_subtree, found)) for tag, found in parts if found))


def _subtree(base: PresentedIdentifier) -> bytes:
    return der.encode(der.SEQUENCE, der.encode(_SUBTREE_TAGS[base.type], base.raw))


def _access(method: str, urls: tuple[str, ...]) -> list[bytes]:
    return [der.encode(der.SEQUENCE, der.encode_oid(method), _uri(url)) for url in urls]


def _uri(url: str) -> bytes:
    return der.encode(gn.URI, url.encode("latin-1"))
