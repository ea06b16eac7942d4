"""Microsoft Dynamics CRM E-mail Router, when access to an Exchange mailbox is tested or used."""

from mailtrust.core.messages.causes import likely, possible, rare
from mailtrust.core.messages.message import Message, Origin, OriginKind
from mailtrust.core.messages.telling import heard
from mailtrust.core.model.text import text

ARTICLE = "Microsoft KB 954584"

ORIGIN = Origin(
    "email-router",
    text("Microsoft Dynamics CRM E-mail Router"),
    OriginKind.PROGRAM,
    "Dynamics CRM 4.0, 2011 and later on-premises",
    passes_on=("dotnet-windows", "dotnet"),
    clients=("dotnet-windows",),
    scheme="https",
)

_TWO_URLS = text(
    "Compare the URL in the router's incoming profile (Configuration Profiles, field Server) with the names in the "
    "certificate that Exchange shows: mailtrust explain ... --url URL --cert FILE does it."
)

MESSAGES = (
    Message(
        ORIGIN,
        heard(
            ARTICLE,
            "Incoming Status: Failure - {detail}",
            "Outgoing Status: Failure - {detail}",
            "Microsoft Dynamics CRM E-mail Router",
            fr="Statut entrant : Échec - {detail}",
        ),
        (
            *likely(
                "self-signed",
                why=text(
                    "The E-mail Router leaves judging to .NET and takes no self-signed certificate: Exchange needs one "
                    "from a CA that the router's machine trusts."
                ),
            ),
            *likely(
                "name-mismatch",
                why=text(
                    "The URL in the router's profile names the server otherwise than the certificate of the Exchange "
                    "web site does."
                ),
            ),
            *possible("anchor-unknown", "expired"),
            *possible(
                "chain-incomplete",
                why=text(
                    "The server does not send its intermediate. Windows downloads it, but a service often has no way "
                    "through the proxy that its users have."
                ),
            ),
            *rare("chain-expired-issuer", "tls-version-old"),
        ),
        (_TWO_URLS,),
        # The router's own words say that a test failed, not that a certificate was the reason: .NET's sentence does.
        alone=False,
    ),
)
