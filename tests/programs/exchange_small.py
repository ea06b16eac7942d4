"""A small Exchange organisation, with certificates of a CA of its own: what tests of live endpoints begin with."""

import hashlib
from datetime import UTC, datetime, timedelta
from functools import cache

from mailtrust.core.issuance.authority import Issued, issue, make_root, self_signed
from mailtrust.core.issuance.keys import make_key
from mailtrust.core.issuance.recipe import root_recipe, server_recipe
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.exchange import (
    AuthConfig,
    ClientAccessSettings,
    ExchangeCertificate,
    ExchangeOrganisation,
    ExchangeServer,
    ExchangeService,
    ReceiveConnector,
    SendConnector,
    VirtualDirectory,
)
from mailtrust.core.x509.conversion import Wanted, convert
from mailtrust.core.x509.windows_names import windows_name

NOW = datetime(2026, 6, 1, tzinfo=UTC)
DATES = {"not_before": NOW - timedelta(days=30), "not_after": NOW + timedelta(days=300)}
ROOT = make_root(root_recipe("Test Root", "Test"), make_key("ec-p256"), serial=1, **DATES)


def shown(certificate: Certificate, *services: ExchangeService, own: bool = False) -> ExchangeCertificate:
    """As Get-ExchangeCertificate shows it."""
    return ExchangeCertificate(
        thumbprint=thumbprint(certificate),
        services=frozenset(services),
        status="Valid",
        subject=windows_name(certificate.subject),
        issuer=windows_name(certificate.issuer),
        domains=certificate.dns_names,
        friendly_name="Microsoft Exchange" if own else "mail 2026",
        not_before=certificate.not_before,
        not_after=certificate.not_after,
        has_private_key=True,
        self_signed=own,
        root_ca_type="Registry" if own else "Enterprise",
        exportable=not own,
        certificate=certificate,
    )


def thumbprint(certificate: Certificate) -> str:
    return hashlib.sha1(certificate.der, usedforsecurity=False).hexdigest().upper()


def issued(*names: str, serial: int) -> Issued:
    """Of the CA."""
    return issue(ROOT, server_recipe(*names), make_key("ec-p256"), serial=serial, **DATES)


def pfx(made: Issued) -> bytes:
    """Certificate and key in one file, with the password `pfx`."""
    return convert([made.certificate], made.key, Wanted("pfx", password=b"pfx"), salt=bytes(20), now=NOW)


@cache
def own(server: str) -> Certificate:
    """What setup makes for a server."""
    recipe = server_recipe(server.lower(), f"{server.lower()}.example.com")
    return self_signed(recipe, make_key("ec-p256"), serial=7, **DATES).certificate


FORMER = issued("mail.example.com", "autodiscover.example.com", serial=11).certificate
RENEWED = issued("mail.example.com", "autodiscover.example.com", serial=12).certificate
WILD = issued("*.example.com", serial=13).certificate


def server(name: str) -> ExchangeServer:
    """A mailbox server with its own, the former, the renewed and a wildcard certificate."""
    mine = shown(own(name), "SMTP", own=True)
    return ExchangeServer(
        name=name,
        fqdn=f"{name.lower()}.example.com",
        version="15.2.1544.4",
        certificates=(mine, shown(FORMER, "IMAP", "POP", "IIS", "SMTP"), shown(RENEWED), shown(WILD)),
        site="Default-First-Site-Name",
        receive_connectors=(
            ReceiveConnector(
                name=f"Default Frontend {name}",
                server=name,
                fqdn=f"{name.lower()}.example.com",
                auth_mechanisms=frozenset({"Tls", "ExchangeServer", "BasicAuthRequireTLS"}),
                bindings=("[::]:25", "0.0.0.0:25"),
                role="FrontendTransport",
            ),
        ),
        client_access=(
            ClientAccessSettings("IMAP", "mail.example.com", ("mail.example.com:993:SSL", "mail.example.com:143:TLS")),
            ClientAccessSettings("POP", "mail.example.com", ("mail.example.com:995:SSL",)),
        ),
        directories=(
            VirtualDirectory("EWS", "front", ("https://mail.example.com/EWS/Exchange.asmx",), "Allow"),
            VirtualDirectory("OWA", "front", ("https://mail.example.com/owa",), "Require"),
        ),
        internal_transport=mine.thumbprint,
    )


def organisation() -> ExchangeOrganisation:
    """Two servers, a connector to the Internet that names the former certificate."""
    named = f"<I>{windows_name(FORMER.issuer)}<S>{windows_name(FORMER.subject)}"
    return ExchangeOrganisation(
        servers=(server("MAIL1"), server("MAIL2")),
        send_connectors=(
            SendConnector(
                name="Internet",
                fqdn="mail.example.com",
                source_servers=("MAIL1", "MAIL2"),
                tls_certificate_name=named,
                address_spaces=("SMTP:*;1",),
                require_tls=False,
                ignore_starttls=False,
                cloud_services_mail=False,
                smart_host_auth="None",
            ),
        ),
        auth=AuthConfig(current="AB" * 20),
        accepted_domains=("example.com",),
    )
