"""What a request asks a CA for (RFC 2986): a name, a key, and the extensions that are wished for."""

from mailtrust.core.model.certificate import (
    BasicConstraints,
    Name,
    ParseProblem,
    PresentedIdentifier,
    PublicKey,
    SignatureAlgorithm,
)
from mailtrust.core.model.frozen import frozen


@frozen
class CertificateRequest:
    """A PKCS#10 certification request as read."""

    der: bytes
    fingerprint: str
    """Lower-case hex SHA-256 of `der`."""
    subject: Name
    public_key: PublicKey
    signature_algorithm: SignatureAlgorithm
    tbs_der: bytes
    signature: bytes
    subject_alt_names: tuple[PresentedIdentifier, ...]
    key_usage: frozenset[str] | None
    extended_key_usage: tuple[str, ...] | None
    basic_constraints: BasicConstraints | None
    must_staple: bool
    extensions: tuple[tuple[str, bool, bytes], ...]
    """Every extension wished for, as encoded: OID, critical, value octets."""
    attributes: tuple[str, ...]
    """OIDs of the other attributes: a challenge password, what Windows adds, ..."""
    problems: tuple[ParseProblem, ...]
