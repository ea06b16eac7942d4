"""OCSP requests (RFC 6960 4.1), as short as high-volume responders want them (RFC 5019 2.1): one certificate, no nonce.

A nonce (RFC 9654) would make every answer a new one: it could come from no cache, and most public responders ignore it.
What stands in for it is the time in the answer.
"""

import hashlib
from functools import lru_cache

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.frozen import frozen
from mailtrust.core.x509 import der
from mailtrust.core.x509.algorithms import HASHES, algorithm_identifier

SHA1 = "1.3.14.3.2.26"
MAX_REQUESTS = 100


@frozen
class CertId:
    """Of which certificate is spoken (RFC 6960 4.1.1)."""

    hash: str | None
    """sha1, sha256, ...; None: one that is not known here."""
    issuer_name_hash: bytes
    issuer_key_hash: bytes
    serial: int


def cert_id(certificate: Certificate, issuer: Certificate, hash_name: str = "sha1") -> CertId:
    """What a certificate is called; ValueError for a hash that this Python does not have.

    SHA-1 identifies and secures nothing here; it is what every responder knows (RFC 5019 2.1.1).
    """
    return CertId(
        hash_name,
        hashlib.new(hash_name, certificate.issuer.der, usedforsecurity=False).digest(),
        key_hash(hash_name, issuer.public_key.spki),
        certificate.serial,
    )


@lru_cache(maxsize=1024)
def key_hash(algorithm: str, spki: bytes) -> bytes:
    """The hash of a key without its algorithm (RFC 6960 4.1.1 issuerKeyHash); empty for what is no key."""
    try:
        key = der.bits(der.children(der.expect(spki, der.SEQUENCE, "SubjectPublicKeyInfo"))[1][1])[1]
    except (der.DerError, IndexError):
        return b""
    return hashlib.new(algorithm, key, usedforsecurity=False).digest()


def write_cert_id(named: CertId) -> bytes:
    """DER of the CertID."""
    oid = next((oid for oid, name in HASHES.items() if name == named.hash), SHA1)
    return der.encode(
        der.SEQUENCE,
        der.encode(der.SEQUENCE, der.encode_oid(oid), der.encode(der.NULL)),
        der.encode(der.OCTET_STRING, named.issuer_name_hash),
        der.encode(der.OCTET_STRING, named.issuer_key_hash),
        der.encode_integer(named.serial),
    )


def read_cert_id(content: bytes) -> CertId:
    """Read the contents of a CertID; raises DerError."""
    parts = der.whole_children(content)
    if [tag for tag, _, _ in parts] != [der.SEQUENCE, der.OCTET_STRING, der.OCTET_STRING, der.INTEGER]:
        raise der.DerError("expected a CertID")
    return CertId(
        HASHES.get(algorithm_identifier(parts[0][1])[0]), parts[1][1], parts[2][1], der.small_integer(parts[3][1])
    )


def write_ocsp_request(certificate: Certificate, issuer: Certificate) -> bytes:
    """DER of a request about one certificate."""
    request = der.encode(der.SEQUENCE, write_cert_id(cert_id(certificate, issuer)))
    return der.encode(der.SEQUENCE, der.encode(der.SEQUENCE, der.encode(der.SEQUENCE, request)))


def read_ocsp_request(octets: bytes) -> tuple[CertId, ...]:
    """The certificates that a DER request asks about; raises DerError."""
    outer = der.children(der.expect(octets, der.SEQUENCE, "OCSPRequest"))
    if not outer or outer[0][0] != der.SEQUENCE:
        raise der.DerError("expected a tbsRequest")
    lists = [content for tag, content in der.children(outer[0][1]) if tag == der.SEQUENCE]
    if len(lists) != 1:  # version, requestorName and requestExtensions have tags of their own
        raise der.DerError("expected a requestList")
    requests = der.children(lists[0])
    if len(requests) > MAX_REQUESTS:
        raise der.DerError(f"more than {MAX_REQUESTS} requests")
    asked = []
    for tag, content in requests:
        parts = der.children(content)
        if tag != der.SEQUENCE or not parts or parts[0][0] != der.SEQUENCE:
            raise der.DerError("expected a Request")
        asked.append(read_cert_id(parts[0][1]))
    return tuple(asked)
