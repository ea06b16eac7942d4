"""What a store keeps: certificates with their chains, requests, what serves where, what was seen, what was changed."""

from datetime import datetime
from typing import Literal, get_args

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.certificate_request import CertificateRequest
from mailtrust.core.model.frozen import frozen

Service = Literal["smtp", "imap", "pop", "sieve", "ldap", "web", "iis", "um", "umcallrouter"]
"""What a certificate is assigned to: protocols, and Exchange's own services under its own words."""
SERVICES: tuple[Service, ...] = get_args(Service)


@frozen
class Assignment:
    """Which certificate a service of a server is to present."""

    server: str
    service: Service
    thumbprint: str
    """Lower-case hex SHA-256 of the certificate."""
    since: datetime


@frozen
class KeptCertificate:
    """A certificate in the store."""

    certificate: Certificate
    issuers: tuple[Certificate, ...]
    """Its chain as far as it is known, its issuer first; a root where one is kept."""
    has_key: bool
    added: datetime

    @property
    def chain(self) -> tuple[Certificate, ...]:
        """The certificate and its issuers."""
        return (self.certificate, *self.issuers)


@frozen
class KeptRequest:
    """A request that waits for the CA's answer, or has had it."""

    request: CertificateRequest
    has_key: bool
    added: datetime


@frozen
class KeptServer:
    """A server that something is assigned to."""

    name: str
    product: str | None
    """Its id in targets/; None: nobody said."""


@frozen
class Sighting:
    """What one endpoint showed at one moment."""

    endpoint: str
    """Its id, as reports write it, with the offer where that is not the default."""
    host: str
    port: int
    at: datetime
    thumbprint: str | None
    """Of the first certificate presented; None where there was none."""
    failure: str
    """Why there was none; empty otherwise."""


ChangeKind = Literal[
    "certificate-kept",
    "key-kept",
    "key-given-out",
    "request-kept",
    "observed",
    "assigned",
    "released",
    "removed",
    "rekeyed",
    "restored",
]


@frozen
class Change:
    """One thing that was done to the store; nothing that was done is ever taken out again."""

    number: int
    at: datetime
    by: str
    kind: ChangeKind
    subject: str
    """The thumbprint, or whatever else it was done to."""
    detail: str


@frozen
class Holdings:
    """All that a store holds, but for keys and changes, as it was at one moment."""

    certificates: tuple[KeptCertificate, ...] = ()
    requests: tuple[KeptRequest, ...] = ()
    servers: tuple[KeptServer, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    sightings: tuple[Sighting, ...] = ()
    """The newest of each endpoint."""

    def assigned(self, thumbprint: str) -> tuple[Assignment, ...]:
        """Where a certificate is assigned."""
        return tuple(one for one in self.assignments if one.thumbprint == thumbprint)

    def seen(self, thumbprint: str) -> tuple[Sighting, ...]:
        """Where a certificate was presented when it was last looked."""
        return tuple(one for one in self.sightings if one.thumbprint == thumbprint)
