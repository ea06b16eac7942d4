"""What is due in an Exchange organisation, and when: its own deadlines, in order of time.

The certificate of OAuth and its successor, what servers show each other, and every certificate that serves somebody.
"""

from datetime import datetime
from typing import Literal

from mailtrust.core.model.exchange import EXCHANGE_SERVICES, ExchangeCertificate, ExchangeOrganisation, ExchangeServer
from mailtrust.core.model.frozen import frozen
from mailtrust.core.services.exchange.serving import BACK_SITE

DueKind = Literal["certificate", "internal-transport", "back-end", "auth", "auth-next-effective", "auth-next"]
"""A certificate that serves ends; so does the one that servers show each other, that of the back end, that of OAuth;
the successor of that one begins to count; it ends itself."""


@frozen
class Due:
    """One deadline."""

    at: datetime
    kind: DueKind
    thumbprint: str
    subject: str
    """As Exchange writes it; empty: the certificate was not exported."""
    servers: tuple[str, ...]
    services: tuple[str, ...] = ()


def due(organisation: ExchangeOrganisation) -> tuple[Due, ...]:
    """Every deadline, past ones too, the earliest first."""
    found: dict[tuple[DueKind, str], Due] = {}
    auth = organisation.auth
    for server in organisation.servers:
        for one in server.certificates:
            kind = _kind(organisation, server, one)
            if kind is None or one.not_after is None:
                continue
            services = tuple(name for name in EXCHANGE_SERVICES if name in (one.services or ()))
            met = found.get((kind, one.thumbprint))
            where = (*met.servers, server.name) if met is not None else (server.name,)
            serving = tuple(dict.fromkeys((*met.services, *services))) if met is not None else services
            found[kind, one.thumbprint] = Due(one.not_after, kind, one.thumbprint, one.subject, where, serving)
    if auth is not None and auth.next and auth.next_effective is not None:
        owners = [(one.name, known) for one in organisation.servers if (known := one.certificate(auth.next))]
        subject = owners[0][1].subject if owners else ""
        found["auth-next-effective", auth.next] = Due(
            auth.next_effective, "auth-next-effective", auth.next, subject, tuple(name for name, _ in owners)
        )
    return tuple(sorted(found.values(), key=lambda one: (one.at, one.kind, one.thumbprint)))


def _kind(organisation: ExchangeOrganisation, server: ExchangeServer, one: ExchangeCertificate) -> DueKind | None:
    """What it is there for; None: for nothing that is known."""
    auth = organisation.auth
    if auth is not None and one.thumbprint == auth.current:
        return "auth"
    if auth is not None and one.thumbprint == auth.next:
        return "auth-next"
    if one.thumbprint == server.internal_transport:
        return "internal-transport"
    bound = [site for site in server.bindings or () if site.thumbprint == one.thumbprint]
    if one.services or any(site.site != BACK_SITE for site in bound):
        return "certificate"
    return "back-end" if bound else None
