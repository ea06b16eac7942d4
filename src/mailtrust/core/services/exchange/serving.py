"""What a certificate can serve, and which one serves: the questions that assigning and removing share."""

from datetime import datetime

from mailtrust.core.formats.exchange.tls_certificate_name import names
from mailtrust.core.model.exchange import ClientAccessSettings, ExchangeCertificate, ExchangeServer, ExchangeService
from mailtrust.core.services.exchange.selecting_by_name import holds
from mailtrust.core.services.exchange.selection import common_name, expired

MOVING: frozenset[ExchangeService] = frozenset({"IMAP", "POP", "UM", "UMCallRouter", "IIS"})
"""Each of them has one certificate: whoever gets it takes it from the one before. SMTP has many ("Assign certificates
to Exchange Server services")."""

FRONT_SITE = "Default Web Site"
BACK_SITE = "Exchange Back End"


def usable(certificate: ExchangeCertificate, now: datetime) -> bool:
    """Whether nothing known speaks against it: its status, its dates, its key."""
    if certificate.status not in ("", "Valid") or certificate.has_private_key is False:
        return False
    begun = certificate.not_before is None or certificate.not_before <= now
    return begun and not expired(certificate, now)


def wildcards(certificate: ExchangeCertificate) -> tuple[str, ...]:
    """Its names that begin with `*.`."""
    return tuple(name for name in (*certificate.domains, common_name(certificate)) if name.startswith("*."))


def bears(certificate: ExchangeCertificate, name: str) -> bool:
    """Whether it holds the name; a wildcard only where it holds that very wildcard."""
    if name.startswith("*."):
        return name.lower() in {one.lower() for one in wildcards(certificate)}
    return bool(holds(certificate, name))


def takes_the_place_of(new: ExchangeCertificate, old: ExchangeCertificate, now: datetime) -> bool:
    """Whether `new` can be meant as the successor of `old`: it holds all its names, or some where `old` is useless."""
    had = [name for name in (*old.domains, common_name(old)) if "." in name]
    if not had:
        return False
    borne = [name for name in had if bears(new, name)]
    return len(borne) == len(had) or (bool(borne) and not usable(old, now))


def named_by(server: ExchangeServer, given: str) -> tuple[ExchangeCertificate, ...]:
    """The server's certificates that a connector's TlsCertificateName means."""
    return tuple(one for one in server.certificates if names(given, one))


def settings_of(server: ExchangeServer, service: ExchangeService) -> ClientAccessSettings | None:
    """How IMAP or POP is set there, where the export says it."""
    return next((one for one in server.client_access if one.service == service), None)


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
    return next(
        (one.thumbprint for one in server.bindings if one.site == FRONT_SITE and is_main(one.port, one.host)), ""
    )


def is_main(port: int, host: str) -> bool:
    """Whether Enable-ExchangeCertificate means this binding of the site."""
    return port == 443 and not host
