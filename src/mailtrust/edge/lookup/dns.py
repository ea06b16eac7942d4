"""DNS: what was asked and what was answered, as values. Nothing here raises for what a name server does."""

import asyncio
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar
from typing import Protocol as Interface

from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.text import Text, text

if TYPE_CHECKING:
    from mailtrust.edge.lookup.dns_question import RawAnswer

LONGEST_CHAIN = 8
"""Aliases followed from one name before it counts as a loop."""
MOST_RECORDS = 100
"""Records kept of one answer."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long an answer is waited for, in seconds."""

    one_server: float = 4.0
    in_all: float = 10.0
    """Repetitions and further servers included."""


@dataclass(frozen=True, slots=True, order=True)
class MxRecord:
    """RFC 5321 5.1. `exchange` has no final dot; `.` alone says that the domain takes no mail (RFC 7505)."""

    preference: int
    exchange: str


@dataclass(frozen=True, slots=True)
class SrvRecord:
    """RFC 2782. `target` has no final dot; `.` alone says that the service is decidedly not offered."""

    priority: int
    weight: int
    port: int
    target: str


Record = TypeVar("Record")


@dataclass(frozen=True, slots=True)
class Found(Generic[Record]):
    """There are records. MX and SRV records stand best first, addresses IPv4 first."""

    records: tuple[Record, ...]
    aliases: tuple[str, ...] = ()
    """The names that the asked one led to by CNAME, in order; the last one holds the records."""
    ttl: int | None = None
    """Seconds; the least of the answer. None: not said, as by the system's own resolver."""
    authenticated: bool = False
    """The server set AD (RFC 4035 3.2.3): worth as much as the server and the way to it are."""
    incomplete: Text | None = None
    """Part of the question that got no answer (AAAA beside A), as a sentence."""


@dataclass(frozen=True, slots=True)
class NoData:
    """The name exists, or may exist, without records of this type (RFC 2308 2.2)."""

    name: str
    aliases: tuple[str, ...] = ()
    authenticated: bool = False

    def __str__(self) -> str:
        """The answer as a sentence."""
        return str(text("{name} has no such records.", name=clean(self.name, 255)))


@dataclass(frozen=True, slots=True)
class NoSuchName:
    """The name does not exist (RFC 2308 2.1)."""

    name: str
    aliases: tuple[str, ...] = ()
    authenticated: bool = False

    def __str__(self) -> str:
        """The answer as a sentence."""
        return str(text("{name} does not exist in DNS.", name=clean(self.name, 255)))


@dataclass(frozen=True, slots=True)
class LookupFailed:
    """Nobody knows: timeout, SERVFAIL, no server. It says nothing about the name."""

    why: Text

    def __str__(self) -> str:
        """The reason as a sentence."""
        return str(self.why)


Absent = NoData | NoSuchName | LookupFailed
MxAnswer = Found[MxRecord] | Absent
SrvAnswer = Found[SrvRecord] | Absent
AddressAnswer = Found[str] | Absent


class Resolver(Interface):
    """Whom we ask."""

    async def mx(self, domain: str) -> MxAnswer:
        """The mail exchangers of a domain; see `mail_hosts` for what their absence means."""
        ...

    async def srv(self, name: str) -> SrvAnswer:
        """The SRV records of `_service._proto.domain`."""
        ...

    async def addresses(self, host: str) -> AddressAnswer:
        """Every A and AAAA, as text. An IP literal answers itself."""
        ...


def mail_hosts(domain: str, answer: MxAnswer) -> tuple[str, ...]:
    """The hosts to which mail for the domain goes, best first; none when it takes no mail or nobody knows."""
    match answer:
        case Found(records=records) if any(record.exchange == "." for record in records):
            return ()  # RFC 7505 3: the null MX
        case Found(records=records):
            return tuple(dict.fromkeys(record.exchange for record in records))
        case NoData():
            return (domain,)  # RFC 5321 5.1: the implicit MX
        case _:
            return ()


def literal(host: str) -> str | None:
    """The IP address that `host` is, in its usual form; None for a name. Brackets (URLs) are taken off."""
    try:
        return str(ipaddress.ip_address(host.removeprefix("[").removesuffix("]")))
    except ValueError:
        return None


@dataclass(slots=True)
class FakeResolver:
    """A resolver fed by dictionaries; a name that is in none does not exist. `asked` keeps every question."""

    exchangers: Mapping[str, MxAnswer] = field(default_factory=dict)
    services: Mapping[str, SrvAnswer] = field(default_factory=dict)
    hosts: Mapping[str, AddressAnswer] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)

    async def mx(self, domain: str) -> MxAnswer:
        """What `exchangers` says."""
        self.asked.append(("mx", domain))
        return self.exchangers.get(domain, NoSuchName(domain))

    async def srv(self, name: str) -> SrvAnswer:
        """What `services` says."""
        self.asked.append(("srv", name))
        return self.services.get(name, NoSuchName(name))

    async def addresses(self, host: str) -> AddressAnswer:
        """What `hosts` says; an IP literal answers itself."""
        self.asked.append(("addresses", host))
        if address := literal(host):
            return Found((address,))
        return self.hosts.get(host, NoSuchName(host))


class DnsResolver:
    """The real one. MX and SRV are asked of `server`, or of the system's servers.

    Addresses are asked of `server` when there is one, else of the system (getaddrinfo), so that its hosts file and its
    other sources of names count as they do for every program.
    """

    def __init__(self, server: tuple[str, int] | None = None, patience: Patience | None = None) -> None:
        self._server = server
        self._patience = patience or Patience()

    async def mx(self, domain: str) -> MxAnswer:
        """The mail exchangers of a domain, most preferred first."""
        from mailtrust.edge.lookup import dns_question

        answer = await self._ask(domain, "MX")
        if not isinstance(answer, Found):
            return answer
        return dns_question.with_records(answer, sorted(dns_question.mx_records(answer.records)))

    async def srv(self, name: str) -> SrvAnswer:
        """The SRV records of a name: least priority number first, then most weight (RFC 2782)."""
        from mailtrust.edge.lookup import dns_question

        answer = await self._ask(name, "SRV")
        if not isinstance(answer, Found):
            return answer
        records = dns_question.srv_records(answer.records)
        return dns_question.with_records(answer, sorted(records, key=lambda record: (record.priority, -record.weight)))

    async def addresses(self, host: str) -> AddressAnswer:
        """Every A and AAAA of a name."""
        if address := literal(host):
            return Found((address,))
        if self._server is None:
            return await self._system_addresses(host)
        from mailtrust.edge.lookup import dns_question

        answers = await asyncio.gather(self._ask(host, "A"), self._ask(host, "AAAA"))
        return dns_question.both_families(*answers)

    async def _ask(self, name: str, record_type: str) -> "RawAnswer":
        from mailtrust.edge.lookup import dns_question

        return await dns_question.ask(self._server, name, record_type, self._patience)

    async def _system_addresses(self, host: str) -> AddressAnswer:
        from mailtrust.edge.lookup.system_names import system_addresses

        return await system_addresses(host, self._patience.in_all)
