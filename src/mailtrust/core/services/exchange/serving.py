"""Which certificates of a server serve what: the questions that selecting, enabling and removing share."""

from datetime import datetime

from mailtrust.core.formats.exchange.tls_certificate_name import names
from mailtrust.core.model.exchange import (
    ExchangeCertificate,
    ExchangeOrganisation,
    ExchangeServer,
    ExchangeService,
    IisBinding,
    ReceiveConnector,
    SendConnector,
)
from mailtrust.core.model.exchange_change import Refusal
from mailtrust.core.model.text import text
from mailtrust.core.services.exchange.certificates import bears, usable, wildcards
from mailtrust.core.services.exchange.client_access import settings_of

MOVING: frozenset[ExchangeService] = frozenset({"IMAP", "POP", "UM", "UMCallRouter", "IIS"})
"""Each of them has one certificate: whoever gets it takes it from the one before. SMTP has many ("Assign certificates
to Exchange Server services")."""

FRONT_SITE = "Default Web Site"
BACK_SITE = "Exchange Back End"


def named_by(server: ExchangeServer, given: str) -> tuple[ExchangeCertificate, ...]:
    """The server's certificates that a connector's TlsCertificateName means."""
    return tuple(one for one in server.certificates if names(given, one))


def chosen_by_name(server: ExchangeServer, service: ExchangeService, now: datetime) -> tuple[ExchangeCertificate, ...]:
    """The usable wildcard certificates that IMAP or POP finds by its X509CertificateName (Set-ImapSettings.md)."""
    settings = settings_of(server, service)
    name = settings.certificate_name if settings is not None else ""
    return tuple(
        one for one in server.certificates if name and wildcards(one) and bears(one, name) and usable(one, now)
    )


def front_thumbprint(server: ExchangeServer) -> str | None:
    """What Default Web Site presents to clients that name nobody; None: the export does not say."""
    if server.bindings is None:
        return None
    return next((one.thumbprint for one in server.bindings if is_main(one)), "")


def is_main(one: IisBinding) -> bool:
    """Whether it is the binding of the front site that Enable-ExchangeCertificate means."""
    return one.site == FRONT_SITE and one.port == 443 and not one.host


def offers_tls(connector: ReceiveConnector) -> bool | None:
    """Whether its AuthMechanism has TLS, and so STARTTLS is to be offered; None: the export does not say."""
    said = connector.auth_mechanisms
    return None if said is None else any(one.casefold() == "tls" for one in said)


def is_source(connector: SendConnector, server: ExchangeServer) -> bool:
    """Whether the connector sends from this server."""
    names = {server.name.casefold(), server.fqdn.casefold()}
    return any(one.casefold() in names for one in connector.source_servers)


def unknown_server(name: str, organisation: ExchangeOrganisation) -> Refusal:
    """The export does not have it."""
    return Refusal(
        "server-unknown",
        None,
        text(
            "The export knows no server {name}. It knows {servers}.",
            name=name,
            servers=tuple(one.name for one in organisation.servers) or text("none"),
        ),
        text("Name one of these, or export that server too."),
        name,
    )
