"""PKCS#10 requests (RFC 2986) to the model. Tolerant and bounded; what is odd is told as a problem."""

import hashlib
from typing import Literal, get_args

from mailtrust.core.model.certificate import ParseProblem
from mailtrust.core.model.certificate_request import CertificateRequest
from mailtrust.core.x509 import der
from mailtrust.core.x509.algorithms import read_public_key, read_signature_algorithm
from mailtrust.core.x509.extensions import ExtensionFields, read_extensions
from mailtrust.core.x509.names import read_name
from mailtrust.core.x509.pem import to_pem

MAX_OCTETS = 256 * 1024
EXTENSION_REQUEST = "1.2.840.113549.1.9.14"
_MICROSOFT_EXTENSION_REQUEST = "1.3.6.1.4.1.311.2.1.14"
"""What Windows 2000 to 2003 wrote instead."""


def read_request(octets: bytes) -> CertificateRequest | ParseProblem:
    """Read one DER request; a ParseProblem when it is none. Never raises. Its signature is for the caller to check."""
    if len(octets) > MAX_OCTETS:
        return ParseProblem("request", f"{len(octets)} octets, more than the {MAX_OCTETS} that are read")
    try:
        return parse_request(octets)
    except der.DerError as error:
        return ParseProblem("request", str(error))


RequestForm = Literal["pem", "der", "utf16"]
REQUEST_FORMS: tuple[RequestForm, ...] = get_args(RequestForm)


def write_request_file(octets: bytes, form: RequestForm) -> bytes:
    """A DER request as a file: PEM as CAs take it, DER, or the UTF-16 text that Exchange and certreq write."""
    match form:
        case "pem":
            return to_pem(octets, "CERTIFICATE REQUEST").encode("ascii")
        case "der":
            return octets
        case "utf16":
            lines = to_pem(octets, "NEW CERTIFICATE REQUEST").replace("\n", "\r\n")
            return b"\xff\xfe" + lines.encode("utf-16-le")


def parse_request(octets: bytes) -> CertificateRequest:
    """Read one DER request of our own making. Raises DerError for anything else."""
    parts = der.whole_children(der.expect(octets, der.SEQUENCE, "CertificationRequest"))
    if [tag for tag, _, _ in parts] != [der.SEQUENCE, der.SEQUENCE, der.BIT_STRING]:
        raise der.DerError("expected a body, an algorithm and a signature")
    body = der.whole_children(parts[0][1])
    # RFC 2986 4.1: the attributes are not optional; some writers leave them out all the same
    if [tag for tag, _, _ in body] not in (
        [der.INTEGER, der.SEQUENCE, der.SEQUENCE, 0xA0],
        [der.INTEGER, der.SEQUENCE, der.SEQUENCE],
    ):
        raise der.DerError("expected version, subject, key and attributes in the body")
    fields = ExtensionFields()
    subject, met = read_name(body[1][2], "subject")
    fields.problems.extend(met)
    key, wrong = read_public_key(body[2][2])
    if wrong:
        fields.problems.append(ParseProblem("subjectPublicKeyInfo", wrong))
    attributes = _attributes(body[3][1], fields) if len(body) > 3 else ()
    return CertificateRequest(
        der=octets,
        fingerprint=hashlib.sha256(octets).hexdigest(),
        subject=subject,
        public_key=key,
        signature_algorithm=read_signature_algorithm(parts[1][2]),
        tbs_der=parts[0][2],
        signature=der.whole_octets(parts[2][1]),
        subject_alt_names=fields.subject_alt_names or (),
        key_usage=fields.key_usage,
        extended_key_usage=fields.extended_key_usage,
        basic_constraints=fields.basic_constraints,
        must_staple=fields.must_staple,
        extensions=fields.extensions,
        attributes=attributes,
        problems=tuple(fields.problems),
    )


def _attributes(content: bytes, fields: ExtensionFields) -> tuple[str, ...]:
    """Read the extensions asked for into `fields`; gives the OIDs of everything else."""
    others: list[str] = []
    for _, attribute in der.children(content):
        parts = der.children(attribute)
        if len(parts) != 2 or parts[0][0] != der.OBJECT_IDENTIFIER:
            raise der.DerError("an attribute is not a type and a set of values")
        oid = der.oid(parts[0][1])
        if oid in (EXTENSION_REQUEST, _MICROSOFT_EXTENSION_REQUEST):
            for tag, extensions in der.children(parts[1][1])[:1]:
                if tag == der.SEQUENCE:
                    read_extensions(extensions, fields)
        else:
            others.append(oid)
    return tuple(others)
