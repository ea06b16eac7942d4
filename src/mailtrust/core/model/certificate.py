"""What a certificate says: RFC 5280's fields as plain values, and the problems met in reading them."""

from dataclasses import field
from datetime import datetime
from enum import StrEnum
from typing import Literal

from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.key_name import KeyName


@frozen
class Name:
    """A distinguished name (RFC 5280 4.1.2.4)."""

    der: bytes
    text: str
    """RFC 4514 form, for people."""
    common_names: tuple[str, ...]
    """Every commonName, in the order of the encoding (the last is the most specific)."""
    match_key: tuple[object, ...]
    """Equal for names that RFC 5280 7.1 calls equal: case and runs of white space folded, string types ignored."""
    organisation: str | None = None


class IdentifierType(StrEnum):
    """The kind of a subjectAltName entry (RFC 5280 4.2.1.6)."""

    DNS = "dns"
    IP = "ip"
    EMAIL = "email"
    URI = "uri"
    SRV = "srv"
    DIRECTORY = "directory"
    OTHER = "other"


@frozen
class PresentedIdentifier:
    """One subjectAltName entry (RFC 9525 1.8: presented identifier).

    `value` is text: a DNS name as encoded (A-labels stay A-labels), an IP address in its usual text form,
    `type-id=hex` for what has no text form. `raw` are the content octets of the entry.
    """

    type: IdentifierType
    value: str
    raw: bytes


@frozen
class PublicKey:
    """A subject's public key. `algorithm` is rsa, ec, ed25519, ed448, dsa, or the dotted OID of anything else."""

    algorithm: str
    bits: int
    curve: str | None
    """The curve's name for EC keys: secp256r1, secp384r1, ..."""
    spki: bytes
    """DER of SubjectPublicKeyInfo (RFC 5280 4.1.2.7)."""


@frozen
class SignatureAlgorithm:
    """How a certificate is signed. `hash` is None where the algorithm has none of its own (Ed25519)."""

    oid: str
    kind: Literal["rsa-pkcs1", "rsa-pss", "ecdsa", "ed25519", "ed448", "dsa", "unknown"]
    hash: Literal["md2", "md4", "md5", "sha1", "sha224", "sha256", "sha384", "sha512"] | None


@frozen
class BasicConstraints:
    """RFC 5280 4.2.1.9."""

    ca: bool
    path_length: int | None
    critical: bool = True


@frozen
class NameConstraints:
    """RFC 5280 4.2.1.10: subtrees as (type, value); IP subtrees as `address/prefix` text."""

    permitted: tuple[PresentedIdentifier, ...]
    excluded: tuple[PresentedIdentifier, ...]
    critical: bool = True


@frozen
class AuthorityKeyIdentifier:
    """RFC 5280 4.2.1.1."""

    key_id: bytes | None
    issuer: Name | None
    serial: int | None


@frozen
class ParseProblem:
    """Something that is wrong in the encoding; `field` is RFC 5280's name of the place."""

    field: str
    detail: str


@frozen
class Certificate:
    """An X.509 certificate as read. A field that could not be read is empty and has a ParseProblem."""

    der: bytes
    fingerprint: str
    """Lower-case hex SHA-256 of `der`."""
    version: int
    """1, 2 or 3."""
    serial: int
    issuer: Name
    subject: Name
    not_before: datetime
    not_after: datetime
    """Both aware, UTC; both inclusive (RFC 5280 4.1.2.5)."""
    public_key: PublicKey
    signature_algorithm: SignatureAlgorithm
    tbs_der: bytes
    signature: bytes
    subject_alt_names: tuple[PresentedIdentifier, ...] | None
    """None when there is no such extension."""
    basic_constraints: BasicConstraints | None
    key_usage: frozenset[str] | None
    """RFC 5280 4.2.1.3's names (digitalSignature, keyCertSign, ...); None when absent."""
    extended_key_usage: tuple[str, ...] | None
    """Dotted OIDs; None when absent."""
    name_constraints: NameConstraints | None
    authority_key_identifier: AuthorityKeyIdentifier | None
    subject_key_identifier: bytes | None
    ca_issuers: tuple[str, ...]
    """caIssuers URIs of authorityInfoAccess (RFC 5280 4.2.2.1), any scheme."""
    ocsp_urls: tuple[str, ...]
    crl_urls: tuple[str, ...]
    policies: tuple[str, ...]
    must_staple: bool
    """RFC 7633 TLS feature status_request."""
    sct_count: int
    """Embedded signed certificate timestamps (RFC 6962 3.3, historic: embedded SCTs are still of this version)."""
    unknown_critical: tuple[str, ...]
    """OIDs of critical extensions whose meaning this reader does not know."""
    extensions: tuple[tuple[str, bool, bytes], ...]
    """Every extension as encoded: OID, critical, value octets. What has no field above is read from here."""
    problems: tuple[ParseProblem, ...] = ()
    """What was met in reading. A stricter reader may mind more: `x509.strict.encoding_problems`."""

    # What is asked again and again, worked out once.
    self_issued: bool = field(init=False, repr=False, compare=False)
    """Whether issuer and subject are the same name (RFC 5280 3.2)."""
    is_ca: bool = field(init=False, repr=False, compare=False)
    """Whether it says of itself that it may issue certificates (RFC 5280 4.2.1.9)."""
    dns_names: tuple[str, ...] = field(init=False, repr=False, compare=False)
    """The dNSName entries of the subjectAltName."""
    ip_addresses: tuple[str, ...] = field(init=False, repr=False, compare=False)
    """The iPAddress entries of the subjectAltName, as text."""

    def __post_init__(self) -> None:
        constraints = self.basic_constraints
        object.__setattr__(self, "self_issued", self.issuer.match_key == self.subject.match_key)
        object.__setattr__(self, "is_ca", constraints is not None and constraints.ca)
        object.__setattr__(self, "dns_names", self._identifiers(IdentifierType.DNS))
        object.__setattr__(self, "ip_addresses", self._identifiers(IdentifierType.IP))

    def _identifiers(self, wanted: IdentifierType) -> tuple[str, ...]:
        return tuple([name.value for name in self.subject_alt_names or () if name.type is wanted])


@frozen
class UnreadableCertificate:
    """Octets presented as a certificate from which not even the outline could be read."""

    der: bytes
    fingerprint: str
    problems: tuple[ParseProblem, ...]


AnyCertificate = Certificate | UnreadableCertificate


@frozen
class CertificateSpec:
    """What a certificate must be: asked for by a remedy, turned into a request or an order by issuance/."""

    dns_names: tuple[str, ...]
    ip_addresses: tuple[str, ...] = ()
    common_name: str | None = None
    organisation: str | None = None
    key: KeyName = "rsa-2048"
    lifetime_days: int = 90
    extended_key_usage: tuple[str, ...] = ("1.3.6.1.5.5.7.3.1",)
