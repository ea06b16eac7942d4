"""Word about revocation: lists (RFC 5280 5) and OCSP answers (RFC 6960), as read and not yet believed."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from typing import Literal

from mailtrust.core.model.certificate import AnyCertificate, Certificate, Name, ParseProblem, SignatureAlgorithm
from mailtrust.core.model.frozen import frozen

REASONS = (  # RFC 5280 5.3.1, by number; 7 is not used
    "unspecified",
    "keyCompromise",
    "cACompromise",
    "affiliationChanged",
    "superseded",
    "cessationOfOperation",
    "certificateHold",
    "",
    "removeFromCRL",
    "privilegeWithdrawn",
    "aACompromise",
)
"""Why a certificate was revoked."""

ALL_REASONS = frozenset(REASONS[1:7]) | frozenset(REASONS[9:])
"""What a list must speak of to be whole (RFC 5280 6.3.2 b): the reasons that a distribution point can be limited to."""


@frozen
class RevokedEntry:
    """One certificate on a list."""

    at: datetime
    reason: str | None


@frozen
class ListScope:
    """RFC 5280 5.2.5, issuingDistributionPoint: of what a list speaks."""

    names: frozenset[tuple[int, bytes]] | None
    """The distribution point's names, as tag and content octets; None: it does not say."""
    relative_name: bool
    """The name is given relative to the issuer's: not followed here."""
    only: Literal["users", "authorities", "attributes"] | None
    reasons: frozenset[str]
    """ALL_REASONS where nothing is left out."""
    indirect: bool
    """It speaks of certificates of other issuers too."""


@frozen
class RevocationList:
    """A certificate revocation list (RFC 5280 5.1)."""

    der: bytes
    fingerprint: str
    """Lower-case hex SHA-256 of `der`."""
    version: int
    """1 or 2."""
    issuer: Name
    this_update: datetime
    next_update: datetime | None
    signature_algorithm: SignatureAlgorithm
    tbs_der: bytes
    signature: bytes
    number: int | None
    """cRLNumber (5.2.3)."""
    base_number: int | None
    """deltaCRLIndicator (5.2.4): it only tells what changed since that number."""
    scope: ListScope | None
    entries: Mapping[tuple[tuple[object, ...], int], RevokedEntry] = field(repr=False)
    """By the issuer's Name.match_key and the serial number."""
    unknown_critical: tuple[str, ...]
    """Critical extensions, of the list or of an entry, whose meaning this reader does not know."""
    problems: tuple[ParseProblem, ...]


@frozen
class StatusAnswer:
    """What an OCSP responder says of one certificate (RFC 6960 4.2.1 SingleResponse)."""

    hash: str | None
    """Of issuer_name_hash and issuer_key_hash: sha1, sha256, ...; None: one that is not known here."""
    issuer_name_hash: bytes
    issuer_key_hash: bytes
    serial: int
    status: Literal["good", "revoked", "unknown"]
    revoked_at: datetime | None
    reason: str | None
    this_update: datetime
    next_update: datetime | None


@frozen
class OcspResponse:
    """A basic OCSP response (RFC 6960 4.2.1)."""

    der: bytes
    """Of the BasicOCSPResponse."""
    fingerprint: str
    """Lower-case hex SHA-256 of `der`."""
    responder: Name | bytes
    """Its name, or the SHA-1 hash of its key."""
    produced_at: datetime
    answers: tuple[StatusAnswer, ...]
    signature_algorithm: SignatureAlgorithm
    tbs_der: bytes
    signature: bytes
    certificates: tuple[AnyCertificate, ...]
    unknown_critical: tuple[str, ...]


Way = Literal["ocsp", "crl"]
"""How word about revocation is had: from a responder (RFC 6960), or as a list (RFC 5280 5)."""


@frozen
class StatusQuestion:
    """Where a client asks whether a certificate was revoked."""

    way: Way
    url: str
    """As it stands in the certificate."""
    certificate: Certificate
    issuer: Certificate

    @property
    def key(self) -> tuple[Way, str, str]:
        """What makes two questions one: a list is the same whoever asks for it."""
        return self.way, self.url, self.certificate.fingerprint if self.way == "ocsp" else ""


@frozen
class FetchedStatus:
    """What came when somebody asked: octets, not yet believed, and perhaps not even read."""

    way: Way
    url: str
    about: str
    """The certificate's fingerprint; empty for a list."""
    octets: bytes = field(repr=False)

    @property
    def key(self) -> tuple[Way, str, str]:
        """That of the question which this answers."""
        return self.way, self.url, self.about


@frozen
class StatusEvidence:
    """Everything at hand about revocation, as octets from strangers."""

    staple: bytes | None = None
    """The OCSP answer that came with the handshake (RFC 6066 8)."""
    ocsp: tuple[bytes, ...] = ()
    crls: tuple[bytes, ...] = ()
    certificates: tuple[AnyCertificate, ...] = ()
    """Where the certificate of a list's own signer may be found."""
