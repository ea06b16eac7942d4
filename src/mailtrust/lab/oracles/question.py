"""What an oracle is asked, and what it answers."""

from ipaddress import ip_address
from pathlib import Path

from mailtrust.core.model.endpoint import Protocol, TlsMode
from mailtrust.core.model.frozen import frozen

OPENSSL_DIALOGUES = {
    Protocol.SMTP: "smtp",
    Protocol.SUBMISSION: "smtp",
    Protocol.LMTP: "lmtp",
    Protocol.IMAP: "imap",
    Protocol.POP3: "pop3",
    Protocol.SIEVE: "sieve",
    Protocol.LDAP: "ldap",
}
"""What s_client's -starttls and gnutls-cli's --starttls-proto (the same words) call them; our Java probe too."""


@frozen
class Question:
    """What an oracle is asked: whether it trusts this port, under this name, with these roots and no others."""

    name: str
    address: str
    port: int
    protocol: Protocol
    tls_mode: TlsMode
    roots: Path
    """PEM."""

    @property
    def about_an_address(self) -> bool:
        """Whether the name is an IP address: no server name is sent then (RFC 6066 3)."""
        try:
            ip_address(self.name)
        except ValueError:
            return False
        return True

    @property
    def dialogue(self) -> str | None:
        """The dialogue that leads to TLS; None for implicit TLS."""
        return OPENSSL_DIALOGUES[self.protocol] if self.tls_mode is TlsMode.STARTTLS else None

    @property
    def place(self) -> str:
        """Address and port as programs take them in one word."""
        return f"{bracketed(self.address)}:{self.port}"

    @property
    def authority(self) -> str:
        """Name and port as they stand in a URL (RFC 3986 3.2)."""
        return f"{bracketed(self.name)}:{self.port}"


@frozen
class Answer:
    """What a real client said."""

    accepted: bool
    words: str
    """Its own reason, empty when it accepts."""


class OracleError(Exception):
    """The client could not be asked: it is not here, or it did not get as far as a judgement."""


def bracketed(host: str) -> str:
    """A host or address, an IPv6 address in brackets."""
    return f"[{host}]" if ":" in host else host
