"""CMS: a message, its signature and the signer's certificates in one (RFC 5652 5): Apple's form of signed profiles."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from mailtrust.core.issuance.body import write_time
from mailtrust.core.issuance.signing import algorithm_identifier, sign
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.x509 import der
from mailtrust.core.x509.pkcs7 import SIGNED_DATA
from mailtrust.core.x509.private_key import PrivateKey

_DATA = "1.2.840.113549.1.7.1"
# RFC 5652 11: contentType, messageDigest, signingTime
_CONTENT_TYPE, _MESSAGE_DIGEST, _SIGNING_TIME = (f"1.2.840.113549.1.9.{number}" for number in (3, 4, 5))
_SHA256 = der.encode(der.SEQUENCE, der.encode_oid("2.16.840.1.101.3.4.2.1"))

SIGNERS = frozenset({"rsa", "ec"})
"""Algorithms of keys that sign here: with SHA-256 (RFC 5754 3)."""


def sign_message(message: bytes, chain: Sequence[Certificate], key: PrivateKey, *, now: datetime) -> bytes:
    """DER of the signed message. `chain`: the signer first; all of it is sent. `key`: the signer's, see SIGNERS."""
    signer = chain[0]
    attributes = sorted((
        _attribute(_CONTENT_TYPE, der.encode_oid(_DATA)),
        _attribute(_SIGNING_TIME, write_time(now)),
        _attribute(_MESSAGE_DIGEST, der.encode(der.OCTET_STRING, hashlib.sha256(message).digest())),
    ))  # fmt: skip
    # What is signed has SET OF's own tag, not the [0] that stands in its place (RFC 5652 5.4).
    signature = sign(der.encode(der.SET, *attributes), key, "sha256")
    signer_info = der.encode(
        der.SEQUENCE,
        der.encode_integer(1),
        der.encode(der.SEQUENCE, signer.issuer.der, der.encode_integer(signer.serial)),
        _SHA256,
        der.encode(0xA0, *attributes),
        algorithm_identifier(key, "sha256"),
        der.encode(der.OCTET_STRING, signature),
    )
    signed = der.encode(
        der.SEQUENCE,
        der.encode_integer(1),
        der.encode(der.SET, _SHA256),
        der.encode(der.SEQUENCE, der.encode_oid(_DATA), der.encode(0xA0, der.encode(der.OCTET_STRING, message))),
        der.encode(0xA0, *sorted(one.der for one in chain)),
        der.encode(der.SET, signer_info),
    )
    return der.encode(der.SEQUENCE, der.encode_oid(SIGNED_DATA), der.encode(0xA0, signed))


def _attribute(oid: str, value: bytes) -> bytes:
    return der.encode(der.SEQUENCE, der.encode_oid(oid), der.encode(der.SET, value))
