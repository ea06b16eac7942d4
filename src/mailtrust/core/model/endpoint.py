"""Where a server is spoken to, and what was said to it in the hello."""

from enum import StrEnum

from mailtrust.core.model.frozen import frozen


class Protocol(StrEnum):
    """A protocol that mailtrust speaks, by its URL scheme without the `s`."""

    SMTP = "smtp"
    SUBMISSION = "submission"
    LMTP = "lmtp"
    IMAP = "imap"
    POP3 = "pop3"
    SIEVE = "sieve"
    LDAP = "ldap"
    HTTPS = "https"
    TLS = "tls"


class TlsMode(StrEnum):
    """Implicit TLS (RFC 8314) or an upgrade inside the protocol (RFC 3207, 2595, 5804, 4511)."""

    IMPLICIT = "implicit"
    STARTTLS = "starttls"


class Offer(StrEnum):
    """What the hello said: all we know; no server name; only RSA or only ECDSA signatures; TLS 1.0 to 1.2 only."""

    DEFAULT = "default"
    NO_SNI = "no-sni"
    RSA = "rsa"
    ECDSA = "ecdsa"
    LEGACY = "legacy"


@frozen
class Endpoint:
    """One port of one address, seen by one name."""

    host: str
    """The name or IP literal the user's client is configured with; also what names are compared with."""
    port: int
    protocol: Protocol
    tls_mode: TlsMode
    address: str
    """The IP address connected to (or to be connected to)."""
    server_name: str | None
    """SNI; None for IP literals (RFC 6066 3)."""
    found_by: str
    """given, default-port, mx, srv, usual-name, also, ..."""
    connect_port: int | None = None
    """The port really connected to, where `--resolve` or `--connect-to` sends us elsewhere."""
    connect_address: str | None = None

    @property
    def id(self) -> str:
        """A stable name for reports: `imap://mail.example.com:143@192.0.2.1`."""
        return f"{self.service}@{self.place}"

    @property
    def service(self) -> str:
        """The same at whatever address: `imap://mail.example.com:143`."""
        scheme = self.protocol.value
        if self.tls_mode is TlsMode.IMPLICIT and self.protocol not in (Protocol.HTTPS, Protocol.TLS):
            scheme = "smtps" if self.protocol is Protocol.SUBMISSION else f"{scheme}s"
        return f"{scheme}://{self.host_and_port}"

    @property
    def host_and_port(self) -> str:
        """`mail.example.com:143`, or `[2001:db8::1]:143`."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def place(self) -> str:
        """The address; its port as well where `--also` leads to another, as of a backend on the same machine."""
        if self.found_by != "also" or self.connect_port is None:
            return self.address
        address = f"[{self.address}]" if ":" in self.address else self.address
        return f"{address}:{self.connect_port}"

    @property
    def reference_identifier(self) -> str:
        """The name or address that the certificate must carry (RFC 9525 6.1)."""
        return self.host
