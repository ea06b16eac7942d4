"""A certificate's octets to the model: field by field, never all or nothing, never raising.

The reader is a tolerant one, made of this folder's small readers: a certificate is judged for what it says. What a
strict reader minds in how it says it is asked by `strict.encoding_problems`.
"""

import hashlib
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from mailtrust.core.model.certificate import (
    AnyCertificate,
    Certificate,
    ParseProblem,
    SignatureAlgorithm,
    UnreadableCertificate,
)
from mailtrust.core.x509 import der
from mailtrust.core.x509.algorithms import read_public_key, read_signature_algorithm
from mailtrust.core.x509.extensions import ExtensionFields, read_extensions
from mailtrust.core.x509.names import read_name
from mailtrust.core.x509.pem import CERTIFICATE_LABELS, find_pem
from mailtrust.core.x509.times import UNREADABLE_NOT_AFTER, UNREADABLE_NOT_BEFORE, read_time

MAX_OCTETS = 256 * 1024
"""A longer certificate is not read: real ones have one or two thousand octets, the strangest some ten thousand."""

_MAX_CACHED_OCTETS = 8 * 1024


class _Outline(NamedTuple):
    """The parts of a certificate, undecoded: whole elements, or content octets where the name says so."""

    tbs: bytes
    outer_algorithm: bytes
    signature_content: bytes
    version_content: bytes | None
    serial_content: bytes
    inner_algorithm: bytes
    issuer: bytes
    validity_content: bytes
    subject: bytes
    spki: bytes
    extensions_content: bytes | None
    oddities: tuple[tuple[str, str], ...]


def read_certificate(der_octets: bytes) -> AnyCertificate:
    """Read one DER certificate. Never raises; the same octets give the same value (a bounded cache remembers)."""
    return _remembered(der_octets) if len(der_octets) <= _MAX_CACHED_OCTETS else _read(der_octets)


def read_pem_certificates(pem: bytes) -> tuple[Certificate, ...]:
    """The certificates of a PEM file that can be read, in its order."""
    found = (read_certificate(block.data) for block in find_pem(pem) if block.label in CERTIFICATE_LABELS)
    return tuple(one for one in found if isinstance(one, Certificate))


@lru_cache(maxsize=4096)
def _remembered(data: bytes) -> AnyCertificate:
    return _read(data)


def _read(data: bytes) -> AnyCertificate:
    fingerprint = hashlib.sha256(data).hexdigest()
    if len(data) > MAX_OCTETS:
        problem = ParseProblem("certificate", f"{len(data)} octets, more than the {MAX_OCTETS} that are read")
        return UnreadableCertificate(data, fingerprint, (problem,))
    try:
        outline = _outline(data)
    except der.DerError as error:
        return UnreadableCertificate(data, fingerprint, (ParseProblem("certificate", str(error)),))
    return _decode(data, fingerprint, outline)


def _outline(data: bytes) -> _Outline:
    """Cut a certificate into its parts (RFC 5280 4.1); DerError when it has not these parts."""
    oddities: list[tuple[str, str]] = []
    tag, content, after = der.read(data)
    if tag != der.SEQUENCE:
        raise der.DerError(f"expected a SEQUENCE, found tag {tag:#04x}")
    if after != len(data):
        oddities.append(("certificate", f"{len(data) - after} octets follow the certificate"))
    parts = der.whole_children(content)
    if [part[0] for part in parts] != [der.SEQUENCE, der.SEQUENCE, der.BIT_STRING]:
        raise der.DerError("expected a body, an algorithm and a signature")
    fields = der.whole_children(parts[0][1])
    version = fields.pop(0)[1] if fields and fields[0][0] == 0xA0 else None
    wanted = [der.INTEGER, *(der.SEQUENCE,) * 5]
    if [field[0] for field in fields[:6]] != wanted:
        raise der.DerError("expected serial number, algorithm, issuer, validity, subject and key in the body")
    extensions = None
    for tag, rest, _ in fields[6:]:
        if tag == 0xA3 and extensions is None:
            extensions = rest
        elif tag not in (0x81, 0x82, 0xA1, 0xA2):  # issuerUniqueID and subjectUniqueID (RFC 5280 4.1.2.8)
            oddities.append(("tbsCertificate", f"an unexpected part with tag {tag:#04x}"))
    return _Outline(
        tbs=parts[0][2],
        outer_algorithm=parts[1][2],
        signature_content=parts[2][1],
        version_content=version,
        serial_content=fields[0][1],
        inner_algorithm=fields[1][2],
        issuer=fields[2][2],
        validity_content=fields[3][1],
        subject=fields[4][2],
        spki=fields[5][2],
        extensions_content=extensions,
        oddities=tuple(oddities),
    )


def _decode(data: bytes, fingerprint: str, outline: _Outline) -> Certificate:
    fields = ExtensionFields(problems=[ParseProblem(*oddity) for oddity in outline.oddities])
    problems = fields.problems
    version = _version(outline.version_content, problems)
    serial = _serial(outline.serial_content, problems)
    issuer, issuer_problems = read_name(outline.issuer, "issuer")
    subject, subject_problems = read_name(outline.subject, "subject")
    problems.extend(issuer_problems + subject_problems)
    not_before, not_after = _validity(outline.validity_content, problems)
    public_key, key_problem = read_public_key(outline.spki)
    if key_problem:
        problems.append(ParseProblem("subjectPublicKeyInfo", key_problem))
    algorithm = _signature_algorithm(outline, problems)
    try:
        signature = der.bits(outline.signature_content)[1]
    except der.DerError as error:
        problems.append(ParseProblem("signatureValue", str(error)))
        signature = b""
    if outline.extensions_content is not None:
        if version != 3:
            problems.append(ParseProblem("version", f"extensions in a certificate of version {version}"))
        try:
            read_extensions(der.expect(outline.extensions_content, der.SEQUENCE, "Extensions"), fields)
        except der.DerError as error:
            problems.append(ParseProblem("extensions", str(error)))
    return Certificate(
        der=data,
        fingerprint=fingerprint,
        version=version,
        serial=serial,
        issuer=issuer,
        subject=subject,
        not_before=not_before,
        not_after=not_after,
        public_key=public_key,
        signature_algorithm=algorithm,
        tbs_der=outline.tbs,
        signature=signature,
        subject_alt_names=fields.subject_alt_names,
        basic_constraints=fields.basic_constraints,
        key_usage=fields.key_usage,
        extended_key_usage=fields.extended_key_usage,
        name_constraints=fields.name_constraints,
        authority_key_identifier=fields.authority_key_identifier,
        subject_key_identifier=fields.subject_key_identifier,
        ca_issuers=fields.ca_issuers,
        ocsp_urls=fields.ocsp_urls,
        crl_urls=fields.crl_urls,
        policies=fields.policies,
        must_staple=fields.must_staple,
        sct_count=fields.sct_count,
        unknown_critical=fields.unknown_critical,
        extensions=fields.extensions,
        problems=tuple(dict.fromkeys(problems)),
    )


def _version(content: bytes | None, problems: list[ParseProblem]) -> int:
    if content is None:
        return 1
    try:
        number = der.small_integer(der.expect(content, der.INTEGER, "Version")) + 1
    except der.DerError as error:
        problems.append(ParseProblem("version", str(error)))
        return 3
    if number not in (1, 2, 3):
        problems.append(ParseProblem("version", "not 1, 2 or 3; read as 3"))
        return 3
    if number == 1:
        problems.append(ParseProblem("version", "version 1 is written out"))
    return number


def _serial(content: bytes, problems: list[ParseProblem]) -> int:
    try:
        serial = der.small_integer(content)
    except der.DerError as error:
        problems.append(ParseProblem("serialNumber", str(error)))
        return 0
    if serial <= 0:  # RFC 5280 4.1.2.2
        problems.append(ParseProblem("serialNumber", "not a positive number"))
    elif len(content) > 20:
        problems.append(ParseProblem("serialNumber", f"{len(content)} octets, more than 20"))
    return serial


def _validity(content: bytes, problems: list[ParseProblem]) -> tuple[datetime, datetime]:
    times = [UNREADABLE_NOT_BEFORE, UNREADABLE_NOT_AFTER]
    try:
        parts = der.children(content)
    except der.DerError as error:
        problems.append(ParseProblem("validity", str(error)))
        return times[0], times[1]
    if len(parts) != 2:
        problems.append(ParseProblem("validity", f"{len(parts)} times instead of 2"))
    for index, (part, name) in enumerate(zip(parts, ("notBefore", "notAfter"), strict=False)):
        try:
            times[index], unusual = read_time(*part)
            if unusual:
                problems.append(ParseProblem(name, unusual))
        except der.DerError as error:
            problems.append(ParseProblem(name, str(error)))
    return times[0], times[1]


def _signature_algorithm(outline: _Outline, problems: list[ParseProblem]) -> SignatureAlgorithm:
    if outline.outer_algorithm != outline.inner_algorithm:  # RFC 5280 4.1.1.2
        problems.append(ParseProblem("signatureAlgorithm", "not the one inside the signed body"))
    try:
        algorithm = read_signature_algorithm(outline.outer_algorithm)
    except der.DerError as error:
        problems.append(ParseProblem("signatureAlgorithm", str(error)))
        return SignatureAlgorithm("", "unknown", None)
    if algorithm.kind == "rsa-pss" and algorithm.hash is None:
        problems.append(ParseProblem("signatureAlgorithm", "parameters of RSASSA-PSS that cannot be read"))
    return algorithm
