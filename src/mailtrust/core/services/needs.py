"""What certificates are needed for: each service of each server, with the names by which clients come to it."""

from collections.abc import Iterable, Iterator

from mailtrust.core.formats.host_name import TargetError, is_address, parse_host
from mailtrust.core.model.exchange import ExchangeOrganisation, ExchangeServer
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.settings import Server
from mailtrust.core.model.text import Text, text
from mailtrust.core.services.assigned import EXCHANGE, Place
from mailtrust.core.services.exchange.certificates import from_a_ca, holds
from mailtrust.core.services.exchange.client_access import connected_to
from mailtrust.core.services.exchange.fronts import fronts_of
from mailtrust.core.services.exchange.serving import front_thumbprint, is_source, offers_tls
from mailtrust.core.services.exchange.versions import at_server
from mailtrust.core.validation.names.internal import is_internal

_OF_MICROSOFT = (".onmicrosoft.com", ".microsoftonline.com")
"""Accepted domains of every hybrid organisation whose Autodiscover is Microsoft's own."""


@frozen
class Need:
    """One service that presents one certificate to whoever comes by any of these names."""

    server: str
    product: str
    service: str
    """In the product's own words; empty: not known."""
    names: tuple[str, ...]
    """Lower case; host names, `*.example.com` as the product serves it, or addresses."""
    sockets: frozenset[tuple[str, int]] = frozenset()
    """Server and port: who gives no name (SNI) gets the same certificate from all that share one."""


@frozen
class Needs:
    """What was found, and what had to be left aside."""

    needs: tuple[Need, ...] = ()
    remarks: tuple[Text, ...] = ()


def of_exchange(organisation: ExchangeOrganisation) -> Needs:
    """IIS, IMAP, POP and SMTP of every server; the back end and the servers among themselves keep what setup made."""
    needs: list[Need] = []
    remarks: list[Text] = []
    among: list[str] = []
    for server in organisation.servers:
        if not server.edge:
            names = _of_iis(server, organisation.accepted_domains)
            needs += _need(server, "IIS", names)
            if not names:
                remarks.append(
                    text("{server}: the export says neither URLs nor a certificate of IIS.", server=server.name)
                )
        for settings in server.client_access:
            if settings.running is not False:
                hosts = connected_to(settings) or ((settings.certificate_name,) if settings.certificate_name else ())
                needs += _need(server, settings.service, hosts)
        given = {front.host for front in fronts_of(server)}
        for name in _of_smtp(server, organisation):
            self_made = any(holds(one, name) and not from_a_ca(one) for one in server.certificates)
            # What setup calls connectors, and no client: a public certificate would only publish it.
            own = name == server.fqdn.lower() and self_made and not server.edge and name not in given
            if not is_internal(name) and not own:
                needs += _need(server, "SMTP", (name,))
            elif self_made:
                among.append(name)
            else:
                remarks.append(_no_internal(server, name))
    if among:
        remarks.append(
            text(
                "SMTP under {names}: the self-signed certificates that Exchange made itself serve its servers among "
                "each other, as Microsoft advises; none is ordered for them.",
                names=tuple(dict.fromkeys(among)),
            )
        )
    return Needs(tuple(needs), tuple(remarks))


def of_configuration(server: Server, product: str, places: Iterable[Place]) -> Needs:
    """Each service of a configuration; places of one service (RSA and ECDSA) are one need."""
    names: dict[str, list[str]] = {}
    sockets: dict[str, set[tuple[str, int]]] = {}
    for place, leaf in places:
        own = [name for written in place.names for name in _written(written)]
        ports = {at.port for at in place.listens}
        here = [at.host for at in server.places if at.port in ports] if place.is_default or not own else []
        found = [*own, *here] or [at.host for at in server.places] or [*(leaf.dns_names if leaf is not None else ())]
        names.setdefault(place.service, []).extend(found)
        sockets.setdefault(place.service, set()).update((server.name, port) for port in ports)
    made = [
        Need(server.name, product, service, _tidy(found), frozenset(sockets[service]))
        for service, found in names.items()
    ]
    nameless = tuple(one.service for one in made if not one.names)
    remark = text(
        "{server}: nothing says by which name clients come to {services}.", server=server.name, services=nameless
    )
    return Needs(tuple(one for one in made if one.names), (remark,) if nameless else ())


def of_others(server: Server) -> Needs:
    """A server of which only mailtrust.toml tells."""
    names = _tidy(place.host for place in server.places)
    return Needs((Need(server.name, server.product or "", "", names),) if names else ())


def _need(server: ExchangeServer, service: str, names: Iterable[str]) -> list[Need]:
    tidy = _tidy(names)
    return [Need(server.name, EXCHANGE, service, tidy)] if tidy else []


def _of_iis(server: ExchangeServer, domains: tuple[str, ...]) -> tuple[str, ...]:
    fronts = tuple(front.host for front in fronts_of(server) if front.service == "IIS")
    if server.directories is None or not fronts:
        bound = front_thumbprint(server)
        here = [
            one
            for one in server.certificates
            if one.thumbprint == bound or (bound is None and "IIS" in (one.services or ()) and from_a_ca(one))
        ]
        fronts = tuple(name for one in here for name in one.domains)
    # MS-OXDISCO 3.1.5: Outlook and phones ask https://autodiscover.DOMAIN of each address.
    found = (f"autodiscover.{one.lower()}" for one in domains if not is_internal(one) and not _is_microsofts(one))
    return (*fronts, *found) if fronts else ()


def _is_microsofts(domain: str) -> bool:
    return domain.lower().endswith(_OF_MICROSOFT) or "*" in domain


def _of_smtp(server: ExchangeServer, organisation: ExchangeOrganisation) -> tuple[str, ...]:
    """The names of its connectors: what they search their certificate by."""
    receiving = [
        one.fqdn or server.fqdn for one in server.receive_connectors if one.enabled and offers_tls(one) is not False
    ]
    sending = [
        one.fqdn for one in organisation.send_connectors or () if one.enabled and one.fqdn and is_source(one, server)
    ]
    return _tidy((*receiving, *sending))


def _no_internal(server: ExchangeServer, name: str) -> Text:
    return text(
        "SMTP of {server} is called {name}, and no self-signed certificate there bears the name: {command} makes the "
        "one that Exchange uses among its servers.",
        server=server.name,
        name=name,
        command=f"New-ExchangeCertificate{at_server(server)} -DomainName {name} -Services SMTP",
    )


def _written(name: str) -> Iterator[str]:
    """The host names that a server name of a configuration stands for: `.example.com` is that one and all below."""
    if name.startswith("."):
        yield from (name[1:], f"*{name}")
    else:
        yield name


def _tidy(names: Iterable[str]) -> tuple[str, ...]:
    """Each once, in lower case, without what is no name: patterns, `_`."""
    return tuple(dict.fromkeys(filter(None, map(_name, names))))


def _name(given: str) -> str:
    bare = given.strip().rstrip(".").lower()
    wild = bare.startswith("*.")
    try:
        host = parse_host(bare.removeprefix("*."))
    except TargetError:
        return ""
    if host == "_":  # what nginx calls a server without a name
        return ""
    return f"*.{host}" if wild and not is_address(host) else host
