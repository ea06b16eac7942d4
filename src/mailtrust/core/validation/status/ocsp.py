"""An OCSP answer about one certificate, believed or not (RFC 6960 3.2 and 4.2.2)."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from mailtrust.core.model.certificate import AnyCertificate, Certificate, Name, ParseProblem
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.status import OcspResponse, StatusAnswer
from mailtrust.core.validation.checks.dates import in_its_time
from mailtrust.core.validation.status.word import Good, Revoked, Undetermined, Word, strongest
from mailtrust.core.x509.signatures import SignatureResult, signed_by

OCSP_SIGNING = "1.3.6.1.5.5.7.3.9"

WITHOUT_NEXT_UPDATE = timedelta(days=7)
"""So long an answer without nextUpdate counts: what Chromium allows any answer about a leaf (BR 4.9.10 has ten)."""


@frozen
class Ages:
    """How long an answer counts."""

    without_next_update: timedelta = WITHOUT_NEXT_UPDATE
    """When it does not say when the next one comes."""
    longest: timedelta | None = None
    """At most, whatever it says; None: as long as it says."""
    slop: timedelta = timedelta(0)
    """By so much clocks may differ."""


USUAL = Ages()


def word_of_answer(
    octets: bytes,
    certificate: Certificate,
    issuer: Certificate,
    known: Sequence[AnyCertificate],
    at: datetime,
    *,
    ages: Ages = USUAL,
    stale: bool = False,
) -> Word:
    """What one response says of `certificate`; `known` may hold the responder's own certificate.

    `ages`: how long it counts. `stale`: what an outdated answer says counts too, unless it is good.
    """
    from mailtrust.core.x509.ocsp_response import read_ocsp_response  # late: most servers send no answer along

    response = read_ocsp_response(octets)
    if isinstance(response, ParseProblem):
        return Undetermined(("no-answer" if response.field == "responseStatus" else "malformed",))
    about = [answer for answer in response.answers if _is_about(answer, certificate, issuer)]
    if not about:
        return Undetermined(("nothing-said",))
    refused = _not_believed(response, issuer, known, at)
    if refused:
        return Undetermined((refused,))
    return strongest(_word(answer, at, ages, stale=stale) for answer in about)


def _word(answer: StatusAnswer, at: datetime, ages: Ages, *, stale: bool) -> Word:
    begins = answer.this_update
    if at + ages.slop < begins:
        return Undetermined(("not-yet-valid",))
    # RFC 6960 4.2.2.1: without nextUpdate there is always something newer
    end = answer.next_update or begins + ages.without_next_update
    if ages.longest is not None:
        end = min(end, begins + ages.longest)
    outdated = at - ages.slop > end
    if outdated and not (stale and answer.status != "good"):
        return Undetermined(("outdated",))
    match answer.status:
        case "good":
            return Good("ocsp")
        case "revoked":
            return Revoked(answer.revoked_at, answer.reason, "ocsp")
        case "unknown":
            return Undetermined(("status-unknown",))


def _is_about(answer: StatusAnswer, certificate: Certificate, issuer: Certificate) -> bool:
    from mailtrust.core.x509.ocsp_request import cert_id

    if answer.serial != certificate.serial or answer.hash is None:
        return False
    try:
        named = cert_id(certificate, issuer, answer.hash)
    except ValueError:  # a hash that this Python does not have
        return False
    return (answer.issuer_name_hash, answer.issuer_key_hash) == (named.issuer_name_hash, named.issuer_key_hash)


def _not_believed(
    response: OcspResponse, issuer: Certificate, known: Sequence[AnyCertificate], at: datetime
) -> str | None:
    """Why the response is not believed; None when the issuer, or whom it entrusted with that, has signed it."""
    if response.unknown_critical:
        return "critical-extension-unknown"
    refused = "signer-unknown"
    for signer in _signers(response, issuer, known):
        if signer is not issuer and not _entrusted(signer, issuer, at):
            refused = "signer-not-allowed"
        elif signed_by(response, signer.public_key) is SignatureResult.VALID:
            return None
        else:
            refused = "signature-invalid"
    return refused


def _signers(response: OcspResponse, issuer: Certificate, known: Sequence[AnyCertificate]) -> Iterator[Certificate]:
    for one in (issuer, *response.certificates, *known):
        if isinstance(one, Certificate) and _is_named(response.responder, one):
            yield one


def _is_named(responder: Name | bytes, certificate: Certificate) -> bool:
    if isinstance(responder, Name):
        return responder.match_key == certificate.subject.match_key
    from mailtrust.core.x509.ocsp_request import key_hash

    return responder == key_hash("sha1", certificate.public_key.spki)  # RFC 6960 4.2.1 KeyHash


def _entrusted(signer: Certificate, issuer: Certificate, at: datetime) -> bool:
    """RFC 6960 4.2.2.2: issued directly by the CA in question, for this purpose, and in its time.

    Whether the responder's own certificate was revoked is not asked: id-pkix-ocsp-nocheck is what CAs put there.
    """
    usage = signer.key_usage
    return (
        OCSP_SIGNING in (signer.extended_key_usage or ())
        and (usage is None or not usage.isdisjoint({"digitalSignature", "nonRepudiation"}))
        and not signer.unknown_critical
        and in_its_time(signer, at)
        and signer.issuer.match_key == issuer.subject.match_key
        and signed_by(signer, issuer.public_key) is SignatureResult.VALID
    )
