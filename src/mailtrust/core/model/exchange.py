"""An Exchange organisation as it was exported: what each server has and is told. The words are Exchange's own.

Nobody exports everything: what an export does not say is None, or the empty text where a word of Exchange's is missing,
and never looks like an answer. `NotRead` names what a server refused to tell, and why.
"""

from datetime import datetime
from typing import Literal, get_args

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.frozen import frozen

ExchangeService = Literal["IMAP", "POP", "UM", "IIS", "SMTP", "Federation", "UMCallRouter"]
"""What Enable-ExchangeCertificate -Services takes, in the order of the letters that the table view prints."""
EXCHANGE_SERVICES: tuple[ExchangeService, ...] = get_args(ExchangeService)
ClientService = Literal["IMAP", "POP"]
"""Each finds its certificate by one name, X509CertificateName."""
CLIENT_SERVICES: tuple[ClientService, ...] = get_args(ClientService)
UmService = Literal["UM", "UMCallRouter"]
"""Unified Messaging, and the call router in front of it."""
UM_SERVICES: tuple[UmService, ...] = get_args(UmService)

CertificateStatus = Literal[
    "", "DateInvalid", "Invalid", "PendingRequest", "RevocationCheckFailure", "Revoked", "Unknown", "Untrusted", "Valid"
]
RootCaType = Literal["", "None", "ThirdParty", "Enterprise", "Registry", "GroupPolicy", "Unknown"]
TokenChecking = Literal["", "None", "Allow", "Require"]
StartupMode = Literal["", "TCP", "TLS", "Dual"]


@frozen
class ExchangeCertificate:
    """One certificate of a server, as Get-ExchangeCertificate shows it."""

    thumbprint: str
    """Upper-case hex SHA-1 without blanks: Exchange's own name of it."""
    services: frozenset[ExchangeService] | None
    """None: the export does not say."""
    status: CertificateStatus
    subject: str
    """As Exchange writes it: most specific first, `CN=mail.example.com, O=Example`."""
    issuer: str
    domains: tuple[str, ...]
    """CertificateDomains."""
    friendly_name: str = ""
    not_before: datetime | None = None
    not_after: datetime | None = None
    """Both as the certificate itself says them, where the export carries it."""
    has_private_key: bool | None = None
    self_signed: bool | None = None
    root_ca_type: RootCaType = ""
    exportable: bool | None = None
    """Whether the private key can be exported."""
    certificate: Certificate | None = None
    """The certificate itself, where the export carries it (RawData); pasted text does not."""


@frozen
class ReceiveConnector:
    """What Get-ReceiveConnector shows."""

    name: str
    server: str
    fqdn: str
    auth_mechanisms: frozenset[str] | None
    """`Tls`, `ExchangeServer`, `BasicAuthRequireTLS`, ..."""
    tls_certificate_name: str = ""
    """`<I>issuer<S>subject`; empty: none is named."""
    bindings: tuple[str, ...] = ()
    role: str = ""
    """`FrontendTransport` or `HubTransport`."""
    enabled: bool = True
    suppresses_anonymous_tls: bool | None = None
    """SuppressXAnonymousTls: nothing is offered to other servers of the organisation."""

    @property
    def identity(self) -> str:
        """As cmdlets take it: the server, a backslash, the name."""
        return f"{self.server}\\{self.name}"


@frozen
class SendConnector:
    """What Get-SendConnector shows."""

    name: str
    fqdn: str
    source_servers: tuple[str, ...]
    tls_certificate_name: str = ""
    address_spaces: tuple[str, ...] = ()
    smart_hosts: tuple[str, ...] = ()
    tls_auth_level: str = ""
    """`EncryptionOnly`, `CertificateValidation`, `DomainValidation`; empty: none."""
    tls_domain: str = ""
    require_tls: bool | None = None
    ignore_starttls: bool | None = None
    cloud_services_mail: bool | None = None
    """CloudServicesMailEnabled."""
    smart_host_auth: str = ""
    """SmartHostAuthMechanism."""
    enabled: bool = True


@frozen
class ClientAccessSettings:
    """What Get-ImapSettings or Get-PopSettings shows."""

    service: ClientService
    certificate_name: str
    """X509CertificateName: the name by which the service looks for its certificate."""
    connection_settings: tuple[str, ...] = ()
    """Internal and external, `mail.example.com:993:SSL`."""
    running: bool | None = None
    """Whether the Windows service runs; Exchange leaves both disabled when it is installed."""


@frozen
class UmSettings:
    """How Unified Messaging starts: Get-UMService, Get-UMCallRouterSettings."""

    service: UmService
    startup_mode: StartupMode


@frozen
class IisBinding:
    """One https binding of a site."""

    site: str
    """`Default Web Site`, `Exchange Back End`."""
    port: int
    thumbprint: str
    """Empty: nothing is bound."""
    address: str = "*"
    host: str = ""
    """Server name (SNI); empty: any."""
    store: str = ""
    """The computer's store in which IIS looks for it: `My`, `WebHosting`; empty: not said."""

    @property
    def elsewhere(self) -> bool:
        """Whether it lies in a store that Exchange does not look in."""
        return self.store.casefold() not in ("", "my")


@frozen
class VirtualDirectory:
    """One of Exchange's virtual directories."""

    name: str
    """`EWS`, `MAPI`, `OWA`, `ECP`, `OAB`, `Microsoft-Server-ActiveSync`, `Autodiscover`, `RPC`, `PowerShell`, `API`."""
    site: Literal["front", "back"]
    """`Default Web Site` or `Exchange Back End`."""
    urls: tuple[str, ...] = ()
    """Internal and external."""
    extended_protection: TokenChecking = ""
    """The `tokenChecking` of Windows Extended Protection."""
    ssl_offloading: bool | None = None
    """Outlook Anywhere's own SSLOffloading."""


@frozen
class ExchangeServer:
    """One server."""

    name: str
    """NetBIOS name, as Exchange lists it."""
    fqdn: str
    version: str
    """The build, `15.2.1544.4`; empty: not said."""
    certificates: tuple[ExchangeCertificate, ...] = ()
    edge: bool = False
    """Whether it is an Edge Transport server."""
    site: str = ""
    """Active Directory's site."""
    receive_connectors: tuple[ReceiveConnector, ...] = ()
    client_access: tuple[ClientAccessSettings, ...] = ()
    um: tuple[UmSettings, ...] = ()
    bindings: tuple[IisBinding, ...] | None = None
    directories: tuple[VirtualDirectory, ...] | None = None
    internal_transport: str | None = None
    """Thumbprint of the internal transport certificate; empty: there is none."""

    def certificate(self, thumbprint: str) -> ExchangeCertificate | None:
        """The one of that thumbprint, where the server has it."""
        return next((one for one in self.certificates if one.thumbprint == thumbprint), None)


@frozen
class AuthConfig:
    """What Get-AuthConfig shows: the certificates of OAuth. Empty: none is named."""

    current: str
    previous: str = ""
    next: str = ""
    next_effective: datetime | None = None


@frozen
class EdgeSubscription:
    """What Get-EdgeSubscription shows."""

    name: str
    """The Edge server."""
    site: str
    created: datetime | None = None


@frozen
class Hybrid:
    """What Get-HybridConfiguration and Get-HybridApplication show."""

    tls_certificate_name: str = ""
    sending_servers: tuple[str, ...] = ()
    receiving_servers: tuple[str, ...] = ()
    edge_servers: tuple[str, ...] = ()
    smart_host: str = ""
    """OnPremisesSmartHost."""
    agent_targets: tuple[str, ...] = ()
    """Where the hybrid agent leads: TargetUri of Modern Hybrid; empty: it is not used."""


@frozen
class NotRead:
    """Something that a server did not tell."""

    server: str
    """Empty: it is the organisation's."""
    part: str
    """The cmdlet that was asked: `Get-ReceiveConnector`."""
    why: str
    """As the server said it, cleaned."""


@frozen
class ExchangeOrganisation:
    """All that was exported."""

    servers: tuple[ExchangeServer, ...]
    exported: datetime | None = None
    send_connectors: tuple[SendConnector, ...] | None = None
    auth: AuthConfig | None = None
    edge_subscriptions: tuple[EdgeSubscription, ...] | None = None
    hybrid: Hybrid | None = None
    """None: there is none, or nobody said: `not_read` tells."""
    federation: tuple[str, ...] = ()
    """Thumbprints that a federation trust names."""
    accepted_domains: tuple[str, ...] = ()
    not_read: tuple[NotRead, ...] = ()

    def server(self, name: str) -> ExchangeServer | None:
        """The server of that name, NetBIOS or full, whatever the case of its letters."""
        wanted = name.lower()
        return next((one for one in self.servers if wanted in (one.name.lower(), one.fqdn.lower())), None)
