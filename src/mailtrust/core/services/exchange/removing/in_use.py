"""Services that a certificate still serves: it cannot be taken from them, only be replaced by another one."""

from collections.abc import Iterator
from datetime import datetime

from mailtrust.core.model.exchange import (
    EXCHANGE_SERVICES,
    ExchangeCertificate,
    ExchangeServer,
    ExchangeService,
    ReceiveConnector,
)
from mailtrust.core.model.exchange_change import Refusal
from mailtrust.core.model.text import Text, text
from mailtrust.core.services.exchange.certificates import bears, called, holds, usable
from mailtrust.core.services.exchange.serving import BACK_SITE, FRONT_SITE, MOVING, chosen_by_name, offers_tls

ASSIGNED = "certificate-assigned"


def still_serving(certificate: ExchangeCertificate, server: ExchangeServer, now: datetime) -> Iterator[Refusal]:
    """One refusal for each service that would be left without."""
    services = certificate.services
    if services is None:
        why = text("The export does not say what {certificate} serves on {server}.",
                   certificate=called(certificate), server=server.name)  # fmt: skip
        yield Refusal(ASSIGNED, None, why, text("Export again with what Get-ExchangeCertificate says."), server.name)
        return
    for service in EXCHANGE_SERVICES:
        if service in MOVING and _serves(certificate, server, service, now):
            why = text(
                "{certificate} serves {service} on {server}.",
                certificate=called(certificate),
                service=service,
                server=server.name,
            )
            yield Refusal(ASSIGNED, service, why, _another(service), server.name)
    yield from _bound(certificate, server)
    if "SMTP" in services:
        yield from _smtp(certificate, server, now)


def _serves(certificate: ExchangeCertificate, server: ExchangeServer, service: ExchangeService, now: datetime) -> bool:
    if service == "IIS" and server.bindings is not None:
        return False  # the bindings tell
    others = [one for one in chosen_by_name(server, service, now) if one is not certificate]
    if service in (certificate.services or ()):
        # A wildcard that is found by its name serves instead, whatever is assigned.
        return not others
    found_by_name = certificate in chosen_by_name(server, service, now)
    assigned = [one for one in server.certificates if service in (one.services or ()) and usable(one, now)]
    return found_by_name and not others and not assigned


def _bound(certificate: ExchangeCertificate, server: ExchangeServer) -> Iterator[Refusal]:
    """Sites that would answer no more: http.sys keeps the number of a certificate that is gone (event 15021)."""
    sites = [one for one in server.bindings or () if one.thumbprint == certificate.thumbprint]
    for site in dict.fromkeys(one.site for one in sites):
        why = text(
            "{certificate} is bound to the site {site} on {server}.",
            certificate=called(certificate),
            site=site,
            server=server.name,
        )
        if site == FRONT_SITE:
            yield Refusal(ASSIGNED, "IIS", why, _another("IIS"), server.name)
        elif site == BACK_SITE:
            instead = text(
                "Give its https binding on port 444 the certificate “Microsoft Exchange” in IIS Manager first, and "
                "restart WAS and W3SVC: without one Outlook on the web shows blank pages."
            )
            yield Refusal(ASSIGNED, "IIS", why, instead, server.name)
        else:
            instead = text("Give its binding another certificate in IIS Manager first.")
            yield Refusal(ASSIGNED, "IIS", why, instead, server.name)


def _smtp(certificate: ExchangeCertificate, server: ExchangeServer, now: datetime) -> Iterator[Refusal]:
    """SMTP has many certificates: one may go when another serves every connector that this one could serve."""
    others = [one for one in server.certificates if one is not certificate and "SMTP" in (one.services or ())]
    if not any(usable(one, now) for one in others):
        why = text(
            "{certificate} is the only usable one with SMTP on {server}.",
            certificate=called(certificate),
            server=server.name,
        )
        yield Refusal(ASSIGNED, "SMTP", why, _another("SMTP"), server.name)
        return
    left = tuple(
        one.identity
        for one in server.receive_connectors
        if _needs(one, certificate, server) and not any(_serves_connector(other, one, server, now) for other in others)
    )
    if left:
        # "Selection of Inbound STARTTLS Certificates": none for its name, no STARTTLS, event 12014
        why = text(
            "Without {certificate} no certificate on {server} bears the name of {connectors}: they would offer no "
            "STARTTLS.",
            certificate=called(certificate),
            server=server.name,
            connectors=left,
        )
        yield Refusal(ASSIGNED, "SMTP", why, _another("SMTP"), server.name)


def _needs(connector: ReceiveConnector, certificate: ExchangeCertificate, server: ExchangeServer) -> bool:
    offers = connector.enabled and offers_tls(connector) is not False
    by_name = not connector.tls_certificate_name  # those that name it are looked at by `tagged`
    return offers and by_name and bool(holds(certificate, connector.fqdn or server.fqdn))


def _serves_connector(
    one: ExchangeCertificate, connector: ReceiveConnector, server: ExchangeServer, now: datetime
) -> bool:
    return usable(one, now) and bears(one, connector.fqdn or server.fqdn)


def _another(service: ExchangeService) -> Text:
    return text(
        "Nothing is taken away from a certificate: assign another one to {service} first (`mailtrust services "
        "enable`), export again, and repeat this.",
        service=service,
    )
