"""What a new certificate shall say: every field, in good order or faulty on purpose, and ready-made good ones."""

from ipaddress import ip_network
from typing import Literal

from mailtrust.core.issuance.signing import SignatureHash
from mailtrust.core.model.certificate import (
    BasicConstraints,
    CertificateSpec,
    IdentifierType,
    NameConstraints,
    PresentedIdentifier,
)
from mailtrust.core.model.frozen import frozen

SERVER_AUTH = "1.3.6.1.5.5.7.3.1"
CLIENT_AUTH = "1.3.6.1.5.5.7.3.2"
EMAIL_PROTECTION = "1.3.6.1.5.5.7.3.4"
CODE_SIGNING = "1.3.6.1.5.5.7.3.3"
OCSP_SIGNING = "1.3.6.1.5.5.7.3.9"

KeyId = Literal["right"] | bytes | None
"""A key identifier: computed from the key (RFC 5280 4.2.1.2), given (so that it may be wrong), or absent."""


@frozen
class Recipe:
    """The contents of a certificate apart from issuer, key, serial number and lifetime. None leaves a part out."""

    common_name: str | None = None
    organisation: str | None = None
    subject: bytes | None = None
    """A whole DER Name instead of the two above."""
    dns_names: tuple[str, ...] = ()
    """IDNA A-labels; other text is written as Latin-1, which is a fault on purpose."""
    ip_addresses: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    uris: tuple[str, ...] = ()
    raw_names: tuple[bytes, ...] = ()
    """Whole GeneralName elements for the subjectAltName, as they are."""
    alt_names_critical: bool = False
    basic_constraints: BasicConstraints | None = None
    key_usage: frozenset[str] | None = None
    """RFC 5280 4.2.1.3's names."""
    key_usage_critical: bool = True
    extended_key_usage: tuple[str, ...] | None = None
    extended_key_usage_critical: bool = False
    subject_key_identifier: KeyId = "right"
    authority_key_identifier: KeyId = "right"
    """`right` is the issuer's own subjectKeyIdentifier, else the one computed from its key."""
    ca_issuers: tuple[str, ...] = ()
    ocsp_urls: tuple[str, ...] = ()
    crl_urls: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    name_constraints: NameConstraints | None = None
    must_staple: bool = False
    extensions: tuple[tuple[str, bool, bytes], ...] = ()
    """More extensions as (OID, critical, value octets), written last; they may repeat others."""
    version: int = 3
    """Extensions are written from 3 on only."""
    signature_hash: SignatureHash = "sha256"
    pss: bool = False
    """Sign with RSASSA-PSS where the issuer's key is RSA."""


def root_recipe(common_name: str, organisation: str | None = None, *, path_length: int | None = None) -> Recipe:
    """A root as they should be (RFC 5280 4.2.1.9, 4.2.1.3)."""
    return Recipe(
        common_name=common_name,
        organisation=organisation,
        basic_constraints=BasicConstraints(ca=True, path_length=path_length),
        key_usage=frozenset({"keyCertSign", "cRLSign"}),
        authority_key_identifier=None,
    )


def intermediate_recipe(common_name: str, organisation: str | None = None, *, path_length: int | None = 0) -> Recipe:
    """An intermediate for TLS servers, as public CAs make them."""
    return Recipe(
        common_name=common_name,
        organisation=organisation,
        basic_constraints=BasicConstraints(ca=True, path_length=path_length),
        key_usage=frozenset({"digitalSignature", "keyCertSign", "cRLSign"}),
        extended_key_usage=(SERVER_AUTH, CLIENT_AUTH),
    )


def server_recipe(*dns_names: str, ip_addresses: tuple[str, ...] = (), organisation: str | None = None) -> Recipe:
    """A TLS server's certificate; the first name is the commonName too, where it fits (64 characters)."""
    first = next((name for name in dns_names if len(name) <= 64), None)
    return Recipe(
        common_name=first,
        organisation=organisation,
        dns_names=dns_names,
        ip_addresses=ip_addresses,
        basic_constraints=BasicConstraints(ca=False, path_length=None),
        key_usage=frozenset({"digitalSignature", "keyEncipherment"}),
        extended_key_usage=(SERVER_AUTH,),
    )


def recipe_for(spec: CertificateSpec) -> Recipe:
    """The recipe of what a remedy asks for."""
    usages = {"digitalSignature", "keyEncipherment"} if spec.key.startswith("rsa") else {"digitalSignature"}
    return Recipe(
        common_name=spec.common_name,
        organisation=spec.organisation,
        dns_names=spec.dns_names,
        ip_addresses=spec.ip_addresses,
        basic_constraints=BasicConstraints(ca=False, path_length=None),
        key_usage=frozenset(usages),
        extended_key_usage=spec.extended_key_usage,
    )


def dns_subtree(domain: str) -> PresentedIdentifier:
    """A dNSName subtree for name constraints: the domain and all below it."""
    return PresentedIdentifier(IdentifierType.DNS, domain, domain.encode("latin-1"))


def email_subtree(mailbox_or_domain: str) -> PresentedIdentifier:
    """An rfc822Name subtree: one mailbox, all of a host, or (with a leading dot) of a domain."""
    return PresentedIdentifier(IdentifierType.EMAIL, mailbox_or_domain, mailbox_or_domain.encode("latin-1"))


def ip_subtree(network: str) -> PresentedIdentifier:
    """An iPAddress subtree from CIDR notation."""
    parsed = ip_network(network)
    return PresentedIdentifier(IdentifierType.IP, str(parsed), parsed.network_address.packed + parsed.netmask.packed)


def directory_subtree(name: bytes) -> PresentedIdentifier:
    """A directoryName subtree from a DER Name."""
    return PresentedIdentifier(IdentifierType.DIRECTORY, "", name)
