"""From what the user typed to the ports to be looked at."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from typing import Any, Literal

from mailtrust.core.formats.connect_to import Detours
from mailtrust.core.formats.host_name import WILDCARD_LABEL, is_address
from mailtrust.core.formats.target import SCHEMES, Address, Host, HostPort, Scheme, Target, Url, scheme_of_port
from mailtrust.core.model.case_file import Lookup
from mailtrust.core.model.endpoint import Endpoint, Protocol, TlsMode
from mailtrust.core.model.frozen import frozen, record
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text
from mailtrust.core.protocols import DEFAULT_PORTS
from mailtrust.edge.lookup.dns import Resolver
from mailtrust.edge.lookup.dns_answers import Absent, Found, LookupFailed, NoData, mail_hosts

# RFC 6186 3, RFC 8314 3 and 5.1, RFC 5804 1.8: the services by which a domain publishes its mail hosts.
MAIL_SERVICES: tuple[tuple[str, Scheme], ...] = (
    ("_imaps._tcp", SCHEMES["imaps"]),
    ("_imap._tcp", SCHEMES["imap"]),
    ("_pop3s._tcp", SCHEMES["pop3s"]),
    ("_pop3._tcp", SCHEMES["pop3"]),
    ("_submissions._tcp", SCHEMES["submissions"]),
    ("_submission._tcp", SCHEMES["submission"]),
    ("_sieve._tcp", SCHEMES["sieve"]),
)

# The names that administrators use and clients guess, with what such a host is asked for.
USUAL_NAMES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("mail", ("submissions", "submission", "imap", "imaps", "pop3", "pop3s", "sieve", "https")),
    ("imap", ("imap", "imaps", "sieve")),
    ("smtp", ("submissions", "submission")),
    ("pop", ("pop3", "pop3s")),
    ("pop3", ("pop3", "pop3s")),
    ("webmail", ("https",)),
)

Kind = Literal["domain", "host"]


@frozen
class Wanted:
    """A port to be looked at, before its addresses are known."""

    host: str
    port: int
    protocol: Protocol
    tls_mode: TlsMode
    found_by: str


@frozen
class Exchangers:
    """The hosts that take a domain's mail."""

    hosts: tuple[str, ...]
    """None where it takes no mail (RFC 7505); the domain itself where it has no MX record (RFC 5321 5.1)."""
    published: bool
    """Whether there are MX records, and not only the implicit one."""
    none_because: str = ""
    """Why there are no hosts."""


@frozen
class Places:
    """Where to look."""

    endpoints: tuple[Endpoint, ...]
    """Each port of each address once; a name without address gives one endpoint whose address is empty."""
    lookups: tuple[Lookup, ...]
    """What was asked of DNS, and what it answered."""
    absent: Mapping[str, Absent]
    """Why those names have no address."""

    @classmethod
    def together(cls, several: Iterable["Places"]) -> "Places":
        """Those of several targets, each port of each address once."""
        all_of_them = tuple(several)
        return cls(
            _once(endpoint for one in all_of_them for endpoint in one.endpoints),
            tuple(dict.fromkeys(lookup for one in all_of_them for lookup in one.lookups)),
            {name: why for one in all_of_them for name, why in one.absent.items()},
        )


@record
class Search:
    """Where looking for endpoints has come: what is wanted, and what was asked on the way."""

    resolver: Resolver
    detours: Detours = field(default_factory=Detours)
    lookups: list[Lookup] = field(default_factory=list)
    absent: dict[str, Absent] = field(default_factory=dict)

    async def mail_exchangers(self, domain: str) -> "Exchangers":
        """Who takes the domain's mail, most preferred first."""
        answer = await self.resolver.mx(domain)
        hosts = mail_hosts(domain, answer)
        self._note("dns-mx", domain, hosts, answer)
        if hosts:
            return Exchangers(hosts, published=isinstance(answer, Found))
        # RFC 7505 3: a record of "." alone.
        null = text("{domain} takes no mail: its MX record says so.", domain=domain)
        return Exchangers((), isinstance(answer, Found), str(null if isinstance(answer, Found) else answer))

    async def services(self, domain: str) -> tuple[Wanted, ...]:
        """What the domain's SRV records announce (RFC 6186)."""
        names = [f"{service}.{domain}" for service, _ in MAIL_SERVICES]
        answers = await asyncio.gather(*(self.resolver.srv(name) for name in names))
        wanted = []
        for name, (_, scheme), answer in zip(names, MAIL_SERVICES, answers, strict=True):
            if not isinstance(answer, Found):
                if isinstance(answer, LookupFailed):
                    self._note("dns-srv", name, (), answer)
                continue
            # RFC 2782: a target of "." says that the service is not offered.
            offered = [record for record in answer.records if record.target not in ("", ".")]
            self._note("dns-srv", name, tuple(f"{record.target}:{record.port}" for record in offered), answer)
            wanted += [Wanted(item.target, item.port, scheme.protocol, scheme.tls_mode, "srv") for item in offered]
        return tuple(wanted)

    async def usual_hosts(self, domain: str) -> tuple[Wanted, ...]:
        """The usual names of the domain that exist, and not only by a wildcard record (RFC 4592)."""
        names = [f"{label}.{domain}" for label, _ in USUAL_NAMES]
        anything, *answers = await asyncio.gather(
            *(self.resolver.addresses(name) for name in (f"{WILDCARD_LABEL}.{domain}", *names))
        )
        everything = set(anything.records) if isinstance(anything, Found) else set()
        wanted = []
        for name, (_, schemes), answer in zip(names, USUAL_NAMES, answers, strict=True):
            if isinstance(answer, Found) and set(answer.records) != everything:
                self._note("dns-address", name, tuple(answer.records), answer)
                wanted += [_wanted(name, SCHEMES[scheme], "usual-name") for scheme in schemes]
        return tuple(wanted)

    async def place(self, wanted: Wanted) -> tuple[Endpoint, ...]:
        """The wanted port at each of its addresses; one without address where the name has none."""
        host, port = self.detours.destination(wanted.host, wanted.port)
        given = self.detours.addresses(host, port)
        addresses: Sequence[str]
        if given:
            addresses = given
        elif is_address(host):
            addresses = (host,)
        else:
            answer = await self.resolver.addresses(host)
            addresses = answer.records if isinstance(answer, Found) else ()
            self._note("dns-address", host, tuple(addresses), answer)
            if not addresses:
                self.absent[wanted.host] = NoData(host) if isinstance(answer, Found) else answer
        return tuple(
            Endpoint(
                host=wanted.host,
                port=wanted.port,
                protocol=wanted.protocol,
                tls_mode=wanted.tls_mode,
                address=address,
                # RFC 6066 3: literal addresses are not sent as a server name.
                server_name=None if is_address(wanted.host) else wanted.host,
                found_by=wanted.found_by,
                connect_port=port if port != wanted.port else None,
            )
            for address in dict.fromkeys(addresses) or ("",)
        )

    def _note(self, kind: str, question: str, answer: tuple[str, ...], outcome: Found[Any] | Absent) -> None:
        match outcome:
            case Found(incomplete=failure):
                pass
            case LookupFailed(why=failure):
                pass
            case _:
                failure = None  # That there is none is an answer too.
        entry = Lookup(kind, question, answer, "" if failure is None else str(failure))
        if entry not in self.lookups:
            self.lookups.append(entry)


async def find_endpoints(
    target: Target,
    resolver: Resolver,
    *,
    detours: Detours | None = None,
    also: Sequence[tuple[str, int | None]] = (),
    kind: Kind | None = None,
) -> Places:
    """The endpoints of a target, and what was asked of DNS to find them.

    `also`: the same names at other addresses (the backend behind a balancer), with a port of their own or the same one.
    `kind` decides whether a bare name is a mail domain or a host; without it DNS does: a name with MX or mail SRV
    records is a domain. Raises UserProblem where a port of `also` belongs to none of several ports.
    """
    search = Search(resolver, detours or Detours())
    wanted = await _wanted_of(target, search, kind)
    placed = await asyncio.gather(*(search.place(item) for item in wanted))
    endpoints = [endpoint for group in placed for endpoint in group]
    endpoints += [elsewhere for address, port in also for elsewhere in _elsewhere(wanted, address, port)]
    return Places(_once(endpoints), tuple(search.lookups), search.absent)


def _elsewhere(wanted: tuple[Wanted, ...], address: str, port: int | None) -> tuple[Endpoint, ...]:
    """The same names at another address. A port leads a single one there; of several it picks those of that number."""
    meant = wanted if port is None or len(wanted) == 1 else tuple(item for item in wanted if item.port == port)
    if wanted and not meant:
        raise UserProblem(
            text(
                "--also {address} with port {port} fits none of the ports that are looked at ({ports}). Leave the port "
                "away, or give one port as TARGET, as in imaps://mail.example.com.",
                address=address,
                port=port or 0,
                ports=tuple(dict.fromkeys(str(item.port) for item in wanted)),
            )
        )
    return tuple(
        Endpoint(
            item.host,
            item.port,
            item.protocol,
            item.tls_mode,
            address,
            None if is_address(item.host) else item.host,
            "also",
            connect_port=port if port not in (None, item.port) else None,
        )
        for item in meant
    )


async def _wanted_of(target: Target, search: Search, kind: Kind | None) -> tuple[Wanted, ...]:
    match target:
        case Url(protocol=protocol, tls_mode=mode, host=host, port=port):
            return (Wanted(host, port, protocol, mode, "given"),)
        case HostPort(host=host, port=port):
            scheme = scheme_of_port(port)
            return (Wanted(host, port, scheme.protocol, scheme.tls_mode, "given"),)
        case Address(domain=domain):
            return await _of_domain(domain, search, *await _published(domain, search))
        case Host(host=host) if target.is_address or kind == "host":
            return _of_host(host)
        case Host(host=domain) if kind == "domain":
            return await _of_domain(domain, search, *await _published(domain, search))
        case Host(host=name):
            exchangers, services = await _published(name, search)
            if not exchangers.published and not services:
                # It is a host: that it has no MX is no news. That nobody answered is: it may be a domain after all.
                search.lookups[:] = [asked for asked in search.lookups if asked.failure and asked.kind == "dns-mx"]
                return _of_host(name)
            return await _of_domain(name, search, exchangers, services)


async def _published(domain: str, search: Search) -> tuple[Exchangers, tuple[Wanted, ...]]:
    return await asyncio.gather(search.mail_exchangers(domain), search.services(domain))


async def _of_domain(
    domain: str, search: Search, exchangers: Exchangers, services: tuple[Wanted, ...]
) -> tuple[Wanted, ...]:
    usual = await search.usual_hosts(domain)
    inbound = tuple(_wanted(host, SCHEMES["smtp"], "mx") for host in exchangers.hosts)
    # A domain that is its own mail host, as with a single server, is asked for everything a mail host may have.
    itself = _of_host(domain) if domain in exchangers.hosts else ()
    wanted = _once_wanted((*inbound, *services, *usual, *itself))
    if not wanted:
        search.lookups.append(Lookup("dns-mx", domain, (), exchangers.none_because))
    return wanted


def _of_host(host: str) -> tuple[Wanted, ...]:
    return tuple(Wanted(host, port, protocol, mode, "default-port") for port, protocol, mode in DEFAULT_PORTS)


def _wanted(host: str, scheme: Scheme, found_by: str) -> Wanted:
    if scheme.port is None:
        raise ValueError(f"{scheme.protocol} has no port of its own")
    return Wanted(host, scheme.port, scheme.protocol, scheme.tls_mode, found_by)


def _once_wanted(wanted: Iterable[Wanted]) -> tuple[Wanted, ...]:
    """Each port of each host once: the first way by which it was found counts."""
    first: dict[tuple[str, int], Wanted] = {}
    for item in wanted:
        first.setdefault((item.host, item.port), item)
    return tuple(first.values())


def _once(endpoints: Iterable[Endpoint]) -> tuple[Endpoint, ...]:
    return tuple({endpoint.id: endpoint for endpoint in endpoints}.values())
