"""Certificate revocation lists (RFC 5280 5) to the model. Tolerant and bounded; what is odd is told as a problem."""

import hashlib
from collections.abc import Iterator
from dataclasses import field
from datetime import datetime
from functools import lru_cache
from typing import Literal

from mailtrust.core.model.certificate import Name, ParseProblem
from mailtrust.core.model.frozen import record
from mailtrust.core.model.status import ALL_REASONS, REASONS, ListScope, RevocationList, RevokedEntry
from mailtrust.core.x509 import der
from mailtrust.core.x509.algorithms import read_signature_algorithm
from mailtrust.core.x509.general_names import DIRECTORY_NAME
from mailtrust.core.x509.names import read_name
from mailtrust.core.x509.times import read_time

MAX_OCTETS = 64 * 2**20
MAX_ENTRIES = 1_000_000

CRL_NUMBER = "2.5.29.20"
REASON_CODE = "2.5.29.21"
DELTA_INDICATOR = "2.5.29.27"
ISSUING_DISTRIBUTION_POINT = "2.5.29.28"
CERTIFICATE_ISSUER = "2.5.29.29"
_KNOWN_ENTRY_EXTENSIONS = frozenset({REASON_CODE, CERTIFICATE_ISSUER, "2.5.29.24"})  # 24: invalidityDate
# authorityKeyIdentifier, issuerAltName, freshestCRL, authorityInfoAccess (5.2.1, 5.2.2, 5.2.6, 5.2.7)
_KNOWN_LIST_EXTENSIONS = frozenset({"2.5.29.35", "2.5.29.18", "2.5.29.46", "1.3.6.1.5.5.7.1.1"})
_LIMITED_TO: dict[int, Literal["users", "authorities", "attributes"]] = {
    0x81: "users",
    0x82: "authorities",
    0x85: "attributes",
}

# RFC 5280 4.2.1.13, ReasonFlags by bit
_FLAGS = ("", *REASONS[1:7], "privilegeWithdrawn", "aACompromise")
_MAX_CACHED_OCTETS = 64 * 1024


@record
class _Extensions:
    number: int | None = None
    base_number: int | None = None
    scope: ListScope | None = None
    unknown_critical: list[str] = field(default_factory=list)
    problems: list[ParseProblem] = field(default_factory=list)


def read_revocation_list(octets: bytes) -> RevocationList | ParseProblem:
    """Read one DER list; a ParseProblem when it is none. Never raises; they are remembered, of long ones a few."""
    return _remembered(octets) if len(octets) <= _MAX_CACHED_OCTETS else _remembered_long(octets)


@lru_cache(maxsize=256)
def _remembered(octets: bytes) -> RevocationList | ParseProblem:
    return _read(octets)


@lru_cache(maxsize=4)
def _remembered_long(octets: bytes) -> RevocationList | ParseProblem:
    """One of ten MiB takes two seconds to read, and every client asks it."""
    return _read(octets)


def _read(octets: bytes) -> RevocationList | ParseProblem:
    if len(octets) > MAX_OCTETS:
        return ParseProblem("certificateList", f"{len(octets)} octets, more than the {MAX_OCTETS} that are read")
    try:
        return _certificate_list(octets)
    except der.DerError as error:
        return ParseProblem("certificateList", str(error))


def _certificate_list(octets: bytes) -> RevocationList:
    tag, content, after = der.read(octets)
    if tag != der.SEQUENCE or after != len(octets):
        raise der.DerError("expected one SEQUENCE and nothing behind it")
    parts = der.whole_children(content)
    if [part[0] for part in parts] != [der.SEQUENCE, der.SEQUENCE, der.BIT_STRING]:
        raise der.DerError("expected a body, an algorithm and a signature")
    fields = der.whole_children(parts[0][1])
    found = _Extensions()
    version = 1
    if fields and fields[0][0] == der.INTEGER:
        version = der.small_integer(fields.pop(0)[1]) + 1
    if [one[0] for one in fields[:2]] != [der.SEQUENCE, der.SEQUENCE] or len(fields) < 3:
        raise der.DerError("expected algorithm, issuer and thisUpdate in the body")
    inner_algorithm, issuer_der = fields[0][2], fields[1][2]
    if inner_algorithm != parts[1][2]:  # RFC 5280 5.1.1.2
        found.problems.append(ParseProblem("signatureAlgorithm", "not the one inside the signed body"))
    issuer, met = read_name(issuer_der, "issuer")
    found.problems.extend(met)
    this_update = _time(fields[2][0], fields[2][1], "thisUpdate", found)
    rest = fields[3:]
    next_update: datetime | None = None
    if rest and rest[0][0] in (der.UTC_TIME, der.GENERALIZED_TIME):
        next_update = _time(rest[0][0], rest[0][1], "nextUpdate", found)
        rest = rest[1:]
    revoked = b""
    if rest and rest[0][0] == der.SEQUENCE:
        revoked = rest[0][1]
        rest = rest[1:]
    if rest and rest[0][0] == 0xA0:
        _list_extensions(der.expect(rest[0][1], der.SEQUENCE, "crlExtensions"), found)
        rest = rest[1:]
    if rest:
        raise der.DerError(f"an unexpected part with tag {rest[0][0]:#04x}")
    if found.number is None:  # RFC 5280 5.2.3
        found.problems.append(ParseProblem("cRLNumber", "missing"))
    if version != 2:  # RFC 5280 5.1.2.1
        found.problems.append(ParseProblem("version", f"version {version} instead of 2"))
    return RevocationList(
        der=octets,
        fingerprint=hashlib.sha256(octets).hexdigest(),
        version=version,
        issuer=issuer,
        this_update=this_update,
        next_update=next_update,
        signature_algorithm=read_signature_algorithm(parts[1][2]),
        tbs_der=parts[0][2],
        signature=der.whole_octets(parts[2][1]),
        number=found.number,
        base_number=found.base_number,
        scope=found.scope,
        entries=dict(_entries(revoked, issuer, found)),
        unknown_critical=tuple(dict.fromkeys(found.unknown_critical)),
        problems=tuple(dict.fromkeys(found.problems)),
    )


def _time(tag: int, octets: bytes, name: str, found: _Extensions) -> datetime:
    moment, unusual = read_time(tag, octets)
    if unusual:
        found.problems.append(ParseProblem(name, unusual))
    return moment


def _entries(
    content: bytes, issuer: Name, found: _Extensions
) -> Iterator[tuple[tuple[tuple[object, ...], int], RevokedEntry]]:
    """RFC 5280 5.1.2.6; a certificateIssuer holds for what follows it, too (5.3.3)."""
    of = issuer.match_key
    at = count = 0
    while at < len(content):
        tag, entry, at = der.read(content, at)
        count += 1
        parts = der.children(entry)
        if tag != der.SEQUENCE or len(parts) not in (2, 3) or parts[0][0] != der.INTEGER or count > MAX_ENTRIES:
            raise der.DerError(f"revokedCertificates: entry {count} is none, or one too many")
        reason: str | None = None
        if len(parts) == 3:
            reason, named = _entry_extensions(parts[2][1], found)
            of = of if named is None else named.match_key
        yield (of, der.small_integer(parts[0][1])), RevokedEntry(read_time(*parts[1])[0], reason)


def _entry_extensions(content: bytes, found: _Extensions) -> tuple[str | None, Name | None]:
    reason: str | None = None
    issuer: Name | None = None
    for oid, critical, value in _extensions(content):
        if oid == REASON_CODE:
            number = der.small_integer(der.expect(value, 0x0A, "CRLReason"))
            reason = REASONS[number] if 0 <= number < len(REASONS) else None
        elif oid == CERTIFICATE_ISSUER:
            names = der.children(der.expect(value, der.SEQUENCE, "certificateIssuer"))
            issuer = next((read_name(octets)[0] for kind, octets in names if kind == DIRECTORY_NAME), None)
        elif critical and oid not in _KNOWN_ENTRY_EXTENSIONS:
            found.unknown_critical.append(oid)
    return reason, issuer


def _list_extensions(content: bytes, found: _Extensions) -> None:
    for oid, critical, value in _extensions(content):
        if oid == CRL_NUMBER:
            found.number = der.small_integer(der.expect(value, der.INTEGER, "cRLNumber"))
            if critical:
                found.problems.append(ParseProblem("cRLNumber", "marked critical"))
        elif oid == DELTA_INDICATOR:
            found.base_number = der.small_integer(der.expect(value, der.INTEGER, "deltaCRLIndicator"))
            if not critical:
                found.problems.append(ParseProblem("deltaCRLIndicator", "not marked critical"))
        elif oid == ISSUING_DISTRIBUTION_POINT:
            found.scope = _scope(value)
            if not critical:
                found.problems.append(ParseProblem("issuingDistributionPoint", "not marked critical"))
        elif critical and oid not in _KNOWN_LIST_EXTENSIONS:
            found.unknown_critical.append(oid)


def _scope(value: bytes) -> ListScope:
    names: frozenset[tuple[int, bytes]] | None = None
    relative = indirect = False
    only: Literal["users", "authorities", "attributes"] | None = None
    reasons = ALL_REASONS
    for tag, content in der.children(der.expect(value, der.SEQUENCE, "IssuingDistributionPoint")):
        if tag == 0xA0:
            for kind, inner in der.children(content):
                relative = relative or kind == 0xA1
                names = frozenset(der.children(inner)) if kind == 0xA0 else names
        elif tag == 0x83:
            reasons = read_reason_flags(content)
        elif tag == 0x84:
            indirect = der.boolean(content)
        elif tag in _LIMITED_TO:
            only = _LIMITED_TO[tag] if der.boolean(content) else only
        else:
            raise der.DerError(f"issuingDistributionPoint: a part with tag {tag:#04x}")
    return ListScope(names, relative, only, reasons, indirect)


def read_reason_flags(content: bytes) -> frozenset[str]:
    """The reasons in a ReasonFlags BIT STRING (RFC 5280 4.2.1.13)."""
    octets = der.bits(content)[1][:2].ljust(2, b"\0")
    number = int.from_bytes(octets, "big")
    return frozenset(name for bit, name in enumerate(_FLAGS) if name and number & (0x8000 >> bit))


def _extensions(content: bytes) -> Iterator[tuple[str, bool, bytes]]:
    for _, extension in der.children(content):
        parts = der.children(extension)
        match [tag for tag, _ in parts]:
            case [der.OBJECT_IDENTIFIER, der.OCTET_STRING]:
                yield der.oid(parts[0][1]), False, parts[1][1]
            case [der.OBJECT_IDENTIFIER, der.BOOLEAN, der.OCTET_STRING]:
                yield der.oid(parts[0][1]), der.boolean(parts[1][1]), parts[2][1]
            case _:
                raise der.DerError("an extension is not an identifier, a criticality and a value")
