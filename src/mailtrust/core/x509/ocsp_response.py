"""OCSP responses (RFC 6960 4.2) to the model. Tolerant and bounded."""

import hashlib
from datetime import datetime
from functools import lru_cache
from typing import Literal

from mailtrust.core.model.certificate import Name, ParseProblem
from mailtrust.core.model.status import REASONS, OcspResponse, StatusAnswer
from mailtrust.core.x509 import der
from mailtrust.core.x509.algorithms import read_signature_algorithm
from mailtrust.core.x509.names import read_name
from mailtrust.core.x509.ocsp_request import read_cert_id
from mailtrust.core.x509.parse import read_certificate
from mailtrust.core.x509.times import read_time

MAX_OCTETS = 256 * 1024
MAX_ANSWERS = 1000
MAX_CERTIFICATES = 20

BASIC = "1.3.6.1.5.5.7.48.1.1"
ENUMERATED = 0x0A
# nonce, preferred signature algorithms, archive cutoff, extended revoke (RFC 6960 4.4), CRL references, and the list of
# timestamps (RFC 6962 3.3, historic)
_KNOWN = frozenset({f"1.3.6.1.5.5.7.48.1.{arc}" for arc in (2, 3, 6, 8, 9)} | {"1.3.6.1.4.1.11129.2.4.5"})
_STATUS = {1: "malformedRequest", 2: "internalError", 3: "tryLater", 5: "sigRequired", 6: "unauthorized"}


def read_ocsp_response(octets: bytes) -> OcspResponse | ParseProblem:
    """Read one DER OCSPResponse; a ParseProblem when it is none, or says that there is none. Never raises."""
    if len(octets) > MAX_OCTETS:
        return ParseProblem("OCSPResponse", f"{len(octets)} octets, more than the {MAX_OCTETS} that are read")
    return _remembered(octets)


@lru_cache(maxsize=256)
def _remembered(octets: bytes) -> OcspResponse | ParseProblem:
    try:
        refusal = _refusal(octets)
        return _response(octets) if refusal is None else ParseProblem("responseStatus", refusal)
    except der.DerError as error:
        return ParseProblem("OCSPResponse", str(error))


def _refusal(octets: bytes) -> str | None:
    """Why the responder gives no answer (RFC 6960 4.2.1 OCSPResponseStatus)."""
    parts = der.children(der.expect(octets, der.SEQUENCE, "OCSPResponse"))
    if not parts or parts[0][0] != ENUMERATED:
        raise der.DerError("expected a responseStatus")
    status = der.small_integer(parts[0][1])
    return None if status == 0 else str(_STATUS.get(status, status))


def _response(octets: bytes) -> OcspResponse:
    parts = der.children(der.expect(octets, der.SEQUENCE, "OCSPResponse"))
    if len(parts) != 2 or parts[1][0] != 0xA0:
        raise der.DerError("expected responseBytes")
    body = der.children(der.expect(parts[1][1], der.SEQUENCE, "ResponseBytes"))
    if [tag for tag, _ in body] != [der.OBJECT_IDENTIFIER, der.OCTET_STRING] or der.oid(body[0][1]) != BASIC:
        raise der.DerError("expected a basic response (RFC 6960 4.2.1)")
    return _basic(body[1][1])


def _basic(octets: bytes) -> OcspResponse:
    parts = der.whole_children(der.expect(octets, der.SEQUENCE, "BasicOCSPResponse"))
    if [tag for tag, _, _ in parts[:3]] != [der.SEQUENCE, der.SEQUENCE, der.BIT_STRING]:
        raise der.DerError("expected data, an algorithm and a signature")
    certificates = b""
    if len(parts) > 3 and parts[3][0] == 0xA0:
        certificates = der.expect(parts[3][1], der.SEQUENCE, "certs")
    fields = der.children(parts[0][1])
    if fields and fields[0][0] == 0xA0:
        fields.pop(0)  # version
    tags = [tag for tag, _ in fields[:3]]
    if tags not in ([0xA1, der.GENERALIZED_TIME, der.SEQUENCE], [0xA2, der.GENERALIZED_TIME, der.SEQUENCE]):
        raise der.DerError("expected responderID, producedAt and responses")
    unknown = _unknown_critical(fields[3][1]) if len(fields) > 3 and fields[3][0] == 0xA1 else ()
    answers = der.children(fields[2][1])
    if len(answers) > MAX_ANSWERS:
        raise der.DerError(f"more than {MAX_ANSWERS} answers")
    read = [_answer(content) for _, content in answers]
    return OcspResponse(
        der=octets,
        fingerprint=hashlib.sha256(octets).hexdigest(),
        responder=_responder(*fields[0]),
        produced_at=read_time(*fields[1])[0],
        answers=tuple(answer for answer, _ in read),
        signature_algorithm=read_signature_algorithm(parts[1][2]),
        tbs_der=parts[0][2],
        signature=der.whole_octets(parts[2][1]),
        certificates=tuple(
            read_certificate(whole) for _, _, whole in der.whole_children(certificates)[:MAX_CERTIFICATES]
        ),
        unknown_critical=(*unknown, *(oid for _, oids in read for oid in oids)),
    )


def _responder(tag: int, content: bytes) -> Name | bytes:
    if tag == 0xA1:
        return read_name(content, "responderID")[0]
    return der.expect(content, der.OCTET_STRING, "byKey")


def _answer(content: bytes) -> tuple[StatusAnswer, tuple[str, ...]]:
    parts = der.children(content)
    if len(parts) < 3 or parts[0][0] != der.SEQUENCE or parts[2][0] != der.GENERALIZED_TIME:
        raise der.DerError("expected certID, certStatus and thisUpdate")
    named = read_cert_id(parts[0][1])
    status, revoked_at, reason = _status(*parts[1])
    next_update: datetime | None = None
    unknown: tuple[str, ...] = ()
    for tag, inner in parts[3:]:
        if tag == 0xA0:
            next_update = read_time(der.GENERALIZED_TIME, der.expect(inner, der.GENERALIZED_TIME, "nextUpdate"))[0]
        elif tag == 0xA1:
            unknown = _unknown_critical(inner)
    answer = StatusAnswer(
        hash=named.hash,
        issuer_name_hash=named.issuer_name_hash,
        issuer_key_hash=named.issuer_key_hash,
        serial=named.serial,
        status=status,
        revoked_at=revoked_at,
        reason=reason,
        this_update=read_time(*parts[2])[0],
        next_update=next_update,
    )
    return answer, unknown


def _status(tag: int, content: bytes) -> tuple[Literal["good", "revoked", "unknown"], datetime | None, str | None]:
    match tag:
        case 0x80:
            return "good", None, None
        case 0x82:
            return "unknown", None, None
        case 0xA1:
            parts = der.children(content)
            if not parts or parts[0][0] != der.GENERALIZED_TIME:
                raise der.DerError("expected a revocationTime")
            reason: str | None = None
            if len(parts) > 1 and parts[1][0] == 0xA0:
                number = der.small_integer(der.expect(parts[1][1], ENUMERATED, "revocationReason"))
                reason = REASONS[number] if 0 <= number < len(REASONS) else None
            return "revoked", read_time(*parts[0])[0], reason
        case _:
            raise der.DerError(f"a certStatus with tag {tag:#04x}")


def _unknown_critical(content: bytes) -> tuple[str, ...]:
    found = []
    for _, extension in der.children(der.expect(content, der.SEQUENCE, "Extensions")):
        parts = der.children(extension)
        if len(parts) == 3 and der.boolean(parts[1][1]) and der.oid(parts[0][1]) not in _KNOWN:
            found.append(der.oid(parts[0][1]))
    return tuple(found)
