"""The internal transport certificate: what servers of one organisation show each other (X-ANONYMOUSTLS).

Microsoft, "Selection of Inbound Anonymous TLS Certificates": names, issuer and trust play no part; the attribute
msExchServerInternalTLSCert alone says which one it is.
"""

from mailtrust.core.model.exchange import ExchangeServer
from mailtrust.core.model.text import Text, text


def new_internal(server: ExchangeServer) -> Text:
    """How a server gets a self-signed one that lasts five years (CSS-Exchange, InternalTransportCertificateCheck)."""
    return text(
        "New-ExchangeCertificate -Server {server} -KeySize 2048 -PrivateKeyExportable $true -FriendlyName {server} "
        "-DomainName {fqdn} -IncludeServerFQDN -Services SMTP -Force",
        server=server.name,
        fqdn=server.fqdn or server.name,
    )
