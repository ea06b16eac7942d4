"""Extensions that a client must understand, and fields that could not be read at all."""

from collections.abc import Iterator
from datetime import datetime

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.client import CandidatePath, PathCheck
from mailtrust.core.model.verdict import Reason
from mailtrust.core.validation.checks.alike import impersonal, one_of_each
from mailtrust.core.validation.paths import certificates
from mailtrust.core.validation.reasons import error
from mailtrust.core.x509.extensions import SUBJECT_ALT_NAME
from mailtrust.core.x509.names import EMPTY_NAME
from mailtrust.core.x509.times import UNREADABLE_NOT_AFTER, UNREADABLE_NOT_BEFORE

POLICY_CONSTRAINTS = "2.5.29.36"
TLS_FEATURE = "1.3.6.1.5.5.7.1.24"


@one_of_each
def critical_extensions(*, anchor: bool = False, also_unknown: frozenset[str] = frozenset()) -> PathCheck:
    """No critical extension that the client does not know (RFC 5280 4.2 and 6.1.4 o): `critical-extension-unknown`.

    `also_unknown`: RFC 5280's own extensions that this client has not learnt.
    """

    @impersonal
    def check(path: CandidatePath, _at: datetime, /) -> Iterator[Reason]:
        for certificate in certificates(path, anchor=anchor):
            oids = certificate.unknown_critical
            if also_unknown:
                unlearnt = [oid for oid, critical, _ in certificate.extensions if critical and oid in also_unknown]
                oids = tuple(dict.fromkeys((*oids, *unlearnt))) if unlearnt else oids
            if oids:
                yield error("critical-extension-unknown", certificate, subject=certificate.subject.text, oids=oids)

    return check


@impersonal
def readable(path: CandidatePath, _at: datetime, /) -> Iterator[Reason]:
    """Everything that judgement needs could be read: `certificate-unparsable`.

    Only what has no value at all counts, and whose lack no other check turns into a refusal (an unreadable keyUsage
    allows nothing, an unreadable subjectAltName matches nothing). Encodings that are merely untidy are told as
    problems of the certificate and stop nobody here: engines differ too much in what they forgive.
    """
    for certificate in path.certificates:
        fields = unreadable_fields(certificate) if certificate.problems else ()
        if fields:
            yield error("certificate-unparsable", certificate, fields=fields)


def no_empty_names(path: CandidatePath, _at: datetime, /) -> Iterator[Reason]:
    """No subjectAltName entry is empty: GnuTLS 3.7.9 can't import such a certificate. `certificate-unparsable`."""
    for link in path.links:
        if any(not name.raw for name in link.certificate.subject_alt_names or ()):
            yield error("certificate-unparsable", link.certificate, fields=("subjectAltName",))


def names_without_subject_are_critical(path: CandidatePath, _at: datetime, /) -> Iterator[Reason]:
    """A certificate with an empty subject has a critical subjectAltName (RFC 5280 4.1.2.6): `certificate-unparsable`.

    OpenJDK 17.0.21 can't read any other (X509CertInfo.verifyCert).
    """
    for link in path.links:
        certificate = link.certificate
        if certificate.subject.der != EMPTY_NAME.der:
            continue
        critical = next((critical for oid, critical, _ in certificate.extensions if oid == SUBJECT_ALT_NAME), False)
        if not critical:
            yield error("certificate-unparsable", certificate, fields=("subject", "subjectAltName"))


def unreadable_fields(certificate: Certificate) -> tuple[str, ...]:
    """The fields, by RFC 5280's names, that are there and have no value."""
    met = {problem.field for problem in certificate.problems}
    if not met:
        return ()
    emptied = {
        "subjectPublicKeyInfo": certificate.public_key.bits == 0,
        "signatureValue": not certificate.signature,
        "notBefore": certificate.not_before == UNREADABLE_NOT_BEFORE,
        "notAfter": certificate.not_after == UNREADABLE_NOT_AFTER,
        "validity": certificate.not_after == UNREADABLE_NOT_AFTER,
        "nameConstraints": certificate.name_constraints is not None
        and not (certificate.name_constraints.permitted or certificate.name_constraints.excluded),
        "extensions": not certificate.extensions,
    }
    return tuple(field for field, empty in emptied.items() if empty and field in met)
