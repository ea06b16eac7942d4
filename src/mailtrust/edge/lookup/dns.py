"""Whom we ask for names: the real resolver, and a fake of the same interface. Neither raises for what a server does."""

import asyncio
from collections.abc import Mapping
from dataclasses import field
from typing import TYPE_CHECKING
from typing import Protocol as Interface

from mailtrust.core.formats.srv import most_preferred_first
from mailtrust.core.model.frozen import record
from mailtrust.edge.lookup.dns_answers import (
    AddressAnswer,
    Found,
    MxAnswer,
    NoSuchName,
    Patience,
    SrvAnswer,
    TextAnswer,
    ZoneTtl,
    literal,
)

if TYPE_CHECKING:
    from mailtrust.edge.lookup.dns_question import RawAnswer


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

    async def texts(self, name: str, record_type: str) -> TextAnswer:
        """The records of any other type in presentation form; the strings of a TXT record joined (RFC 7208 3.3)."""
        ...

    async def zone_ttl(self, name: str, record_type: str) -> ZoneTtl | None:
        """The TTL by a server of the zone itself; None where none answers from here."""
        ...


@record
class FakeResolver:
    """A resolver fed by dictionaries; a name that is in none does not exist. `asked` keeps every question."""

    exchangers: Mapping[str, MxAnswer] = field(default_factory=dict)
    services: Mapping[str, SrvAnswer] = field(default_factory=dict)
    hosts: Mapping[str, AddressAnswer] = field(default_factory=dict)
    others: Mapping[tuple[str, str], TextAnswer] = field(default_factory=dict)
    """By name and type."""
    ttls: Mapping[tuple[str, str], ZoneTtl] = field(default_factory=dict)
    """By name and type, where a server of the zone answers."""
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

    async def texts(self, name: str, record_type: str) -> TextAnswer:
        """What `others` says."""
        self.asked.append((record_type, name))
        return self.others.get((name, record_type), NoSuchName(name))

    async def zone_ttl(self, name: str, record_type: str) -> ZoneTtl | None:
        """What `ttls` says."""
        return self.ttls.get((name, record_type))


class DnsResolver:
    """The real one. MX and SRV are asked of `server`, or of the system's servers.

    Addresses are asked of `server` when there is one, else of the system (getaddrinfo), so that its hosts file and its
    other sources of names count as they do for every program.
    """

    def __init__(self, server: tuple[str, int] | None = None, patience: Patience | None = None) -> None:
        self._server = server
        self._patience = patience or Patience()

    @property
    def servers(self) -> tuple[str, ...]:
        """The addresses of those who are asked."""
        from mailtrust.edge.lookup import dns_question

        return dns_question.servers_asked(self._server, self._patience)

    async def mx(self, domain: str) -> MxAnswer:
        """The mail exchangers of a domain, most preferred first."""
        from mailtrust.edge.lookup import dns_question

        answer = await self._ask(domain, "MX")
        if not isinstance(answer, Found):
            return answer
        return dns_question.with_records(answer, most_preferred_first(dns_question.mx_records(answer.records)))

    async def srv(self, name: str) -> SrvAnswer:
        """The SRV records of a name: least priority number first, then most weight (RFC 2782)."""
        from mailtrust.edge.lookup import dns_question

        answer = await self._ask(name, "SRV")
        if not isinstance(answer, Found):
            return answer
        records = dns_question.srv_records(answer.records)
        return dns_question.with_records(answer, sorted(records, key=lambda one: (one.priority, -one.weight)))

    async def addresses(self, host: str) -> AddressAnswer:
        """Every A and AAAA of a name."""
        if address := literal(host):
            return Found((address,))
        if self._server is None:
            return await self._system_addresses(host)
        from mailtrust.edge.lookup import dns_question

        answers = await asyncio.gather(self._ask(host, "A"), self._ask(host, "AAAA"))
        return dns_question.both_families(*answers)

    async def texts(self, name: str, record_type: str) -> TextAnswer:
        """Records of any type, as text."""
        from mailtrust.edge.lookup import dns_question

        answer = await self._ask(name, record_type)
        if not isinstance(answer, Found):
            return answer
        return dns_question.with_records(answer, dns_question.as_texts(answer.records))

    async def zone_ttl(self, name: str, record_type: str) -> ZoneTtl | None:
        """The TTL by a server of the zone itself."""
        from mailtrust.edge.lookup import dns_authority

        return await dns_authority.zone_ttl(self._server, name, record_type, self._patience)

    async def _ask(self, name: str, record_type: str) -> "RawAnswer":
        from mailtrust.edge.lookup import dns_question

        return await dns_question.ask(self._server, name, record_type, self._patience)

    async def _system_addresses(self, host: str) -> AddressAnswer:
        from mailtrust.edge.lookup.system_names import system_addresses

        return await system_addresses(host, self._patience.in_all)
