"""One question to a DNS server, by dnspython: UDP with TCP for what is cut, aliases followed, everything bounded.

Importing this is what costs time; `mailtrust.edge.lookup.dns` imports it when a question is asked.
"""

import ipaddress
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TypeVar

import dns.asyncresolver
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rdata
import dns.rdatatype
import dns.rdtypes.ANY.MX
import dns.rdtypes.ANY.TXT
import dns.rdtypes.IN.A
import dns.rdtypes.IN.AAAA
import dns.rdtypes.IN.SRV
import dns.resolver

from mailtrust.core.formats.srv import MxRecord, SrvRecord
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.text import text
from mailtrust.edge.lookup.dns_answers import (
    LONGEST_CHAIN,
    MOST_RECORDS,
    Absent,
    AddressAnswer,
    Found,
    LookupFailed,
    NoData,
    NoSuchName,
    Patience,
)

RawAnswer = Found[dns.rdata.Rdata] | Absent
Server = tuple[str, int]
Record = TypeVar("Record")

UDP_SIZE = 1232
"""Octets of a UDP answer that we take: no fragments (RFC 9715 3.2); a longer one comes by TCP."""


async def ask(server: Server | None, name: str, record_type: str, patience: Patience) -> RawAnswer:
    """Ask for a name's records of one type. Never raises for what a server answers, or does not."""
    try:
        resolver = _resolver(server, patience)
    except (dns.resolver.NoResolverConfiguration, OSError):
        return LookupFailed(text("This system names no DNS server. Name one with --dns ADDR:PORT."))
    try:
        current = dns.name.from_text(name)
    except (dns.exception.DNSException, ValueError):
        return LookupFailed(text("{name} cannot be a name in DNS.", name=clean(name, 255)))
    aliases: list[dns.name.Name] = []
    # A server that does not recurse names an alias and nothing more: then the alias is asked for.
    while True:
        try:
            answer = await resolver.resolve(current, record_type, raise_on_no_answer=False, search=False)
        except dns.resolver.NXDOMAIN as error:
            response: dns.message.Message = error.response(current)  # type: ignore[no-untyped-call]
            aliases += _aliases(response)
            return NoSuchName(name, _shown(aliases), _is_authenticated(response))
        except (dns.exception.DNSException, OSError) as error:
            return _failed(name, record_type, error)
        aliases += _aliases(answer.response)
        authenticated = _is_authenticated(answer.response)
        if answer.rrset is not None:
            ttl = answer.chaining_result.minimum_ttl
            own = bool(answer.response.flags & dns.flags.AA)
            records = tuple(answer.rrset)[:MOST_RECORDS]
            return Found(records, _shown(aliases), ttl, authenticated, authoritative=own)
        if answer.canonical_name == current:
            return NoData(name, _shown(aliases), authenticated)
        current = answer.canonical_name
        if len(aliases) > LONGEST_CHAIN or len(set(aliases)) < len(aliases):
            return LookupFailed(text("{name} is an alias that leads round in a circle, or too far.", name=name))


def mx_records(records: Iterable[dns.rdata.Rdata]) -> Iterator[MxRecord]:
    """The MX records among them."""
    for record in records:
        if isinstance(record, dns.rdtypes.ANY.MX.MX):
            yield MxRecord(record.preference, host_name(record.exchange))


def srv_records(records: Iterable[dns.rdata.Rdata]) -> Iterator[SrvRecord]:
    """The SRV records among them."""
    for record in records:
        if isinstance(record, dns.rdtypes.IN.SRV.SRV):
            yield SrvRecord(record.priority, record.weight, record.port, host_name(record.target))


def as_texts(records: Iterable[dns.rdata.Rdata]) -> tuple[str, ...]:
    """Each record in presentation form (RFC 1035 5.1); of TXT the strings joined and unquoted."""
    return tuple(
        b"".join(record.strings).decode("utf-8", "replace")
        if isinstance(record, dns.rdtypes.ANY.TXT.TXT)
        else record.to_text()
        for record in records
    )


def with_records(answer: Found[dns.rdata.Rdata], records: Sequence[Record]) -> Found[Record]:
    """The same answer with its records read."""
    return replace(answer, records=tuple(records))  # type: ignore[arg-type,return-value]


def both_families(four: RawAnswer, six: RawAnswer) -> AddressAnswer:
    """The answers for A and AAAA as one."""
    found = [answer for answer in (four, six) if isinstance(answer, Found)]
    failed = [answer for answer in (four, six) if isinstance(answer, LookupFailed)]
    if not found:
        if failed:
            return failed[0]
        return four if isinstance(four, NoSuchName) else _absent(six)
    addresses = {
        ipaddress.ip_address(record.address)
        for answer in found
        for record in answer.records
        if isinstance(record, dns.rdtypes.IN.A.A | dns.rdtypes.IN.AAAA.AAAA)
    }
    whole = with_records(found[0], [str(address) for address in sorted(addresses, key=lambda it: (it.version, it))])
    return replace(
        whole,
        ttl=min(answer.ttl or 0 for answer in found),
        authenticated=all(answer.authenticated for answer in found),
        incomplete=failed[0].why if failed else None,
    )


def host_name(name: dns.name.Name) -> str:
    """A name without its final dot, in lower case; the root is `.`."""
    return name.to_text(omit_final_dot=True).lower()


def servers_asked(server: Server | None, patience: Patience) -> tuple[str, ...]:
    """The addresses of the servers that would be asked; none where the system names none."""
    try:
        resolver = _resolver(server, patience)
    except (dns.resolver.NoResolverConfiguration, OSError):
        return ()
    return tuple(str(one) for one in resolver.nameservers)


@lru_cache(maxsize=8)
def _resolver(server: Server | None, patience: Patience) -> dns.asyncresolver.Resolver:
    resolver = dns.asyncresolver.Resolver(configure=server is None)
    if server is not None:
        resolver.nameservers = [server[0]]
        resolver.port = server[1]
    resolver.timeout = patience.one_server
    resolver.lifetime = patience.in_all
    # RFC 6840 5.7: AD in a question asks for AD in the answer.
    resolver.set_flags(dns.flags.RD | dns.flags.AD)
    resolver.use_edns(0, 0, UDP_SIZE)
    return resolver


def _aliases(response: dns.message.Message) -> list[dns.name.Name]:
    if not isinstance(response, dns.message.QueryMessage):
        return []
    try:
        return [rrset[0].target for rrset in response.resolve_chaining().cnames]
    except dns.exception.DNSException:
        return []


def _shown(aliases: list[dns.name.Name]) -> tuple[str, ...]:
    return tuple(host_name(alias) for alias in aliases)


def _is_authenticated(response: dns.message.Message) -> bool:
    return bool(response.flags & dns.flags.AD)


def _absent(answer: RawAnswer) -> Absent:
    if isinstance(answer, Found):
        raise TypeError("a found answer is not absent")
    return answer


def _failed(name: str, record_type: str, error: Exception) -> LookupFailed:
    if isinstance(error, dns.exception.Timeout):
        return LookupFailed(
            text(
                "No DNS server answered in time when asked for the {type} records of {name}. Try again, or ask "
                "another server with --dns ADDR:PORT.",
                type=record_type,
                name=name,
            )
        )
    return LookupFailed(
        text(
            "DNS gave no usable answer for the {type} records of {name}: {detail}",
            type=record_type,
            name=name,
            detail=clean(str(error), 200),
        )
    )
