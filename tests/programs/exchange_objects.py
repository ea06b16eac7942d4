"""What Exchange's cmdlets give, as PowerShell serialises it: adapted properties, and enumerations with their text.

Names of properties: MicrosoftDocs/office-docs-powershell, the page of each cmdlet. Names of types beside
ExchangeCertificate's are recalled; nobody reads them.
"""

import enum
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from psrpcore.types import PSDateTime, PSNoteProperty, PSObject

from mailtrust.core.model.exchange import (
    EXCHANGE_SERVICES,
    AuthConfig,
    ClientAccessSettings,
    ExchangeCertificate,
    ExchangeServer,
    ReceiveConnector,
    SendConnector,
    UmSettings,
    VirtualDirectory,
)

DIRECTORY = "Microsoft.Exchange.Data.Directory.SystemConfiguration"
MANAGEMENT = "Microsoft.Exchange.Data.Directory.Management"
CERTIFICATE = "Microsoft.Exchange.Management.SystemConfigurationTasks.ExchangeCertificate"
NUMBERS = {"IMAP": 1, "POP": 2, "UM": 4, "IIS": 8, "SMTP": 16, "Federation": 32, "UMCallRouter": 64}


def thing(kind: str, text: str, **properties: Any) -> PSObject:
    """One object of a .NET type."""
    made = PSObject()
    made.PSObject.type_names = [kind, "System.Object"]
    made.PSObject.to_string = text
    made.PSObject.adapted_properties = [PSNoteProperty(name, value) for name, value in properties.items()]
    return made


def enumeration(kind: str, text: str, number: int) -> Any:
    """One value of an enumeration: a number that is shown as text; without text there is none."""
    if not text:
        return None
    module, name = kind.rsplit(".", 1)
    made: Any = enum.IntEnum(name, {text: number}, module=module)
    return made(number)


def worded(kind: str, text: str) -> PSObject:
    """A value of a type of Exchange's own, of which only the text matters."""
    return thing(kind, text)


def moment(value: datetime | None) -> Any:
    """A date."""
    if value is None:
        return None
    return PSDateTime(
        value.year, value.month, value.day, value.hour, value.minute, value.second, value.microsecond, value.tzinfo
    )


def certificate(server: ExchangeServer, one: ExchangeCertificate) -> PSObject:
    """What Get-ExchangeCertificate gives."""
    services = [word for word in EXCHANGE_SERVICES if word in (one.services or ())]
    raw = None if one.certificate is None else one.certificate.der
    return thing(
        CERTIFICATE,
        f"[Subject]\r\n  {one.subject}\r\n",
        CertificateDomains=[worded("Microsoft.Exchange.Data.SmtpDomainWithSubdomains", name) for name in one.domains],
        Services=enumeration(
            "Microsoft.Exchange.Management.SystemConfigurationTasks.AllowedServices",
            ", ".join(services) or "None",
            sum(NUMBERS[word] for word in services),
        ),
        Status=enumeration(f"{MANAGEMENT}.CertificateStatus", one.status, 1),
        RootCAType=enumeration(f"{MANAGEMENT}.CertificateAuthorityType", one.root_ca_type, 0),
        HasPrivateKey=one.has_private_key,
        IsSelfSigned=one.self_signed,
        PrivateKeyExportable=one.exportable,
        FriendlyName=one.friendly_name,
        Identity=f"{server.fqdn}\\{one.thumbprint}",
        Thumbprint=one.thumbprint,
        Subject=one.subject,
        Issuer=one.issuer,
        NotBefore=moment(one.not_before),
        NotAfter=moment(one.not_after),
        RawData=raw,
    )


def server(one: ExchangeServer) -> PSObject:
    """What Get-ExchangeServer gives; the build in its own words, `Version 15.2 (Build 1544.4)`."""
    major, minor, *build = (*one.version.split("."), "0", "0")[:4]
    words = f"Version {major}.{minor} (Build {'.'.join(build)})" if one.version else ""
    return thing(
        f"{MANAGEMENT}.ExchangeServer",
        one.name,
        Name=one.name,
        Fqdn=one.fqdn,
        AdminDisplayVersion=worded("Microsoft.Exchange.Data.ServerVersion", words),
        ServerRole=enumeration(f"{DIRECTORY}.ServerRole", "Edge" if one.edge else "Mailbox, ClientAccess", 0),
        IsEdgeServer=one.edge,
        Site=worded("Microsoft.Exchange.Data.Directory.ADObjectId", f"example.com/Configuration/Sites/{one.site}")
        if one.site
        else None,
    )


def receive_connector(one: ReceiveConnector) -> PSObject:
    """What Get-ReceiveConnector gives."""
    return thing(
        f"{DIRECTORY}.ReceiveConnector",
        one.identity,
        Name=one.name,
        Identity=one.identity,
        Server=worded("Microsoft.Exchange.Data.Directory.ADObjectId", one.server),
        Fqdn=worded("Microsoft.Exchange.Data.Fqdn", one.fqdn),
        AuthMechanism=enumeration(
            f"{DIRECTORY}.AuthMechanisms", ", ".join(sorted(one.auth_mechanisms or ())) or "None", 0
        ),
        TlsCertificateName=_named(one.tls_certificate_name),
        Bindings=list(one.bindings),
        TransportRole=enumeration(f"{DIRECTORY}.ServerRole", one.role, 0),
        Enabled=one.enabled,
    )


def send_connector(one: SendConnector) -> PSObject:
    """What Get-SendConnector gives."""
    return thing(
        f"{DIRECTORY}.SmtpSendConnectorConfig",
        one.name,
        Name=one.name,
        Identity=one.name,
        Fqdn=worded("Microsoft.Exchange.Data.Fqdn", one.fqdn) if one.fqdn else None,
        SourceTransportServers=_texts(one.source_servers, "Microsoft.Exchange.Data.Directory.ADObjectId"),
        TlsCertificateName=_named(one.tls_certificate_name),
        AddressSpaces=_texts(one.address_spaces, "Microsoft.Exchange.Data.AddressSpace"),
        SmartHosts=_texts(one.smart_hosts, "Microsoft.Exchange.Data.SmartHost"),
        TlsAuthLevel=enumeration(f"{DIRECTORY}.TlsAuthLevel", one.tls_auth_level, 0) if one.tls_auth_level else None,
        TlsDomain=one.tls_domain or None,
        RequireTLS=one.require_tls,
        IgnoreSTARTTLS=one.ignore_starttls,
        CloudServicesMailEnabled=one.cloud_services_mail,
        SmartHostAuthMechanism=enumeration(f"{DIRECTORY}.SmtpAuthMechanisms", one.smart_host_auth or "None", 0),
        Enabled=one.enabled,
    )


def client_access(server: ExchangeServer, one: ClientAccessSettings) -> PSObject:
    """What Get-ImapSettings and Get-PopSettings give: internal settings first, external ones after them."""
    kind = "Imap4AdConfiguration" if one.service == "IMAP" else "Pop3AdConfiguration"
    return thing(
        f"{DIRECTORY}.{kind}",
        f"{server.name}\\1",
        Server=worded("Microsoft.Exchange.Data.Directory.ADObjectId", server.name),
        X509CertificateName=one.certificate_name,
        InternalConnectionSettings=_texts(
            one.connection_settings[:1], "Microsoft.Exchange.Data.ProtocolConnectionSettings"
        ),
        ExternalConnectionSettings=_texts(
            one.connection_settings[1:], "Microsoft.Exchange.Data.ProtocolConnectionSettings"
        ),
    )


def um(server: ExchangeServer, one: UmSettings) -> PSObject:
    """What Get-UMService and Get-UMCallRouterSettings give."""
    return thing(
        f"{DIRECTORY}.UMServer",
        server.name,
        UMStartupMode=enumeration(f"{DIRECTORY}.UMStartupMode", one.startup_mode, 0),
    )


def transport(one: ExchangeServer) -> PSObject:
    """What Get-TransportService gives."""
    return thing(
        f"{MANAGEMENT}.TransportServer",
        one.name,
        Name=one.name,
        InternalTransportCertificateThumbprint=one.internal_transport,
    )


def directory(server: ExchangeServer, one: VirtualDirectory) -> PSObject:
    """What a Get-...VirtualDirectory gives."""
    inside, outside = (*one.urls, "", "")[:2]
    # Get-OutlookAnywhere tells hosts: `https://HOST/rpc`.
    hosts = one.name == "RPC"
    site = "Default Web Site" if one.site == "front" else "Exchange Back End"
    return thing(
        f"{DIRECTORY}.ADVirtualDirectory",
        f"{one.name} ({site})",
        Name=f"{one.name} ({site})",
        Server=worded("Microsoft.Exchange.Data.Directory.ADObjectId", server.name),
        InternalUrl=worded("System.Uri", inside) if inside and not hosts else None,
        ExternalUrl=worded("System.Uri", outside) if outside and not hosts else None,
        InternalHostname=inside.split("/")[2] if inside and hosts else None,
        ExternalHostname=outside.split("/")[2] if outside and hosts else None,
        ExtendedProtectionTokenChecking=enumeration(
            f"{DIRECTORY}.ExtendedProtectionTokenCheckingMode", one.extended_protection or "None", 0
        ),
        SSLOffloading=one.ssl_offloading,
    )


def auth_config(one: AuthConfig) -> PSObject:
    """What Get-AuthConfig gives."""
    return thing(
        f"{DIRECTORY}.AuthConfig",
        "Auth Configuration",
        CurrentCertificateThumbprint=one.current or None,
        PreviousCertificateThumbprint=one.previous or None,
        NextCertificateThumbprint=one.next or None,
        NextCertificateEffectiveDate=moment(one.next_effective),
    )


def _named(value: str) -> Any:
    return worded("Microsoft.Exchange.Data.SmtpX509Identifier", value) if value else None


def _texts(values: Sequence[str], kind: str) -> list[PSObject]:
    return [worded(kind, value) for value in values]
