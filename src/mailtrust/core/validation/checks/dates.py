"""Validity periods (RFC 5280 4.1.2.5 and 6.1.3 a 2)."""

from collections.abc import Iterator
from datetime import datetime

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.client import CandidatePath
from mailtrust.core.model.verdict import Reason
from mailtrust.core.validation.paths import certificates
from mailtrust.core.validation.reasons import error


def dates(path: CandidatePath, at: datetime, /) -> Iterator[Reason]:
    """Leaf and intermediates are in their time, both ends included; the anchor's dates are ignored.

    RFC 5280 6.1.1 d: an anchor is a name and a key. Java, Conscrypt and Chromium's own roots are judged so.
    """
    return _dates(path, at, anchor=False, last_second_counts=True)


def dates_with_anchor(path: CandidatePath, at: datetime, /) -> Iterator[Reason]:
    """As `dates`, and the anchor's certificate must be in its time too: GnuTLS, Mozilla, Go, Windows, Apple."""
    return _dates(path, at, anchor=True, last_second_counts=True)


def dates_openssl(path: CandidatePath, at: datetime, /) -> Iterator[Reason]:
    """As `dates_with_anchor`, but in the very second of notAfter a certificate has expired already.

    OpenSSL 3.0.22, X509_cmp_time: equal times count as earlier; seen in `openssl verify -attime`.
    """
    return _dates(path, at, anchor=True, last_second_counts=False)


def _dates(path: CandidatePath, at: datetime, *, anchor: bool, last_second_counts: bool) -> Iterator[Reason]:
    expired = "expired"
    for certificate in certificates(path, anchor=anchor):
        subject = certificate.subject.text
        if is_over(certificate, at, last_second_counts=last_second_counts):
            yield error(expired, certificate, subject=subject, not_after=certificate.not_after)
        elif at < certificate.not_before:
            yield error("not-yet-valid", certificate, subject=subject, not_before=certificate.not_before)
        expired = "chain-expired-issuer"


def is_over(certificate: Certificate, at: datetime, *, last_second_counts: bool = True) -> bool:
    """Whether the validity period has ended."""
    return at > certificate.not_after if last_second_counts else at >= certificate.not_after


def in_its_time(certificate: Certificate, at: datetime) -> bool:
    """Whether `at` lies in the validity period, both ends included."""
    return certificate.not_before <= at <= certificate.not_after
