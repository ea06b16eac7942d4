"""RFC 5280 4.1 and 4.2 as demands on every certificate of a path, the anchor's included."""

from collections.abc import Iterator

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.client import PathCheck
from mailtrust.core.validation.conformance.breaches import Breach, Place, conforms, criticality
from mailtrust.core.validation.conformance.general_names import malformed_name, malformed_subtree
from mailtrust.core.x509.extensions import (
    AUTHORITY_INFO_ACCESS,
    AUTHORITY_KEY_IDENTIFIER,
    BASIC_CONSTRAINTS,
    NAME_CONSTRAINTS,
    SUBJECT_ALT_NAME,
    SUBJECT_KEY_IDENTIFIER,
)
from mailtrust.core.x509.names import EMPTY_NAME
from mailtrust.core.x509.signatures import SignatureResult, signed_by
from mailtrust.core.x509.strict import encoding_problems

NEVER_CRITICAL = {
    AUTHORITY_KEY_IDENTIFIER: ("authorityKeyIdentifier", "RFC 5280 4.2.1.1"),
    SUBJECT_KEY_IDENTIFIER: ("subjectKeyIdentifier", "RFC 5280 4.2.1.2"),
    "2.5.29.9": ("subjectDirectoryAttributes", "RFC 5280 4.2.1.8"),
    "2.5.29.46": ("freshestCRL", "RFC 5280 4.2.1.15"),
    AUTHORITY_INFO_ACCESS: ("authorityInfoAccess", "RFC 5280 4.2.2.1"),
    "1.3.6.1.5.5.7.1.11": ("subjectInfoAccess", "RFC 5280 4.2.2.2"),
}
ALWAYS_CRITICAL = {
    "2.5.29.36": ("policyConstraints", "RFC 5280 4.2.1.11"),
    "2.5.29.54": ("inhibitAnyPolicy", "RFC 5280 4.2.1.14"),
}


def well_formed(*, critical_name_constraints: bool = True) -> PathCheck:
    """Every certificate of the path is one that RFC 5280 allows a CA to issue: `profile-violated`.

    `critical_name_constraints`: RFC 5280 4.2.1.10 wants the extension critical, the CA/Browser Forum does not insist.
    """
    constraints = _name_constraints if critical_name_constraints else _name_constraints_of_any_criticality
    return conforms(_encoding, _serial, _names, _criticality, _key_identifiers, _authority, _alternatives, constraints)


def _encoding(certificate: Certificate, _place: Place) -> Iterator[Breach]:
    """DER, known types, one extension of a kind: whatever a strict reader stumbles over."""
    for problem in encoding_problems(certificate):
        # Serial numbers are judged by themselves; an anchor is trusted for its name and key, not for its number.
        if problem.field != "serialNumber":
            yield Breach(problem.field, "malformed", "RFC 5280 4.1", problem.detail)
    if certificate.extensions and certificate.version != 3:
        yield Breach("version", "inconsistent", "RFC 5280 4.1.2.1")


def _serial(certificate: Certificate, place: Place) -> Iterator[Breach]:
    if place is not Place.ANCHOR:
        for problem in certificate.problems:
            if problem.field == "serialNumber":
                yield Breach("serialNumber", "malformed", "RFC 5280 4.1.2.2", problem.detail)


def _names(certificate: Certificate, place: Place) -> Iterator[Breach]:
    if certificate.issuer.der == EMPTY_NAME.der:
        yield Breach("issuer", "empty", "RFC 5280 4.1.2.4")
    if certificate.subject.der == EMPTY_NAME.der:
        if certificate.is_ca or place is not Place.LEAF:
            yield Breach("subject", "empty", "RFC 5280 4.1.2.6")
        elif certificate.subject_alt_names is None:
            yield Breach("subjectAltName", "missing", "RFC 5280 4.1.2.6")
        elif not criticality(certificate, SUBJECT_ALT_NAME):
            yield Breach("subjectAltName", "not-critical", "RFC 5280 4.1.2.6")


def _criticality(certificate: Certificate, _place: Place) -> Iterator[Breach]:
    for oid, critical, _ in certificate.extensions:
        if critical and oid in NEVER_CRITICAL:
            field, requirement = NEVER_CRITICAL[oid]
            yield Breach(field, "critical", requirement)
        elif not critical and oid in ALWAYS_CRITICAL:
            field, requirement = ALWAYS_CRITICAL[oid]
            yield Breach(field, "not-critical", requirement)


def _key_identifiers(certificate: Certificate, _place: Place) -> Iterator[Breach]:
    """A certificate that its own key has signed may omit the authority's."""
    authority = certificate.authority_key_identifier
    named = authority is not None and authority.key_id is not None
    if not named and signed_by(certificate, certificate.public_key) is not SignatureResult.VALID:
        yield Breach("authorityKeyIdentifier", "missing", "RFC 5280 4.2.1.1")
    if certificate.is_ca and certificate.subject_key_identifier is None:
        yield Breach("subjectKeyIdentifier", "missing", "RFC 5280 4.2.1.2")


def _authority(certificate: Certificate, place: Place) -> Iterator[Breach]:
    """basicConstraints, keyUsage and nameConstraints agree on whether this is a CA."""
    signs = certificate.key_usage is not None and "keyCertSign" in certificate.key_usage
    if certificate.is_ca:
        if place is not Place.LEAF and not criticality(certificate, BASIC_CONSTRAINTS):
            yield Breach("basicConstraints", "not-critical", "RFC 5280 4.2.1.9")
        return
    if signs:
        yield Breach("keyUsage", "inconsistent", "RFC 5280 4.2.1.9", "keyCertSign")
    if criticality(certificate, NAME_CONSTRAINTS) is not None:
        yield Breach("nameConstraints", "forbidden", "RFC 5280 4.2.1.10")


def _alternatives(certificate: Certificate, _place: Place) -> Iterator[Breach]:
    for name in certificate.subject_alt_names or ():
        if malformed_name(name):
            yield Breach("subjectAltName", "malformed", "RFC 5280 4.2.1.6", name.value)


def _name_constraints(certificate: Certificate, place: Place) -> Iterator[Breach]:
    if certificate.is_ca and criticality(certificate, NAME_CONSTRAINTS) is False:
        yield Breach("nameConstraints", "not-critical", "RFC 5280 4.2.1.10")
    yield from _name_constraints_of_any_criticality(certificate, place)


def _name_constraints_of_any_criticality(certificate: Certificate, _place: Place) -> Iterator[Breach]:
    constraints = certificate.name_constraints
    if constraints is None:
        return
    for subtree in (*constraints.permitted, *constraints.excluded):
        if malformed_subtree(subtree):
            yield Breach("nameConstraints", "malformed", "RFC 5280 4.2.1.10", subtree.value)
