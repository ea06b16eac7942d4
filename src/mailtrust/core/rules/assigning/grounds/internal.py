"""The internal transport certificate: what servers of one organisation show each other (X-ANONYMOUSTLS).

Microsoft, "Selection of Inbound Anonymous TLS Certificates": names, issuer and trust play no part; the attribute
msExchServerInternalTLSCert alone says which one it is.
"""

from mailtrust.core.model.assignment import AssignmentEvidence
from mailtrust.core.model.exchange import ExchangeServer
from mailtrust.core.model.text import Text, text
from mailtrust.core.rules.assigning.grounds.lasting import soon
from mailtrust.core.services.exchange.certificates import called, from_a_ca, holds, usable


def another_internal(evidence: AssignmentEvidence, server: ExchangeServer) -> Text:
    """How a server gets another one: a self-signed one that lies there, else a new one of five years.

    CSS-Exchange, InternalTransportCertificateCheck.
    """
    for one in server.certificates:
        fits = not from_a_ca(one) and usable(one, evidence.now) and holds(one, server.fqdn or server.name)
        if fits and "SMTP" in (one.services or ()) and soon(evidence, one) is None:
            return text(
                "{own} lies there, self-signed and valid: Enable-ExchangeCertificate -Server {server} -Thumbprint "
                "{print} -Services SMTP, and answer Yes to the question whether the default SMTP certificate is "
                "overwritten.",
                own=called(one),
                server=server.name,
                print=one.thumbprint,
            )
    return text(
        "Make a self-signed one: New-ExchangeCertificate -Server {server} -KeySize 2048 -PrivateKeyExportable $true "
        "-FriendlyName {server} -DomainName {fqdn} -IncludeServerFQDN -Services SMTP -Force.",
        server=server.name,
        fqdn=server.fqdn or server.name,
    )
