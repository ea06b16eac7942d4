"""Revocation lists made (RFC 5280 5): whole ones, of everything that an authority has taken back."""

from collections.abc import Iterable
from datetime import datetime

from mailtrust.core.issuance.authority import Issued
from mailtrust.core.issuance.body import key_identifier, write_extension, write_time
from mailtrust.core.issuance.signing import algorithm_identifier, sign
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.status import REASONS
from mailtrust.core.x509 import der
from mailtrust.core.x509 import extensions as ext
from mailtrust.core.x509.private_key import PrivateKey
from mailtrust.core.x509.revocation_list import CRL_NUMBER, REASON_CODE


@frozen
class TakenBack:
    """A certificate that is not to be trusted any more."""

    serial: int
    at: datetime
    reason: str = "unspecified"
    """One of REASONS."""


def make_revocation_list(
    issuer: Issued,
    taken_back: Iterable[TakenBack] = (),
    *,
    number: int,
    this_update: datetime,
    next_update: datetime,
    signing_key: PrivateKey | None = None,
) -> bytes:
    """DER of a list of version 2. With another `signing_key` its signature does not verify with the issuer's key."""
    key = signing_key or issuer.key
    algorithm = algorithm_identifier(key, "sha256")
    entries = [_entry(one) for one in taken_back]
    authority = issuer.certificate.subject_key_identifier or key_identifier(issuer.certificate.public_key)
    extensions = (
        write_extension(ext.AUTHORITY_KEY_IDENTIFIER, der.encode(der.SEQUENCE, der.encode(0x80, authority))),
        write_extension(CRL_NUMBER, der.encode_integer(number)),
    )
    body = der.encode(
        der.SEQUENCE,
        der.encode_integer(1),
        algorithm,
        issuer.certificate.subject.der,
        write_time(this_update),
        write_time(next_update),
        # RFC 5280 5.1.2.6: absent when there is none
        der.encode(der.SEQUENCE, *entries) if entries else b"",
        der.encode(0xA0, der.encode(der.SEQUENCE, *extensions)),
    )
    return der.encode(der.SEQUENCE, body, algorithm, der.encode(der.BIT_STRING, b"\0", sign(body, key, "sha256")))


def _entry(one: TakenBack) -> bytes:
    reason = b""
    if one.reason != "unspecified":  # RFC 5280 5.3.1: left out rather than said
        code = der.encode(0x0A, bytes((REASONS.index(one.reason),)))
        reason = der.encode(der.SEQUENCE, write_extension(REASON_CODE, code))
    return der.encode(der.SEQUENCE, der.encode_integer(one.serial), write_time(one.at), reason)
