"""Exchange's own sentences about certificates: management shell, queues, protocol logs, web pages, event logs."""

from mailtrust.core.messages.causes import likely, possible
from mailtrust.core.messages.message import Origin, OriginKind
from mailtrust.core.messages.telling import heard, message
from mailtrust.core.model.text import Text, text

REMOVE = "MicrosoftDocs SupportArticles, Can't remove a certificate that's installed in Exchange Server"
REMOVE_CMDLET = "MicrosoftDocs/office-docs-powershell:Remove-ExchangeCertificate.md; practical365.com"
ASSIGN = "MicrosoftDocs/office-docs-powershell:Enable-ExchangeCertificate.md"
AUTH = "Microsoft, Maintain the Exchange Server Auth Certificate (2025-04)"
BACK_END = "MicrosoftDocs SupportArticles, Exchange security update issues; blog.terenceluk.com"
QUEUE = "Microsoft archive blog lalitbisht, Mailflow issue from Exchange On-Prem to Office 365"
EDGE = "MicrosoftDocs SupportArticles KB 4052493"
PROTECTION = "Microsoft, Configure Windows Extended Protection in Exchange Server (2025); haproxy issue 1828"

ORIGIN = Origin("exchange", Text("Exchange Server"), OriginKind.SERVER, "2013 to SE")

MESSAGES = (
    message(
        ORIGIN,
        heard(
            REMOVE,
            "A special Rpc error occurs on server {host}: These certificates are tagged with following Send Connectors "
            ": {names}. Removing and replacing certificates from Send Connector would break the mail flow.",
        ),
        likely("connector-name-stale"),
        text(
            "The connector names its certificate by issuer and subject; where old and new agree in both, neither can "
            "be removed until TlsCertificateName was cleared for a moment."
        ),
    ),
    message(
        ORIGIN,
        heard(
            REMOVE_CMDLET,
            "The internal transport certificate cannot be removed because that would cause the Microsoft Exchange "
            "Transport service to stop.",
        ),
        likely("exchange-transport-certificate"),
    ),
    message(
        ORIGIN,
        heard(
            ASSIGN,
            "Overwrite the existing default SMTP certificate? Current certificate: '{thumbprint}' (expires {date}) "
            "Replace it with certificate: '{thumbprint}' (expires {date})",
        ),
        likely("service-default-smtp-replaced"),
    ),
    message(
        ORIGIN,
        heard(
            AUTH,
            "A special Rpc error occurs on server {host}: The certificate with thumbprint {thumbprint} was not found.",
        ),
        likely("exchange-auth-expiring", "exchange-transport-certificate"),
    ),
    message(
        ORIGIN,
        heard(
            AUTH,
            "MSExchange Front End HTTPS Proxy Event ID 1003",
            "FbaModule.ParseCadataCookies",
            "OAuthTokenRequestFailedException",
        ),
        likely("exchange-auth-expiring"),
    ),
    message(
        ORIGIN,
        (
            *heard(BACK_END, "HttpEvent 15021", "Event ID 15021 HttpEvent 0.0.0.0:444"),
            *heard("recalled", "An error occurred while using SSL configuration for endpoint 0.0.0.0:444."),
        ),
        likely("exchange-backend-binding"),
    ),
    message(
        ORIGIN,
        heard(
            QUEUE,
            "454 4.7.5 The certificate specified in TlsCertificateName of the SendConnector could not be found.",
            "TLS negotiation failed with error NoCredentials",
        ),
        likely("connector-name-stale"),
    ),
    message(
        ORIGIN,
        heard(
            "recalled",
            "454 4.7.5 Certificate validation failure, Reason: {reason}",
            "451 5.7.3 STARTTLS is required to send mail",
        ),
        (
            *likely("chain-incomplete", "self-signed", "anchor-unknown", "name-mismatch"),
            *possible("expired", "revocation-unreachable", "tls-not-offered"),
        ),
        text(
            "The other server's certificate is meant. Exchange also asks whether it was revoked, and must be able to."
        ),
    ),
    message(
        ORIGIN,
        heard(EDGE, "EdgeSync: A value in the request is invalid", "ms-Exch-Smtp-TLS-Certificate rangeUpper"),
        likely(
            "connector-name-stale",
            why=text("Issuer and subject together are longer than the 256 characters that the Edge server takes."),
        ),
    ),
    message(
        ORIGIN,
        heard(PROTECTION, "0xC000035B", "STATUS_BAD_BINDINGS"),
        likely("extended-protection-mismatch"),
    ),
)
