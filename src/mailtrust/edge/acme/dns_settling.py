"""Waiting until every authoritative server of a zone gives the record: a CA asks any of them."""

import time
from collections.abc import Iterable, Mapping

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rdatatype
import dns.rdtypes.ANY.TXT
import dns.resolver

from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.problem import CouldNotLook, UserProblem
from mailtrust.core.model.text import text
from mailtrust.edge.lookup.dns_answers import LONGEST_CHAIN

ANSWER_SECONDS = 4.0
MOST_SERVERS = 30
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0

Server = tuple[str, int]


class Settling:
    """Knows where a name's record stands, and who answers for it."""

    def __init__(self, server: Server | None, *, seconds: float, ports: Mapping[str, int] | None = None) -> None:
        """`server`: the DNS server to ask, else the system's; `seconds`: how long to wait, 0 for not at all.

        `ports`: of authoritative servers, by address, that do not answer at 53.
        """
        self._server = server
        self._seconds = seconds
        self._ports = {} if ports is None else dict(ports)

    def place_of(self, name: str) -> dns.name.Name:
        """Where the record of this name stands: aliases are followed, as the CA does (RFC 8555 8.4)."""
        current = dns.name.from_text(name)
        for _ in range(LONGEST_CHAIN):
            found = self._ask(current, "CNAME")
            if not found:
                return current
            current = found[0].target
        raise CouldNotLook(text("{name} is an alias that leads round in a circle, or too far.", name=clean(name, 255)))

    def wait(self, records: Iterable[tuple[str, str]]) -> None:
        """Wait until every server has every record (name and text). Raises UserProblem with those that do not."""
        if not self._seconds:
            return
        wanted = [(self.place_of(name), value) for name, value in records]
        missing = [(server, place, value) for place, value in wanted for server in self._authorities(place)]
        ends, pause = time.monotonic() + self._seconds, FIRST_PAUSE
        while missing := [one for one in missing if not self._gives(*one)]:
            if time.monotonic() + pause > ends:
                raise UserProblem(
                    text(
                        "After {seconds} seconds these servers do not give the record at {name}: {servers}. Is the "
                        "zone sent to them? --dns-wait SECONDS waits longer, and 0 not at all. Nothing was ordered.",
                        seconds=round(self._seconds),
                        name=missing[0][1].to_text(omit_final_dot=True),
                        servers=tuple(dict.fromkeys(server for server, *_ in missing)),
                    )
                )
            time.sleep(pause)
            pause = min(pause * 1.5, LONGEST_PAUSE)

    def _authorities(self, place: dns.name.Name) -> list[str]:
        """The addresses of the zone's servers."""
        zone: dns.name.Name | None = place
        while zone is not None and not (servers := self._ask(zone, "NS")):
            zone = zone.parent() if zone != dns.name.root else None
        if zone is None or zone == dns.name.root:
            raise CouldNotLook(
                text("DNS names no server for {name}: does the domain exist?", name=place.to_text(omit_final_dot=True))
            )
        addresses = [
            found.address for record in servers for kind in ("A", "AAAA") for found in self._ask(record.target, kind)
        ]
        if not addresses:
            raise CouldNotLook(
                text("DNS gives no address of the servers of {zone}.", zone=zone.to_text(omit_final_dot=True))
            )
        return list(dict.fromkeys(addresses))[:MOST_SERVERS]

    def _gives(self, address: str, place: dns.name.Name, value: str) -> bool:
        """Whether this server gives the record. One that this machine has no way to is left to the CA."""
        query = dns.message.make_query(place, "TXT")
        query.flags &= ~dns.flags.RD
        try:
            answer = dns.query.tcp(query, address, timeout=ANSWER_SECONDS, port=self._ports.get(address, 53))
        except (dns.exception.DNSException, EOFError, ConnectionError, TimeoutError):
            return False
        except OSError:  # no route: IPv6, mostly
            return True
        return any(
            b"".join(record.strings) == value.encode("ascii")
            for rrset in answer.answer
            if rrset.name == place
            for record in rrset
            if isinstance(record, dns.rdtypes.ANY.TXT.TXT)
        )

    def _ask(self, name: dns.name.Name, kind: str) -> list:  # type: ignore[type-arg]
        resolver = self._resolver()
        try:
            answer = resolver.resolve(name, kind, raise_on_no_answer=False, search=False)
        except dns.resolver.NXDOMAIN:
            return []
        except (dns.exception.DNSException, OSError) as error:
            raise CouldNotLook(
                text(
                    "DNS gave no usable answer for the {type} records of {name}: {detail}",
                    type=kind,
                    name=name.to_text(omit_final_dot=True),
                    detail=clean(str(error), 200),
                )
            ) from error
        # With an alias in between the records belong to another name: that is not what was asked.
        if answer.rrset is None or (kind in ("NS", "CNAME") and answer.rrset.name != name):
            return []
        return list(answer.rrset)[:MOST_SERVERS]

    def _resolver(self) -> dns.resolver.Resolver:
        try:
            resolver = dns.resolver.Resolver(configure=self._server is None)
        except (dns.resolver.NoResolverConfiguration, OSError) as error:
            raise CouldNotLook(text("This system names no DNS server. Name one with --dns ADDR:PORT.")) from error
        if self._server is not None:
            resolver.nameservers, resolver.port = [self._server[0]], self._server[1]
        resolver.lifetime = 3 * ANSWER_SECONDS
        resolver.cache = None
        return resolver
