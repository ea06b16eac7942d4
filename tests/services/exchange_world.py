"""Small Exchange servers for tests, told in a line each."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from mailtrust.core.model.exchange import (
    ExchangeCertificate,
    ExchangeOrganisation,
    ExchangeServer,
    ExchangeService,
    ReceiveConnector,
    SendConnector,
)

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
CA = "CN=R11, O=Let's Encrypt, C=US"
TLS = frozenset({"Tls", "BasicAuth", "ExchangeServer"})


def certificate(
    letter: str,
    *names: str,
    services: Sequence[ExchangeService] | None = ("SMTP",),
    days_old: int | None = 10,
    lasts: int = 90,
    issuer: str = CA,
    key: bool | None = True,
) -> ExchangeCertificate:
    """The thumbprint is the letter forty times; `issuer` empty: it signed itself."""
    begins = None if days_old is None else NOW - timedelta(days=days_old)
    subject = f"CN={names[0]}"
    return ExchangeCertificate(
        thumbprint=letter * 40,
        services=None if services is None else frozenset(services),
        status="Valid",
        subject=subject,
        issuer=issuer or subject,
        domains=names,
        not_before=begins,
        not_after=None if begins is None else begins + timedelta(days=lasts),
        has_private_key=key,
        self_signed=not issuer,
    )


def connector(
    fqdn: str = "mail.example.com",
    tls: str = "",
    mechanisms: frozenset[str] | None = TLS,
    *,
    name: str = "Default Frontend MAIL1",
    enabled: bool = True,
) -> ReceiveConnector:
    return ReceiveConnector(name, "MAIL1", fqdn, mechanisms, tls, enabled=enabled)


def send_connector(
    fqdn: str = "mail.example.com", tls: str = "", *, ignore: bool = False, name: str = "Outbound"
) -> SendConnector:
    return SendConnector(name, fqdn, ("MAIL1",), tls, ignore_starttls=ignore)


def server(*certificates: ExchangeCertificate, version: str = "15.2.1544.4", **more: Any) -> ExchangeServer:
    return ExchangeServer("MAIL1", "mail1.corp.example", version, certificates, **more)


def organisation(*servers: ExchangeServer, sends: tuple[SendConnector, ...] = ()) -> ExchangeOrganisation:
    return ExchangeOrganisation(servers, send_connectors=sends)
