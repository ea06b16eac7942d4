"""OCSP answers made (RFC 6960 4.2): what an authority says of certificates, or a responder that it has entrusted."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Literal

from mailtrust.core.issuance.authority import Issued
from mailtrust.core.issuance.revocation_list import TakenBack
from mailtrust.core.issuance.signing import algorithm_identifier, sign
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.status import REASONS
from mailtrust.core.x509 import der
from mailtrust.core.x509.ocsp_request import CertId, write_cert_id
from mailtrust.core.x509.ocsp_response import BASIC, ENUMERATED
from mailtrust.core.x509.private_key import PrivateKey

NO_CHECK = "1.3.6.1.5.5.7.48.1.5"
"""id-pkix-ocsp-nocheck (RFC 6960 4.2.2.2.1)."""

Refusal = Literal["malformedRequest", "internalError", "tryLater", "sigRequired", "unauthorized"]
_REFUSALS: dict[Refusal, int] = {
    "malformedRequest": 1,
    "internalError": 2,
    "tryLater": 3,
    "sigRequired": 5,
    "unauthorized": 6,
}


@frozen
class Status:
    """What is said of one certificate."""

    named: CertId
    status: Literal["good", "unknown"] | TakenBack


def make_ocsp_answer(
    signer: Issued,
    about: Iterable[Status],
    *,
    produced_at: datetime,
    this_update: datetime,
    next_update: datetime | None,
    signing_key: PrivateKey | None = None,
    send_certificate: bool = False,
) -> bytes:
    """DER of a successful answer. `send_certificate`: with the signer's own, as one needs who is not the issuer.

    With another `signing_key` its signature does not verify with the signer's key.
    """
    key = signing_key or signer.key
    body = der.encode(
        der.SEQUENCE,
        der.encode(0xA1, signer.certificate.subject.der),
        _moment(produced_at),
        der.encode(der.SEQUENCE, *(_single(one, this_update, next_update) for one in about)),
    )
    parts = [body, algorithm_identifier(key, "sha256"), der.encode(der.BIT_STRING, b"\0", sign(body, key, "sha256"))]
    if send_certificate:
        parts.append(der.encode(0xA0, der.encode(der.SEQUENCE, signer.certificate.der)))
    basic = der.encode(der.OCTET_STRING, der.encode(der.SEQUENCE, *parts))
    told = der.encode(der.SEQUENCE, der.encode_oid(BASIC), basic)
    return der.encode(der.SEQUENCE, der.encode(ENUMERATED, b"\0"), der.encode(0xA0, told))


def make_refusal(why: Refusal) -> bytes:
    """DER of an answer that is none; nobody signs it."""
    return der.encode(der.SEQUENCE, der.encode(ENUMERATED, bytes((_REFUSALS[why],))))


def _single(one: Status, this_update: datetime, next_update: datetime | None) -> bytes:
    match one.status:
        case "good":
            status = der.encode(0x80)
        case "unknown":
            status = der.encode(0x82)
        case TakenBack(at=at, reason=reason):
            told = der.encode(0xA0, der.encode(ENUMERATED, bytes((REASONS.index(reason),))))
            status = der.encode(0xA1, _moment(at), told)
    until = b"" if next_update is None else der.encode(0xA0, _moment(next_update))
    return der.encode(der.SEQUENCE, write_cert_id(one.named), status, _moment(this_update), until)


def _moment(moment: datetime) -> bytes:
    return der.encode(der.GENERALIZED_TIME, f"{moment.astimezone(UTC):%Y%m%d%H%M%S}Z".encode())
