"""Which certificate a service is told to present, and which one it really presents."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from mailtrust.core.model.anchors import AnchorStore
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.exchange import ExchangeOrganisation
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.settings import Settings

Balancer = Literal["unknown", "none", "layer-4", "bridging", "offloading"]
"""What stands in front of the servers: nothing, something that passes TLS through, that decrypts and encrypts again,
or that decrypts only."""


@frozen
class Assigned:
    """One certificate of one server, with all that it is told to serve there."""

    server: str
    product: str
    """Its id in targets/."""
    thumbprint: str
    """Upper-case hex SHA-1: what every product's administrator can look up."""
    services: tuple[str, ...]
    """In the product's own words: `IMAP`, `smtpd`, `server mail.example.com`; none: it lies there unused."""
    subject: str
    domains: tuple[str, ...]
    friendly_name: str = ""
    certificate: Certificate | None = None
    named_in: tuple[str, ...] = ()
    """The places in the configuration, `/etc/postfix/main.cf:12`; none where it is no file."""
    unsaid: bool = False
    """Whether nobody says what it serves: then it may be more than `services`."""


@frozen
class Served:
    """What one port of a server presents."""

    observation: str
    """The observation's id."""
    server: str
    """The server that was asked itself; empty: whoever answers at the public address."""
    product: str
    service: str
    """In the product's own words, as in `Assigned`; empty: not known."""
    leaf: Certificate
    place: str = ""
    """The port, for people: `imaps://mail.example.com:993@192.0.2.1`."""
    configured: tuple[str, ...] | None = None
    """The thumbprints of what may be presented at this very port, as in `Assigned`; None: nobody can tell."""
    take_up: tuple[str, ...] = ()
    """The command that lets the program take up its files; empty: not known, or it needs none."""


@frozen
class AssignmentEvidence:
    """What rules about assignments look at."""

    now: datetime
    settings: Settings
    stores: Mapping[str, AnchorStore]
    organisation: ExchangeOrganisation | None = None
    """None: there is no Exchange here."""
    assigned: tuple[Assigned, ...] = ()
    served: tuple[Served, ...] = ()
    """Empty: nobody has looked."""
    balancer: Balancer = "unknown"
