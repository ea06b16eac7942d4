"""The default SMTP certificate, which servers of one organisation show each other: how a server gets a new one."""

from mailtrust.core.formats.powershell import argument
from mailtrust.core.model.exchange import ExchangeServer
from mailtrust.core.services.exchange.versions import at_server


def make_another(server: ExchangeServer) -> str:
    """The command that makes a self-signed one, of five years, and lets it take the former one's place.

    CSS-Exchange, InternalTransportCertificateCheck.md. MSExchangeTransport takes it up when it starts again.
    """
    name = argument(server.name)
    return (
        f"New-ExchangeCertificate{at_server(server)} -KeySize 2048 -PrivateKeyExportable $true -FriendlyName {name}"
        f" -DomainName {name} -IncludeServerFQDN -Services SMTP -Force"
    )
