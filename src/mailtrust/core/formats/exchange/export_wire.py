"""The shape of an export of Exchange (mailtrust/exchange/1): what the script of `services collect` writes.

Words of Exchange's (services, status, ...) are text here, so that a word nobody knows costs that word alone.
"""

from datetime import datetime
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from mailtrust.core.model.exchange import ClientService, UmService

SCHEMA: Final = "mailtrust/exchange/1"

MOST = 5_000
"""Of anything, on one server or in one organisation."""


class CertificateWire(Struct, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One certificate, as Get-ExchangeCertificate shows it."""

    thumbprint: Annotated[str, Meta(description="SHA-1, hexadecimal.")]
    services: Annotated[
        list[str] | None,
        Meta(description="IMAP, POP, UM, IIS, SMTP, Federation, UMCallRouter; null: not said."),
    ] = None
    status: str = ""
    subject: str = ""
    issuer: str = ""
    domains: Annotated[list[str], Meta(description="CertificateDomains.")] = []
    friendly_name: str = ""
    not_before: datetime | None = None
    not_after: datetime | None = None
    has_private_key: bool | None = None
    self_signed: bool | None = None
    root_ca_type: str = ""
    exportable: Annotated[bool | None, Meta(description="PrivateKeyExportable.")] = None
    raw: Annotated[bytes | None, Meta(description="RawData: the certificate's DER, Base64.")] = None


class ReceiveConnectorWire(Struct, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What Get-ReceiveConnector shows."""

    name: str
    fqdn: str = ""
    auth_mechanisms: list[str] | None = None
    tls_certificate_name: str = ""
    bindings: list[str] = []
    role: Annotated[str, Meta(description="TransportRole: FrontendTransport or HubTransport.")] = ""
    enabled: bool = True
    suppresses_anonymous_tls: Annotated[bool | None, Meta(description="SuppressXAnonymousTls.")] = None


class SendConnectorWire(Struct, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What Get-SendConnector shows."""

    name: str
    fqdn: str = ""
    source_servers: list[str] = []
    tls_certificate_name: str = ""
    address_spaces: list[str] = []
    smart_hosts: list[str] = []
    tls_auth_level: str = ""
    tls_domain: str = ""
    require_tls: bool | None = None
    ignore_starttls: bool | None = None
    cloud_services_mail: bool | None = None
    smart_host_auth: str = ""
    enabled: bool = True


class ClientAccessWire(Struct, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What Get-ImapSettings or Get-PopSettings shows."""

    service: ClientService
    certificate_name: str = ""
    connection_settings: list[str] = []
    running: bool | None = None


class UmWire(Struct, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """How Unified Messaging starts."""

    service: UmService
    startup_mode: str = ""


class BindingWire(Struct, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One https binding of a site of IIS."""

    site: str
    port: Annotated[int, Meta(ge=1, le=65535)]
    thumbprint: Annotated[str, Meta(description="Empty: nothing is bound.")] = ""
    address: str = "*"
    host: str = ""
    store: Annotated[str, Meta(description="Where IIS looks for it: My, WebHosting; empty: not said.")] = ""


class DirectoryWire(Struct, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One virtual directory."""

    name: str
    site: Literal["front", "back"] = "front"
    urls: list[str] = []
    extended_protection: str = ""
    ssl_offloading: bool | None = None


class ServerWire(Struct, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One server, and what is its own."""

    name: str
    fqdn: str = ""
    version: Annotated[str, Meta(description="The build, such as 15.2.1544.4.")] = ""
    edge: bool = False
    site: str = ""
    certificates: Annotated[list[CertificateWire], Meta(max_length=MOST)] = []
    receive_connectors: Annotated[list[ReceiveConnectorWire], Meta(max_length=MOST)] = []
    client_access: Annotated[list[ClientAccessWire], Meta(max_length=MOST)] = []
    um: Annotated[list[UmWire], Meta(max_length=MOST)] = []
    bindings: Annotated[list[BindingWire], Meta(max_length=MOST)] | None = None
    directories: Annotated[list[DirectoryWire], Meta(max_length=MOST)] | None = None
    internal_transport: Annotated[
        str | None, Meta(description="Thumbprint of the internal transport certificate; empty: none; null: not said.")
    ] = None


class AuthWire(Struct, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What Get-AuthConfig shows."""

    current: Annotated[str, Meta(description="Empty: none is named.")]
    previous: str = ""
    next: str = ""
    next_effective: datetime | None = None


class SubscriptionWire(Struct, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What Get-EdgeSubscription shows."""

    name: str
    site: str = ""
    created: datetime | None = None


class HybridWire(Struct, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What Get-HybridConfiguration and Get-HybridApplication show."""

    tls_certificate_name: Annotated[str, Meta(description="Empty: none is named.")]
    sending_servers: list[str] = []
    receiving_servers: list[str] = []
    edge_servers: list[str] = []
    smart_host: str = ""
    agent_targets: list[str] = []


class NotReadWire(Struct, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Something that a server did not tell."""

    server: str = ""
    part: str
    why: str = ""


class ExchangeWire(Struct, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """All that was exported; null everywhere: nobody said."""

    schema: Literal["mailtrust/exchange/1"]
    exported: datetime | None = None
    servers: Annotated[list[ServerWire], Meta(max_length=MOST)]
    send_connectors: Annotated[list[SendConnectorWire], Meta(max_length=MOST)] | None = None
    auth: AuthWire | None = None
    edge_subscriptions: Annotated[list[SubscriptionWire], Meta(max_length=MOST)] | None = None
    hybrid: HybridWire | None = None
    federation: Annotated[list[str], Meta(description="Thumbprints that a federation trust names.")] = []
    accepted_domains: list[str] = []
    not_read: Annotated[list[NotReadWire], Meta(max_length=MOST)] = []
