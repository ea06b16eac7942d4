"""Which of the three kinds a certificate is: self-signed, from somebody's own CA, or from a public CA."""

from enum import StrEnum

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.evidence import Evidence
from mailtrust.core.validation.ascents import Ascent, ascents, self_signed

# Policies reserved for public certificates (CA/Browser Forum, TLS Baseline Requirements 7.1.6.1; EV Guidelines).
PUBLIC_POLICIES = frozenset({"2.23.140.1.1", "2.23.140.1.2.1", "2.23.140.1.2.2", "2.23.140.1.2.3"})

# domainComponent (RFC 4519 2.4) in an issuer's name: Active Directory's CAs are called CN=...,DC=corp,DC=local.
_DOMAIN_COMPONENT_OID = bytes.fromhex("060a0992268993f22c640119")


class Kind(StrEnum):
    """Who stands behind a certificate."""

    SELF_SIGNED = "self-signed"
    PRIVATE_CA = "private-ca"
    PUBLIC_CA = "public-ca"
    UNKNOWN = "unknown"


def kind_of(certificate: Certificate, evidence: Evidence) -> Kind:
    """Say which kind `certificate` is, from all that the case holds.

    An anchor store's word counts most; then what only public CAs do (timestamps, reserved policies); then where the
    path ends. A root that signs others counts as a CA. `unknown` when the path ends in the open, without any sign.
    """
    ways = ascents(evidence, certificate)
    if any(_public(way, evidence) for way in ways):
        return Kind.PUBLIC_CA
    if certificate.sct_count or PUBLIC_POLICIES.intersection(certificate.policies):
        return Kind.PUBLIC_CA
    if self_signed(certificate):
        issues = certificate in evidence.case.local_roots or _issues_others(certificate, evidence)
        return Kind.PRIVATE_CA if issues else Kind.SELF_SIGNED
    if any(way.whole for way in ways) or _speaks_of_a_private_network(certificate):
        return Kind.PRIVATE_CA
    return Kind.UNKNOWN


def _public(way: Ascent, evidence: Evidence) -> bool:
    """Whether the way ends at an anchor that some store brings along, rather than somebody's addition."""
    return any(
        not anchor.locally_added and anchor.spki == way.end.public_key.spki
        for name in way.stores
        for anchor in evidence.stores[name].named(way.end.subject)
    )


def _issues_others(certificate: Certificate, evidence: Evidence) -> bool:
    return any(
        other.issuer.match_key == certificate.subject.match_key and other.fingerprint != certificate.fingerprint
        for other in evidence.certificates.values()
    )


def _speaks_of_a_private_network(certificate: Certificate) -> bool:
    """What no public CA's certificate has: issuers in a directory or a file share, or a directory's own issuer name."""
    return _DOMAIN_COMPONENT_OID in certificate.issuer.der or any(
        not url.lower().startswith(("http://", "https://")) for url in certificate.ca_issuers
    )
