"""What a case of the kit is: a certificate to present, and the questions that it settles."""

from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address
from ssl import TLSVersion
from typing import Literal

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.text import Text
from mailtrust.lab.pki import Issued, Pki

DEAD_END = "http://127.0.0.1:9/intermediate.crt"
"""RFC 863's port on the device itself: nobody answers there."""


@frozen
class Stand:
    """Where a kit stands."""

    domain: str = "example.test"
    ipv4: IPv4Address | None = None
    ipv6: IPv6Address | None = None
    ocsp_url: str = "http://192.0.2.25/ocsp"
    """Where the intermediate says what it has taken back."""
    crl_url: str = "http://192.0.2.25/issuing-ca.crl"

    def name(self, label: str) -> str:
        """A host of the kit's domain."""
        return f"{label}.{self.domain}"


@frozen
class Presented:
    """What the servers present."""

    by: Issued
    chain: tuple[Certificate, ...] = ()
    """Empty: what a well-kept server sends with the leaf."""
    downloads: tuple[Certificate, ...] = ()
    """What answers at the addresses of issuers that stand in the leaf."""
    newest_tls: TLSVersion | None = None
    revoked: bool = False
    """Whether the intermediate takes it back at once."""

    @property
    def sent(self) -> tuple[Certificate, ...]:
        """The chain as it goes over the wire."""
        return self.chain or self.by.chain


@frozen
class Question:
    """Something that nobody could confirm of a client."""

    clients: tuple[str, ...]
    asks: Text


@frozen
class Case:
    """One certificate, and what is to be seen with it."""

    id: str
    title: Text
    make: Callable[[Pki, Stand], Presented]
    """Makes it anew each time: presented again, it is a renewed certificate."""
    questions: tuple[Question, ...]
    root: Literal["installed", "absent"] = "installed"
    """Whether the kit's root must be on the device."""
    label: str = "mail"
    """What the account's server is called, below the kit's domain."""
    address: Literal["", "ipv4", "ipv6"] = ""
    """Or that the account names the server by an address."""
    do: Text | None = None
    """What is done besides adding the account."""

    def host(self, stand: Stand) -> str | None:
        """What the account's server field says; None where this kit has no such address."""
        if not self.address:
            return stand.name(self.label)
        address = stand.ipv4 if self.address == "ipv4" else stand.ipv6
        return None if address is None else str(address)
