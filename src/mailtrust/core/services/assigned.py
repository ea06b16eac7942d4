"""What servers are told to present, as `Assigned`: from configurations, an export of Exchange, and a store."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from mailtrust.core.model.assignment import Assigned, Served
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.configured import ConfiguredCertificate
from mailtrust.core.model.exchange import (
    EXCHANGE_SERVICES,
    ExchangeCertificate,
    ExchangeOrganisation,
    ExchangeServer,
    ExchangeService,
)
from mailtrust.core.model.kept import Holdings
from mailtrust.core.services import mailstore
from mailtrust.core.services.exchange.serving import chosen_by_name
from mailtrust.core.x509.thumbprint import thumbprint
from mailtrust.core.x509.windows_names import windows_name

EXCHANGE = "exchange"
UNKNOWN_PRODUCT = ""

Place = tuple[ConfiguredCertificate, Certificate | None]
"""A place in a configuration, and the certificate that it names; None: the file holds none that can be read."""


def from_exchange(organisation: ExchangeOrganisation) -> tuple[Assigned, ...]:
    """Every certificate of every server that was exported."""
    return tuple(_exported(server, one) for server in organisation.servers for one in server.certificates)


def from_configuration(server: str, product: str, places: Iterable[Place]) -> tuple[Assigned, ...]:
    """Every certificate that a configuration names, each once, with all the places that name it."""
    named: dict[Certificate, list[ConfiguredCertificate]] = {}
    for place, leaf in places:
        if leaf is not None:
            named.setdefault(leaf, []).append(place)
    return tuple(
        certificate_of(
            leaf,
            server,
            product,
            services=tuple(dict.fromkeys(one.service for one in where)),
            named_in=tuple(dict.fromkeys(map(written_at, where))),
        )
        for leaf, where in named.items()
    )


def from_store(holdings: Holdings) -> tuple[Assigned, ...]:
    """What a store has put down for servers whose configuration nobody reads."""
    kept: Mapping[str, Certificate] = {one.certificate.fingerprint: one.certificate for one in holdings.certificates}
    products = {one.name: one.product or UNKNOWN_PRODUCT for one in holdings.servers}
    together: dict[tuple[str, str], list[str]] = {}
    for one in holdings.assignments:
        together.setdefault((one.server, one.thumbprint), []).append(one.service)
    return tuple(
        certificate_of(kept[print_], server, products.get(server, UNKNOWN_PRODUCT), services=tuple(services))
        for (server, print_), services in together.items()
        if print_ in kept
    )


def only_seen(assigned: Iterable[Assigned], served: Iterable[Served]) -> tuple[Assigned, ...]:
    """What servers present that nobody is known to have told them; MailStore's with what it serves there."""
    known = {(one.server, one.thumbprint) for one in assigned}
    found: dict[tuple[str, str], list[Served]] = {}
    for one in served:
        key = one.server, thumbprint(one.leaf)
        if one.server and key not in known:
            found.setdefault(key, []).append(one)
    return tuple(
        certificate_of(
            ports[0].leaf,
            server,
            ports[0].product,
            services=tuple(dict.fromkeys(one.service for one in ports if one.product == mailstore.ID and one.service)),
        )
        for (server, _), ports in found.items()
    )


def presents(one: Assigned, served: Iterable[Served]) -> tuple[str, ...]:
    """The ports that present a certificate; those of no server in particular count for every server that has it."""
    return tuple(
        dict.fromkeys(
            seen.place for seen in served if thumbprint(seen.leaf) == one.thumbprint and seen.server in ("", one.server)
        )
    )


def certificate_of(
    leaf: Certificate, server: str, product: str, *, services: tuple[str, ...] = (), named_in: tuple[str, ...] = ()
) -> Assigned:
    """A certificate in Exchange's words."""
    names = (*leaf.dns_names, *leaf.ip_addresses) or leaf.subject.common_names[-1:]
    return Assigned(
        server=server,
        product=product,
        thumbprint=thumbprint(leaf),
        services=services,
        subject=windows_name(leaf.subject),
        domains=names,
        certificate=leaf,
        named_in=named_in,
    )


def written_at(place: ConfiguredCertificate) -> str:
    """`/etc/postfix/main.cf:12`; the program that was asked where it is no file."""
    if not place.named_in:
        return place.chain_file
    return f"{place.named_in}:{place.line}" if place.line else place.named_in


def presentable(server: ExchangeServer, service: ExchangeService, now: datetime) -> tuple[str, ...] | None:
    """The thumbprints of what Exchange may present for a service at its usual port; None: the export does not say.

    IIS: what is bound to port 443 of the front end. IMAP and POP: what is assigned, or found by X509CertificateName.
    """
    if service == "IIS" and server.bindings is not None:
        return tuple(one.thumbprint for one in server.bindings if one.port == 443 and one.thumbprint)
    if any(one.services is None for one in server.certificates):
        return None
    assigned = [one for one in server.certificates if service in (one.services or ())]
    assigned += chosen_by_name(server, service, now)
    return tuple(dict.fromkeys(one.thumbprint for one in assigned)) or None


def _exported(server: ExchangeServer, one: ExchangeCertificate) -> Assigned:
    return Assigned(
        server=server.name,
        product=EXCHANGE,
        thumbprint=one.thumbprint,
        services=tuple(service for service in EXCHANGE_SERVICES if service in (one.services or ())),
        subject=one.subject,
        domains=one.domains,
        friendly_name=one.friendly_name,
        certificate=one.certificate,
        unsaid=one.services is None,
    )
