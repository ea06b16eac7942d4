"""A certification authority of one's own, as its journal tells: what it is, what it has issued and taken back."""

from datetime import datetime
from typing import Literal

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.frozen import frozen

AuthorityName = Literal["root", "issuing"]

REVOCATION_REASONS = (
    "unspecified",
    "keyCompromise",
    "affiliationChanged",
    "superseded",
    "cessationOfOperation",
    "privilegeWithdrawn",
)
"""Those of RFC 5280 5.3.1 that are final and fit a server; cACompromise is for an authority."""


@frozen
class CaSettings:
    """What was decided when the CA was made."""

    title: str
    organisation: str | None
    domains: tuple[str, ...]
    """It vouches for these and what is below them; none: for any."""
    networks: tuple[str, ...]
    """CIDR; counts where domains are named."""
    url: str | None
    """Where `ca serve` is reached, without a final slash; None: certificates name no CRL, OCSP or issuer address."""


@frozen
class IssuedRecord:
    """A certificate that was issued."""

    certificate: Certificate
    profile: str
    at: datetime


@frozen
class RevocationRecord:
    """A certificate that was taken back."""

    serial: int
    by: AuthorityName
    at: datetime
    reason: str


@frozen
class CaState:
    """What the journal adds up to."""

    settings: CaSettings
    root: Certificate
    issuing: Certificate
    issued: dict[int, IssuedRecord]
    """By serial number, in the order of issuing."""
    revoked: dict[int, RevocationRecord]
    list_numbers: dict[AuthorityName, int]
    """The number of the last revocation list of each authority."""
    responder: Certificate | None
    """The OCSP responder's."""
    entries: int
    head: str
    """Hex SHA-256 of the last line of the journal: who keeps it elsewhere can tell whether the journal was cut."""

    def authority(self, name: AuthorityName) -> Certificate:
        """Root or issuing CA."""
        return self.root if name == "root" else self.issuing
