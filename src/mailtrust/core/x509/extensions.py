"""Certificate extensions (RFC 5280 4.2) to the model, one reader for each."""

from collections.abc import Callable
from dataclasses import field
from functools import lru_cache
from typing import NamedTuple

from mailtrust.core.model.certificate import (
    AuthorityKeyIdentifier,
    BasicConstraints,
    NameConstraints,
    ParseProblem,
    PresentedIdentifier,
)
from mailtrust.core.model.frozen import record
from mailtrust.core.x509 import der
from mailtrust.core.x509.general_names import DIRECTORY_NAME, read_general_names, read_subtree, uris
from mailtrust.core.x509.names import read_name

KEY_USAGES = (  # RFC 5280 4.2.1.3, by bit
    "digitalSignature",
    "nonRepudiation",
    "keyEncipherment",
    "dataEncipherment",
    "keyAgreement",
    "keyCertSign",
    "cRLSign",
    "encipherOnly",
    "decipherOnly",
)

SUBJECT_KEY_IDENTIFIER = "2.5.29.14"
KEY_USAGE = "2.5.29.15"
SUBJECT_ALT_NAME = "2.5.29.17"
BASIC_CONSTRAINTS = "2.5.29.19"
NAME_CONSTRAINTS = "2.5.29.30"
CRL_DISTRIBUTION_POINTS = "2.5.29.31"
CERTIFICATE_POLICIES = "2.5.29.32"
AUTHORITY_KEY_IDENTIFIER = "2.5.29.35"
EXTENDED_KEY_USAGE = "2.5.29.37"
AUTHORITY_INFO_ACCESS = "1.3.6.1.5.5.7.1.1"
TLS_FEATURE = "1.3.6.1.5.5.7.1.24"
SCT_LIST = "1.3.6.1.4.1.11129.2.4.2"

OCSP = "1.3.6.1.5.5.7.48.1"
CA_ISSUERS = "1.3.6.1.5.5.7.48.2"

PURPOSES = {  # RFC 5280 4.2.1.12, and what Windows adds
    "1.3.6.1.5.5.7.3.1": "serverAuth",
    "1.3.6.1.5.5.7.3.2": "clientAuth",
    "1.3.6.1.5.5.7.3.3": "codeSigning",
    "1.3.6.1.5.5.7.3.4": "emailProtection",
    "1.3.6.1.5.5.7.3.8": "timeStamping",
    "1.3.6.1.5.5.7.3.9": "OCSPSigning",
    "2.5.29.37.0": "anyExtendedKeyUsage",
    "1.3.6.1.4.1.311.20.2.2": "smartcardLogon",
    "1.3.6.1.5.2.3.5": "kerberosKdc",
    "1.3.6.1.4.1.311.10.3.3": "microsoftServerGatedCrypto",
    "2.16.840.1.113730.4.1": "netscapeServerGatedCrypto",
}
"""Extended key usages by their identifiers, as OpenSSL and people call them."""

# RFC 5280's extensions that have no field of their own; who needs one reads `Certificate.extensions`
_WITHOUT_FIELD = frozenset(
    {
        "2.5.29.9",  # subjectDirectoryAttributes
        "2.5.29.18",  # issuerAltName
        "2.5.29.33",  # policyMappings
        "2.5.29.36",  # policyConstraints
        "2.5.29.46",  # freshestCRL
        "2.5.29.54",  # inhibitAnyPolicy
        "1.3.6.1.5.5.7.1.11",  # subjectInfoAccess
    }
)


@record
class ExtensionFields:
    """What the extensions say, filled while they are read. The names are those of `Certificate`."""

    subject_alt_names: tuple[PresentedIdentifier, ...] | None = None
    basic_constraints: BasicConstraints | None = None
    key_usage: frozenset[str] | None = None
    extended_key_usage: tuple[str, ...] | None = None
    name_constraints: NameConstraints | None = None
    authority_key_identifier: AuthorityKeyIdentifier | None = None
    subject_key_identifier: bytes | None = None
    ca_issuers: tuple[str, ...] = ()
    ocsp_urls: tuple[str, ...] = ()
    crl_urls: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    must_staple: bool = False
    sct_count: int = 0
    unknown_critical: tuple[str, ...] = ()
    extensions: tuple[tuple[str, bool, bytes], ...] = ()
    problems: list[ParseProblem] = field(default_factory=list)


_MAX_CACHED_OCTETS = 1024


def read_extensions(content: bytes, fields: ExtensionFields) -> None:
    """Read Extensions, each for itself: one that cannot be read is empty, told as a problem, and spoils no other."""
    unknown: list[str] = []
    raw: list[tuple[str, bool, bytes]] = []
    seen: set[str] = set()
    for _, extension in der.children(content):
        try:
            one = _remembered(extension) if len(extension) <= _MAX_CACHED_OCTETS else _read(extension)
        except der.DerError as error:
            fields.problems.append(ParseProblem("extensions", str(error)))
            continue
        oid = one.encoded[0]
        raw.append(one.encoded)
        fields.problems.extend(one.oddities)
        if oid in seen:  # RFC 5280 4.2: at most one of a kind; the first counts
            label = _READERS[oid][0] if oid in _READERS else oid
            fields.problems.append(ParseProblem(label, "this extension is there more than once"))
            continue
        seen.add(oid)
        for name, value in one.fields:
            setattr(fields, name, value)
        fields.problems.extend(one.problems)
        if one.unknown:
            unknown.append(oid)
    fields.extensions = tuple(raw)
    fields.unknown_critical = tuple(unknown)


class _Extension(NamedTuple):
    """One extension, read."""

    encoded: tuple[str, bool, bytes]
    oddities: tuple[ParseProblem, ...]
    """In how it is wrapped."""
    fields: tuple[tuple[str, object], ...] = ()
    """What it says, by the names of ExtensionFields."""
    problems: tuple[ParseProblem, ...] = ()
    unknown: bool = False
    """It is critical, and its meaning is not known here."""


@lru_cache(maxsize=4096)
def _remembered(content: bytes) -> _Extension:
    """Most extensions of a certificate are, octet for octet, those of every other of its issuer."""
    return _read(content)


def _read(content: bytes) -> _Extension:
    oddities: list[ParseProblem] = []
    oid, critical, value = _extension(content, oddities)
    encoded = (oid, critical, value)
    if oid not in _READERS:
        return _Extension(encoded, tuple(oddities), unknown=critical and oid not in _WITHOUT_FIELD)
    label, reader, filled = _READERS[oid]
    alone = ExtensionFields()
    unreadable = False
    try:
        reader(alone, value, critical)
    except der.DerError as error:
        unreadable = True
        alone.problems.append(ParseProblem(label, str(error)))
    said = tuple([(name, getattr(alone, name)) for name in filled])
    # RFC 5280 4.2: critical and not processable is as bad as not recognised
    return _Extension(encoded, tuple(oddities), said, tuple(alone.problems), unknown=critical and unreadable)


def _extension(content: bytes, problems: list[ParseProblem]) -> tuple[str, bool, bytes]:
    parts = der.children(content)
    tags = [tag for tag, _ in parts]
    if tags == [der.OBJECT_IDENTIFIER, der.OCTET_STRING]:
        return der.oid(parts[0][1]), False, parts[1][1]
    if tags != [der.OBJECT_IDENTIFIER, der.BOOLEAN, der.OCTET_STRING]:
        raise der.DerError("an extension is not an identifier, a criticality and a value")
    oid = der.oid(parts[0][1])
    critical = der.boolean(parts[1][1])
    if not critical:
        problems.append(ParseProblem(_READERS[oid][0] if oid in _READERS else oid, "critical FALSE is written out"))
    return oid, critical, parts[2][1]


def _subject_alt_name(fields: ExtensionFields, value: bytes, _critical: bool) -> None:
    fields.subject_alt_names = ()  # even unreadable it is there: no fall back to commonName
    entries = der.expect(value, der.SEQUENCE, "GeneralNames")
    fields.subject_alt_names = read_general_names(entries, "subjectAltName", fields.problems)
    if not fields.subject_alt_names:
        fields.problems.append(ParseProblem("subjectAltName", "without any entry"))


def _basic_constraints(fields: ExtensionFields, value: bytes, critical: bool) -> None:
    ca, path_length = False, None
    for tag, content in der.children(der.expect(value, der.SEQUENCE, "BasicConstraints")):
        if tag == der.BOOLEAN:
            ca = der.boolean(content)
            if not ca:
                fields.problems.append(ParseProblem("basicConstraints", "cA FALSE is written out"))
        elif tag == der.INTEGER:
            path_length = der.small_integer(content)
        else:
            raise der.DerError(f"a part with tag {tag:#04x}")
    if path_length is not None and (path_length < 0 or not ca):
        fields.problems.append(ParseProblem("basicConstraints", "pathLenConstraint is negative or not of a CA"))
        path_length = max(path_length, 0)  # the narrowest reading
    fields.basic_constraints = BasicConstraints(ca, path_length, critical)


def _key_usage(fields: ExtensionFields, value: bytes, _critical: bool) -> None:
    fields.key_usage = frozenset()  # unreadable: nothing is allowed
    _, octets = der.bits(der.expect(value, der.BIT_STRING, "KeyUsage"))
    number = int.from_bytes(octets[:2].ljust(2, b"\0"), "big")
    fields.key_usage = frozenset(name for bit, name in enumerate(KEY_USAGES) if number & (0x8000 >> bit))
    if not fields.key_usage:
        fields.problems.append(ParseProblem("keyUsage", "no bit is set"))


def _extended_key_usage(fields: ExtensionFields, value: bytes, _critical: bool) -> None:
    fields.extended_key_usage = ()  # unreadable: nothing is allowed
    fields.extended_key_usage = tuple(_oids(der.expect(value, der.SEQUENCE, "ExtKeyUsageSyntax")))
    if not fields.extended_key_usage:
        fields.problems.append(ParseProblem("extKeyUsage", "without any purpose"))


def _name_constraints(fields: ExtensionFields, value: bytes, critical: bool) -> None:
    fields.name_constraints = NameConstraints((), (), critical)
    subtrees: dict[int, tuple[PresentedIdentifier, ...]] = {0xA0: (), 0xA1: ()}
    for tag, content in der.children(der.expect(value, der.SEQUENCE, "NameConstraints")):
        if tag not in subtrees:
            raise der.DerError(f"a part with tag {tag:#04x}")
        subtrees[tag] = tuple(_subtree(subtree, fields.problems) for _, subtree in der.children(content))
    if not any(subtrees.values()):
        fields.problems.append(ParseProblem("nameConstraints", "without any subtree"))
    fields.name_constraints = NameConstraints(subtrees[0xA0], subtrees[0xA1], critical)


def _subtree(content: bytes, problems: list[ParseProblem]) -> PresentedIdentifier:
    parts = der.children(content)
    if not parts:
        raise der.DerError("a subtree without a name")
    if len(parts) > 1:  # RFC 5280 4.2.1.10: minimum is always zero and maximum absent
        problems.append(ParseProblem("nameConstraints", "a subtree with minimum or maximum"))
    return read_subtree(*parts[0], "nameConstraints", problems)


def _authority_key_identifier(fields: ExtensionFields, value: bytes, _critical: bool) -> None:
    key_id = issuer = serial = None
    for tag, content in der.children(der.expect(value, der.SEQUENCE, "AuthorityKeyIdentifier")):
        if tag == 0x80:
            key_id = content
        elif tag == 0xA1:
            raw = next((octets for kind, octets in der.children(content) if kind == DIRECTORY_NAME), None)
            if raw is not None:
                issuer, met = read_name(raw, "authorityKeyIdentifier")
                fields.problems.extend(met)
        elif tag == 0x82:
            serial = der.small_integer(content)
    fields.authority_key_identifier = AuthorityKeyIdentifier(key_id, issuer, serial)


def _subject_key_identifier(fields: ExtensionFields, value: bytes, _critical: bool) -> None:
    fields.subject_key_identifier = der.expect(value, der.OCTET_STRING, "SubjectKeyIdentifier")


def _authority_info_access(fields: ExtensionFields, value: bytes, _critical: bool) -> None:
    found: dict[str, tuple[str, ...]] = {CA_ISSUERS: (), OCSP: ()}
    for _, description in der.children(der.expect(value, der.SEQUENCE, "AuthorityInfoAccessSyntax")):
        tag, method, after = der.read(description)
        if tag != der.OBJECT_IDENTIFIER:
            raise der.DerError("an access description without its method")
        oid = der.oid(method)
        if oid in found:
            found[oid] += uris(description[after:], "authorityInfoAccess", fields.problems)
    fields.ca_issuers, fields.ocsp_urls = found[CA_ISSUERS], found[OCSP]


def _crl_distribution_points(fields: ExtensionFields, value: bytes, _critical: bool) -> None:
    urls: list[str] = []
    for _, point in der.children(der.expect(value, der.SEQUENCE, "CRLDistributionPoints")):
        for tag, name in der.children(point):
            if tag == 0xA0:  # distributionPoint, of which [0] is fullName
                for kind, names in der.children(name):
                    if kind == 0xA0:
                        urls.extend(uris(names, "cRLDistributionPoints", fields.problems))
    fields.crl_urls = tuple(urls)


def _certificate_policies(fields: ExtensionFields, value: bytes, _critical: bool) -> None:
    policies = der.children(der.expect(value, der.SEQUENCE, "certificatePolicies"))
    fields.policies = tuple(oid for _, policy in policies for oid in _oids(policy)[:1])


def _tls_feature(fields: ExtensionFields, value: bytes, _critical: bool) -> None:
    features = der.children(der.expect(value, der.SEQUENCE, "Features"))
    fields.must_staple = any(tag == der.INTEGER and content == b"\x05" for tag, content in features)


def _sct_list(fields: ExtensionFields, value: bytes, _critical: bool) -> None:
    octets = der.expect(value, der.OCTET_STRING, "SignedCertificateTimestampList")
    if len(octets) < 2 or int.from_bytes(octets[:2], "big") != len(octets) - 2:
        raise der.DerError("a list of timestamps with a wrong length")
    at = 2
    while at < len(octets):
        at += 2 + int.from_bytes(octets[at : at + 2], "big")
        if at > len(octets):
            raise der.DerError("a timestamp is cut off")
        fields.sct_count += 1


def _oids(content: bytes) -> list[str]:
    return [der.oid(octets) for tag, octets in der.children(content) if tag == der.OBJECT_IDENTIFIER]


_READERS: dict[str, tuple[str, Callable[[ExtensionFields, bytes, bool], None], tuple[str, ...]]] = {
    SUBJECT_ALT_NAME: ("subjectAltName", _subject_alt_name, ("subject_alt_names",)),
    BASIC_CONSTRAINTS: ("basicConstraints", _basic_constraints, ("basic_constraints",)),
    KEY_USAGE: ("keyUsage", _key_usage, ("key_usage",)),
    EXTENDED_KEY_USAGE: ("extKeyUsage", _extended_key_usage, ("extended_key_usage",)),
    NAME_CONSTRAINTS: ("nameConstraints", _name_constraints, ("name_constraints",)),
    AUTHORITY_KEY_IDENTIFIER: ("authorityKeyIdentifier", _authority_key_identifier, ("authority_key_identifier",)),
    SUBJECT_KEY_IDENTIFIER: ("subjectKeyIdentifier", _subject_key_identifier, ("subject_key_identifier",)),
    AUTHORITY_INFO_ACCESS: ("authorityInfoAccess", _authority_info_access, ("ca_issuers", "ocsp_urls")),
    CRL_DISTRIBUTION_POINTS: ("cRLDistributionPoints", _crl_distribution_points, ("crl_urls",)),
    CERTIFICATE_POLICIES: ("certificatePolicies", _certificate_policies, ("policies",)),
    TLS_FEATURE: ("tlsFeature", _tls_feature, ("must_staple",)),
    SCT_LIST: ("signedCertificateTimestampList", _sct_list, ("sct_count",)),
}
"""RFC 5280's name of each, what reads it, and what it fills of ExtensionFields."""
