"""What came from a caIssuers address: which certificates are in it, and what they are to the one that named it."""

from collections.abc import Sequence

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.text import Text, in_a_row, text
from mailtrust.core.x509.der import DerError
from mailtrust.core.x509.parse import read_certificate
from mailtrust.core.x509.pem import CERTIFICATE_LABELS, find_pem
from mailtrust.core.x509.pkcs7 import certificates_in
from mailtrust.core.x509.signatures import SignatureResult, signed_by

PKCS7_LABELS = frozenset({"PKCS7", "CMS", "PKCS #7 SIGNED DATA"})
LONGEST_NAME = 200
MOST_TOLD = 10
"""Certificates of one answer about which something is said."""
MOST_REASONS = 2
"""Of these, in the sentence that none of them fits."""


@frozen
class Answer:
    """The certificates that are kept, in order, and what is to be said about what came."""

    certificates: tuple[Certificate, ...]
    remarks: tuple[Text, ...]
    serves: bool
    """Whether one of them can have issued one of those that named the address."""


def read_answer(body: bytes) -> tuple[tuple[Certificate, ...], bool]:
    """The readable certificates in an answer, and whether it was PEM.

    Read is what clients read: one DER certificate or a certs-only CMS message (RFC 5280 4.2.2.1), and both as PEM.
    Anything else that may hold certificates (PKCS#12, zip) is nothing here, for no client opens it.
    """
    blocks = find_pem(body)
    octets: list[bytes] = []
    for block in blocks:
        if block.label in PKCS7_LABELS:
            octets += _of_pkcs7(block.data) or ()
        elif block.label in CERTIFICATE_LABELS:
            octets.append(block.data)
    if not blocks:
        in_pkcs7 = _of_pkcs7(body)
        octets += (body,) if in_pkcs7 is None else in_pkcs7
    read = (read_certificate(der) for der in octets)
    found = {certificate.fingerprint: certificate for certificate in read if isinstance(certificate, Certificate)}
    return tuple(found.values()), bool(blocks)


def judge_answer(body: bytes, askers: Sequence[Certificate]) -> Answer:
    """Say what came is to `askers`, the certificates that named its address; keep what can be an issuer."""
    certificates, is_pem = read_answer(body)
    remarks = [_remark(certificate, askers) for certificate in certificates[:MOST_TOLD]]
    if len(certificates) > MOST_TOLD:
        remarks.append(text("... and {number} more certificates.", number=len(certificates) - MOST_TOLD))
    if certificates and is_pem:
        remarks.append(
            text("It is PEM, where RFC 5280 4.2.2.1 asks for DER or certs-only CMS: not every client reads that.")
        )
    kept = tuple(found for found in certificates if found.is_ca or any(_is_named(found, asker) for asker in askers))
    return Answer(
        kept, tuple(remarks), any(_can_have_issued(found, asker) for found in certificates for asker in askers)
    )


def nothing_fit(remarks: Sequence[Text]) -> Text:
    """The failure: certificates came, and none is the one that the address stands for."""
    return text(
        "Expected the issuer's certificate, got another: {what} Whoever runs this address must put the right one "
        "there.",
        what=in_a_row(remarks[:MOST_REASONS]),
    )


def nothing_in(body: bytes) -> Text:
    """The failure: no certificate came."""
    start = body[:512].lstrip().lower()
    if not body:
        what = text("an empty answer")
    elif start.startswith((b"<!doctype", b"<html", b"<?xml", b"<")):
        what = text("a web page")
    elif start.startswith(b"pk\x03\x04"):
        what = text("a zip file")
    else:
        what = text("{size} octets that are neither", size=len(body))
    return text(
        "Expected the issuer's certificate (DER) or a certs-only PKCS#7 file, got {what}. Whoever runs this address "
        "must put the certificate there.",
        what=what,
    )


def name_of(certificate: Certificate) -> str:
    """The certificate's subject, fit to be shown."""
    return clean(certificate.subject.text, LONGEST_NAME) or certificate.fingerprint[:16]


def _can_have_issued(found: Certificate, asker: Certificate) -> bool:
    return _is_named(found, asker) and signed_by(asker, found.public_key) is not SignatureResult.INVALID


def _is_named(found: Certificate, asker: Certificate) -> bool:
    return found.subject.match_key == asker.issuer.match_key


def _remark(found: Certificate, askers: Sequence[Certificate]) -> Text:
    named = [asker for asker in askers if _is_named(found, asker)]
    if not named:
        wanted = ", ".join(dict.fromkeys(clean(asker.issuer.text, LONGEST_NAME) for asker in askers))
        return text("{subject}: not the issuer that is looked for ({issuer}).", subject=name_of(found), issuer=wanted)
    results = {signed_by(asker, found.public_key): asker for asker in reversed(named)}
    if child := results.get(SignatureResult.VALID):
        return text("{subject}: the issuer of {child}.", subject=name_of(found), child=name_of(child))
    if child := results.get(SignatureResult.UNSUPPORTED):
        return text(
            "{subject}: the name of the issuer of {child}; whether its key made the signature cannot be computed here.",
            subject=name_of(found),
            child=name_of(child),
        )
    return text(
        "{subject}: the name of the issuer of {child}, but another key made the signature: it completes nothing.",
        subject=name_of(found),
        child=name_of(named[0]),
    )


def _of_pkcs7(octets: bytes) -> tuple[bytes, ...] | None:
    try:
        return certificates_in(octets)
    except DerError:
        return None
