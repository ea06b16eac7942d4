"""What Exchange's cmdlets give to whoever asks them, as an export has it: what `collect.ps1` does in PowerShell."""

from collections.abc import Sequence
from typing import Literal

from mailtrust.core.formats.exchange import export_wire as wire
from mailtrust.core.formats.exchange.clixml import read_clixml
from mailtrust.core.formats.exchange.shown import Shown


def objects_of(given: Sequence[str]) -> tuple[Shown, ...]:
    """Objects as a shell gives them, each by itself. Raises ClixmlError."""
    return tuple(one for xml in given for one in read_clixml(f"<Objs>{xml}</Objs>".encode("utf-8", "replace")))


def server(one: Shown) -> wire.ServerWire:
    """Get-ExchangeServer: what is to be known before anything else is asked."""
    return wire.ServerWire(
        name=one.word("Name"),
        fqdn=one.word("Fqdn"),
        version=one.word("AdminDisplayVersion"),
        edge=one.flag("IsEdgeServer") is True,
        site=_last(one.word("Site")),
    )


def certificate(one: Shown) -> wire.CertificateWire:
    """Get-ExchangeCertificate."""
    return wire.CertificateWire(
        thumbprint=one.word("Thumbprint"),
        services=[one.word("Services")] if one.has("Services") else None,
        status=one.word("Status"),
        subject=one.word("Subject"),
        issuer=one.word("Issuer"),
        domains=one.words("CertificateDomains"),
        friendly_name=one.word("FriendlyName"),
        not_before=one.moment("NotBefore"),
        not_after=one.moment("NotAfter"),
        has_private_key=one.flag("HasPrivateKey"),
        self_signed=one.flag("IsSelfSigned"),
        root_ca_type=one.word("RootCAType"),
        exportable=one.flag("PrivateKeyExportable"),
        raw=one.octets("RawData"),
    )


def receive_connector(one: Shown) -> wire.ReceiveConnectorWire:
    """Get-ReceiveConnector."""
    mechanisms = [word.strip() for word in one.word("AuthMechanism").split(",")]
    return wire.ReceiveConnectorWire(
        name=one.word("Name"),
        fqdn=one.word("Fqdn"),
        auth_mechanisms=[word for word in mechanisms if word] if one.has("AuthMechanism") else None,
        tls_certificate_name=one.word("TlsCertificateName"),
        bindings=one.words("Bindings"),
        role=one.word("TransportRole"),
        enabled=one.flag("Enabled") is not False,
    )


def send_connector(one: Shown) -> wire.SendConnectorWire:
    """Get-SendConnector."""
    return wire.SendConnectorWire(
        name=one.word("Name"),
        fqdn=one.word("Fqdn"),
        source_servers=one.words("SourceTransportServers"),
        tls_certificate_name=one.word("TlsCertificateName"),
        address_spaces=one.words("AddressSpaces"),
        smart_hosts=one.words("SmartHosts"),
        tls_auth_level=one.word("TlsAuthLevel"),
        tls_domain=one.word("TlsDomain"),
        require_tls=one.flag("RequireTLS"),
        ignore_starttls=one.flag("IgnoreSTARTTLS"),
        cloud_services_mail=one.flag("CloudServicesMailEnabled"),
        smart_host_auth=one.word("SmartHostAuthMechanism"),
        enabled=one.flag("Enabled") is not False,
    )


def client_access(service: Literal["IMAP", "POP"], one: Shown) -> wire.ClientAccessWire:
    """Get-ImapSettings, Get-PopSettings. Whether the service runs, only Windows knows."""
    inside, outside = one.words("InternalConnectionSettings"), one.words("ExternalConnectionSettings")
    return wire.ClientAccessWire(
        service=service, certificate_name=one.word("X509CertificateName"), connection_settings=[*inside, *outside]
    )


def um(service: Literal["UM", "UMCallRouter"], one: Shown) -> wire.UmWire:
    """Get-UMService or Get-UMServer, Get-UMCallRouterSettings."""
    return wire.UmWire(service=service, startup_mode=one.word("UMStartupMode"))


def directory(name: str, one: Shown, urls: Sequence[str] = ()) -> wire.DirectoryWire:
    """Get-...VirtualDirectory. `urls`: that are told elsewhere."""
    return wire.DirectoryWire(
        name=name,
        site="back" if "(exchange back end)" in one.word("Name").lower() else "front",
        urls=[*one.words("InternalUrl"), *one.words("ExternalUrl"), *urls],
        extended_protection=one.word("ExtendedProtectionTokenChecking"),
        ssl_offloading=one.flag("SSLOffloading"),
    )


def outlook_anywhere(one: Shown) -> wire.DirectoryWire:
    """Get-OutlookAnywhere, which tells hosts instead of URLs."""
    hosts = (*one.words("InternalHostname"), *one.words("ExternalHostname"))
    return directory("RPC", one, [f"https://{host}/rpc" for host in hosts])


def auth(one: Shown) -> wire.AuthWire:
    """Get-AuthConfig."""
    return wire.AuthWire(
        current=one.word("CurrentCertificateThumbprint"),
        previous=one.word("PreviousCertificateThumbprint"),
        next=one.word("NextCertificateThumbprint"),
        next_effective=one.moment("NextCertificateEffectiveDate"),
    )


def subscription(one: Shown) -> wire.SubscriptionWire:
    """Get-EdgeSubscription."""
    return wire.SubscriptionWire(
        name=one.word("Name"), site=_last(one.word("Site")), created=one.moment("WhenCreatedUTC")
    )


def hybrid(one: Shown) -> wire.HybridWire:
    """Get-HybridConfiguration. The hybrid agent's own cmdlets are not Exchange's: where it leads is not told."""
    return wire.HybridWire(
        tls_certificate_name=one.word("TlsCertificateName"),
        sending_servers=one.words("SendingTransportServers"),
        receiving_servers=one.words("ReceivingTransportServers"),
        edge_servers=one.words("EdgeTransportServers"),
        smart_host=one.word("OnPremisesSmartHost"),
    )


def federation(one: Shown) -> list[str]:
    """Get-FederationTrust: thumbprints."""
    named = ("OrgPrivCertificate", "OrgNextPrivCertificate", "OrgPrevPrivCertificate")
    return [word for name in named if (word := one.word(name))]


def _last(path: str) -> str:
    """`example.com/Configuration/Sites/Here`: the name at its end."""
    return path.rsplit("/", 1)[-1]
