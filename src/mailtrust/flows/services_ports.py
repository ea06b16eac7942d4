"""Which ports are to be asked what they present: each server's own, and those that clients are led to."""

from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from datetime import datetime
from ipaddress import ip_address
from types import MappingProxyType

from mailtrust.core.formats.connect_to import Detours
from mailtrust.core.formats.host_name import TargetError, is_address, parse_host
from mailtrust.core.formats.kemp_place import SCHEME as KEMP
from mailtrust.core.formats.kemp_place import read_place
from mailtrust.core.formats.ssh_destination import LOCAL, read_destination
from mailtrust.core.formats.target import SCHEMES, Host, Scheme, Url, parse_target, scheme_of_port
from mailtrust.core.model.assignment import Assigned
from mailtrust.core.model.configured import ConfiguredCertificate, Listening
from mailtrust.core.model.endpoint import Endpoint, Protocol
from mailtrust.core.model.exchange import ExchangeOrganisation, ExchangeService
from mailtrust.core.model.frozen import frozen, record
from mailtrust.core.model.kept import Service
from mailtrust.core.model.settings import Place, Server
from mailtrust.core.model.text import Text, text
from mailtrust.core.services import mailstore
from mailtrust.core.services.assigned import EXCHANGE, presentable
from mailtrust.core.services.exchange.fronts import fronts_of
from mailtrust.core.targets.mending.surveyed import Surveyed
from mailtrust.core.x509.thumbprint import thumbprint
from mailtrust.edge.lookup.dns import Resolver
from mailtrust.edge.lookup.dns_answers import Found
from mailtrust.flows.endpoints import find_endpoints
from mailtrust.flows.services_assigned import Told

MOST_NAMES = 3
"""Of one place in a configuration that are asked for: a port sees four connections at most."""
LOOPBACK = "127.0.0.1"

_EXCHANGE_PORTS = ("smtp", "submission", "imap", "imaps", "pop3", "pop3s", "https")
EXCHANGE_SERVES: Mapping[Protocol, ExchangeService] = MappingProxyType(
    {
        Protocol.SMTP: "SMTP",
        Protocol.SUBMISSION: "SMTP",
        Protocol.IMAP: "IMAP",
        Protocol.POP3: "POP",
        Protocol.HTTPS: "IIS",
    }
)
"""Which service of Exchange's a protocol is."""
_SPEAK_TLS = ("nginx", "apache", "haproxy", "kemp")
"""Products whose ports with a certificate speak TLS from the start, whatever their number."""

_KEPT_SERVICES: Mapping[Protocol, Service] = MappingProxyType(
    {
        Protocol.SMTP: "smtp",
        Protocol.SUBMISSION: "smtp",
        Protocol.LMTP: "smtp",
        Protocol.IMAP: "imap",
        Protocol.POP3: "pop",
        Protocol.SIEVE: "sieve",
        Protocol.LDAP: "ldap",
        Protocol.HTTPS: "web",
    }
)
"""What a store calls them."""


@frozen
class Port:
    """A port to be asked, and what is known of it beforehand."""

    endpoint: Endpoint
    server: str
    """The server that is asked itself; empty: whoever answers."""
    product: str
    service: str = ""
    configured: tuple[str, ...] | None = None
    """As in `Served`."""
    surveyed: Surveyed | None = None
    expected: bool = False
    """Somebody says that there is TLS: where there is none, that is told."""


@record
class Ports:
    """What is to be asked, and why something cannot be."""

    resolver: Resolver
    now: datetime
    detours: Detours = field(default_factory=Detours)
    ports: list[Port] = field(default_factory=list)
    notes: list[Text] = field(default_factory=list)

    async def of_all(self, told: Told) -> tuple[Port, ...]:
        """The servers themselves first, then the places where clients look; each port under each name once."""
        for one in told.surveyed:
            await self._configured(one)
        if told.organisation is not None:
            await self._exchange(told.organisation, told.exported or told.organisation)
        for one in told.surveyed:
            await self._clients_look(one)
        for server in told.others:
            if server.product == mailstore.ID:
                await self._mailstore(server)
            else:
                await self._unread(server, told.assigned)
        return _once(self.ports)

    async def _configured(self, one: Surveyed) -> None:
        """Where a configuration says that something is presented, at the server's own address."""
        server = one.server
        own = await self._own_address(server)
        if own is None:
            self.notes.append(text("{server} has no address here: it was not asked itself.", server=server.name))
            return
        listening = [(place, at) for place in one.places for at in place.listens or _ports_named(server)]
        strange = dict.fromkeys(at.port for _, at in listening if _spoken(server, one.product.ID, at.port) is None)
        self.notes += [
            text(
                "Port {port} of {server} was not asked: nothing says what it speaks. Name it in endpoints of "
                "mailtrust.toml, as in imaps://mail.example.com:{port}.",
                port=port,
                server=server.name,
            )
            for port in strange
        ]
        for place, at in listening:
            address = at.address or own
            scheme = _spoken(server, one.product.ID, at.port)
            if scheme is None or (server.reach != LOCAL and _is_loopback(address)):
                continue
            for host in _hosts(place, server, at.port)[:MOST_NAMES] or (address,):
                there = _endpoint(host, at.port, scheme, address)
                self.ports.append(
                    Port(there, server.name, one.product.ID, place.service, _configured_at(one, there), one, True)
                )

    async def _own_address(self, server: Server) -> str | None:
        if server.reach == LOCAL:
            return LOOPBACK
        is_kemp = server.reach.startswith(KEMP)
        return await self._address_of((read_place if is_kemp else read_destination)(server.reach).host)

    async def _address_of(self, host: str) -> str | None:
        if is_address(host):
            return host
        try:
            answer = await self.resolver.addresses(parse_host(host))
        except TargetError:
            return None
        return answer.records[0] if isinstance(answer, Found) and answer.records else None

    async def _address_at(self, host: str, port: int) -> str | None:
        """Where a client is led that asks for a port of a host."""
        return next(iter(self.detours.addresses(host, port)), None) or await self._address_of(host)

    async def _clients_look(self, one: Surveyed) -> None:
        """The places that mailtrust.toml has for a server, at the addresses that clients find."""
        listens = {at.port for place in one.places for at in place.listens}
        for there, guessed in await self._found(one.server.places):
            if not (guessed and listens and there.port not in listens):
                configured = _configured_behind(one, there)
                self.ports.append(Port(there, "", one.product.ID, "", configured, one, expected=not guessed))

    async def _unread(self, server: Server, assigned: tuple[Assigned, ...]) -> None:
        """A server of which no configuration is known: at its name, with what a store has put down for it."""
        mine = [one for one in assigned if one.server.lower() == server.name.lower()]
        for there, guessed in await self._found(server.places):
            service = _KEPT_SERVICES.get(there.protocol, "")
            configured = tuple(one.thumbprint for one in mine if service in one.services) or None
            self.ports.append(Port(there, server.name, server.product or "", service, configured, expected=not guessed))

    async def _found(self, places: Iterable[Place]) -> list[tuple[Endpoint, bool]]:
        """Endpoints with an address, and whether the port is only a guess by custom."""
        found: list[tuple[Endpoint, bool]] = []
        for place in places:
            target = parse_target(place.target)
            endpoints = (await find_endpoints(target, self.resolver, detours=self.detours, kind="host")).endpoints
            with_address = [there for there in endpoints if there.address]
            found += [(there, isinstance(target, Host)) for there in with_address]
            if not with_address:
                self.notes.append(not_found(place.target))
        return found

    async def _mailstore(self, server: Server) -> None:
        for place in server.places:
            for one in mailstore.SERVICES:
                if place.port not in (None, one.port):
                    continue
                address = await self._address_at(place.host, one.port)
                if address is None:
                    self.notes.append(not_found(place.target))
                    continue
                scheme = Scheme(one.protocol, one.tls_mode, one.port)
                there = _endpoint(place.host, one.port, scheme, address)
                self.ports.append(Port(there, server.name, mailstore.ID, one.name))
        # Each line of the Service Configuration may have been given another port.
        usual = {None, *(one.port for one in mailstore.SERVICES)}
        for there, _ in await self._found(place for place in server.places if place.port not in usual):
            self.ports.append(Port(there, server.name, mailstore.ID, mailstore.ELSEWHERE, expected=True))

    async def _exchange(self, organisation: ExchangeOrganisation, exported: ExchangeOrganisation) -> None:
        """Each server by its own name, then the names that clients are given: any server of the export may answer."""
        for server in organisation.servers:
            host = server.fqdn or server.name
            address = await self._address_of(host)
            if address is None:
                self.notes.append(text("{server} has no address here: it was not asked itself.", server=host))
                continue
            for name in _EXCHANGE_PORTS[:1] if server.edge else _EXCHANGE_PORTS:
                scheme = SCHEMES[name]
                service = EXCHANGE_SERVES[scheme.protocol]
                there = _endpoint(host, scheme.port or 0, scheme, address)
                self.ports.append(Port(there, server.name, EXCHANGE, service, presentable(server, service, self.now)))
        for front in dict.fromkeys(front for server in organisation.servers for front in fronts_of(server)):
            address = await self._address_at(front.host, front.port)
            if address is None:
                self.notes.append(not_found(front.host))
                continue
            scheme = Scheme(front.protocol, front.tls_mode, front.port)
            there = _endpoint(front.host, front.port, scheme, address)
            configured = any_of(exported, front.service, self.now)
            self.ports.append(Port(there, "", EXCHANGE, front.service, configured, expected=True))


def not_found(target: str) -> Text:
    """What is said of a place where clients are to look, and cannot."""
    return text("{target} has no address here: it was not asked.", target=target)


def _once(ports: Iterable[Port]) -> tuple[Port, ...]:
    """Each port of an address under each name once: as a server's own where it is that, with all that may be there."""
    found: dict[tuple[str, str, int], Port] = {}
    for port in ports:
        at = port.endpoint
        key = (at.host, at.connect_address or at.address, at.connect_port or at.port)
        known = found.setdefault(key, port)
        if known is not port and known.server == port.server and known.configured and port.configured:
            found[key] = replace(known, configured=tuple(dict.fromkeys((*known.configured, *port.configured))))
    return tuple(found.values())


def _configured_at(one: Surveyed, there: Endpoint) -> tuple[str, ...] | None:
    """What is configured for that very port and name."""
    leaves = [one.leaf_of(place) for place in one.places_at(there, None)]
    return tuple(dict.fromkeys(thumbprint(leaf) for leaf in leaves if leaf is not None)) or None


def _configured_behind(one: Surveyed, there: Endpoint) -> tuple[str, ...] | None:
    """What is configured for a port under a name, at whatever address: translation may lie between."""
    addresses = dict.fromkeys(at.address for place in one.places for at in place.listens if at.port == there.port)
    each = [_configured_at(one, replace(there, address=address)) or () for address in addresses]
    return tuple(dict.fromkeys(known for some in each for known in some)) or None


def any_of(organisation: ExchangeOrganisation, service: ExchangeService, now: datetime) -> tuple[str, ...] | None:
    """What any of the servers may present: a name that clients use leads to one of them."""
    each = [presentable(server, service, now) for server in organisation.servers if not server.edge]
    if not each or None in each:
        return None
    return tuple(dict.fromkeys(one for known in each for one in known or ()))


def _ports_named(server: Server) -> tuple[Listening, ...]:
    """The ports for which mailtrust.toml names a server."""
    return tuple(dict.fromkeys(Listening(place.port) for place in server.places if place.port is not None))


def _spoken(server: Server, product: str, port: int) -> Scheme | None:
    """What a port speaks: as mailtrust.toml says, else by custom; None: nobody knows."""
    for place in server.places:
        match parse_target(place.target):
            case Url(protocol=protocol, tls_mode=tls_mode, port=number) if number == port:
                return Scheme(protocol, tls_mode, port)
    usual = scheme_of_port(port)
    return usual if usual.protocol is not Protocol.TLS or product in _SPEAK_TLS else None


def _hosts(place: ConfiguredCertificate, server: Server, port: int) -> tuple[str, ...]:
    """The names under which a place is to be asked: its own, else those that mailtrust.toml has for the port."""
    own = tuple(dict.fromkeys(name for name in place.names if _is_host(name)))
    here = tuple(dict.fromkeys(one.host for one in server.places if one.port == port))
    return own or here or tuple(dict.fromkeys(one.host for one in server.places))


def _is_host(name: str) -> bool:
    try:
        return parse_host(name) == name.lower()
    except TargetError:
        return False


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return address == "localhost"


def _endpoint(host: str, port: int, scheme: Scheme, address: str) -> Endpoint:
    # RFC 6066 3: literal addresses are not sent as a server name.
    name = None if is_address(host) else host
    return Endpoint(host, port, scheme.protocol, scheme.tls_mode, address, name, "own")
