"""What a client can complain of, asked of its own strategies: a profile's rules judge specimens with one fault each."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from mailtrust.core.model.anchors import TrustAnchor
from mailtrust.core.model.certificate import (
    BasicConstraints,
    Certificate,
    IdentifierType,
    Name,
    PresentedIdentifier,
    PublicKey,
    SignatureAlgorithm,
)
from mailtrust.core.model.client import CandidatePath, ClientProfile
from mailtrust.core.model.pool import Source
from mailtrust.core.model.verdict import Link, ReasonSeverity

NO_WAY_UP = ("chain-incomplete", "self-signed", "anchor-unknown", "anchor-distrusted", "signature-invalid")
"""Whoever looks for a path can fail to find one."""

_NOW = datetime(2026, 6, 1, tzinfo=UTC)
_DAY = timedelta(days=1)
_HOST = "mail.example.com"
_ADDRESS = "192.0.2.1"
_CLIENT_AUTH = "1.3.6.1.5.5.7.3.2"


def complaints(profile: ClientProfile) -> frozenset[str]:
    """The codes that can stop this client. Its strategies are run on specimens: nothing is listed by hand."""
    found = set(NO_WAY_UP)
    for leaf in _spoilt_leaves():
        for path in _paths(leaf):
            for check in profile.path_checks:
                found.update(reason.code for reason in check(path, _NOW) if reason.severity is ReasonSeverity.ERROR)
    for leaf, host in _spoilt_names():
        found.update(reason.code for reason in profile.name_rules(leaf, host, None))
    return frozenset(found)


def _paths(leaf: Certificate) -> Iterator[CandidatePath]:
    """Below a public root, below one that an administrator added, and below an intermediate that has expired."""
    root = replace(
        _certificate("Root"),
        fingerprint="2" * 64,
        basic_constraints=BasicConstraints(ca=True, path_length=None),
        key_usage=frozenset({"keyCertSign", "cRLSign"}),
        extended_key_usage=None,
    )
    late = replace(root, subject=_name("Issuer"), fingerprint="3" * 64, not_after=_NOW - _DAY)
    yield CandidatePath((Link(leaf, Source.PRESENTED), Link(root, Source.STORE)), TrustAnchor(root))
    yield CandidatePath((Link(leaf, Source.PRESENTED), Link(root, Source.STORE)), TrustAnchor(root, locally_added=True))
    links = (Link(leaf, Source.PRESENTED), Link(late, Source.PRESENTED), Link(root, Source.STORE))
    yield CandidatePath(links, TrustAnchor(root))


def _spoilt_leaves() -> Iterator[Certificate]:
    good = _certificate(_HOST)
    yield good
    yield replace(good, not_after=_NOW - _DAY)
    yield replace(good, not_before=_NOW + _DAY)
    yield replace(good, not_after=_NOW + 3650 * _DAY)
    yield replace(good, public_key=PublicKey("rsa", 1024, None, b"short"))
    yield replace(good, signature_algorithm=SignatureAlgorithm("1.2.840.113549.1.1.5", "rsa-pkcs1", "sha1"))
    yield replace(good, extended_key_usage=(_CLIENT_AUTH,))
    yield replace(good, sct_count=0)
    yield replace(good, basic_constraints=BasicConstraints(ca=True, path_length=None))


def _spoilt_names() -> Iterator[tuple[Certificate, str]]:
    unnamed = replace(_certificate(_HOST), subject_alt_names=None)
    yield unnamed, _HOST
    yield _named(unnamed, "other.example.com"), _HOST
    yield _named(unnamed, "*.example.com"), "mail.eu.example.com"
    yield _named(unnamed, _ADDRESS), _ADDRESS


def _named(certificate: Certificate, name: str) -> Certificate:
    identifier = PresentedIdentifier(IdentifierType.DNS, name, name.encode())
    return replace(certificate, subject=_name("Specimen"), subject_alt_names=(identifier,))


def _name(common_name: str) -> Name:
    return Name(common_name.encode(), f"CN={common_name}", (common_name,), (common_name.lower(),))


def _certificate(common_name: str) -> Certificate:
    """A specimen without fault; no bytes of it were ever signed or encoded."""
    return Certificate(
        der=b"",
        fingerprint="1" * 64,
        version=3,
        serial=1,
        issuer=_name("Root"),
        subject=_name(common_name),
        not_before=_NOW - 30 * _DAY,
        not_after=_NOW + 60 * _DAY,
        public_key=PublicKey("rsa", 2048, None, common_name.encode()),
        signature_algorithm=SignatureAlgorithm("1.2.840.113549.1.1.11", "rsa-pkcs1", "sha256"),
        tbs_der=b"",
        signature=b"",
        subject_alt_names=(PresentedIdentifier(IdentifierType.DNS, _HOST, _HOST.encode()),),
        basic_constraints=None,
        key_usage=frozenset({"digitalSignature", "keyEncipherment"}),
        extended_key_usage=("1.3.6.1.5.5.7.3.1",),
        name_constraints=None,
        authority_key_identifier=None,
        subject_key_identifier=None,
        ca_issuers=(),
        ocsp_urls=(),
        crl_urls=(),
        policies=(),
        must_staple=False,
        sct_count=2,
        unknown_critical=(),
        extensions=(),
    )
