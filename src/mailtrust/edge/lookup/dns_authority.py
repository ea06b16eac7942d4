"""What a zone's own servers say of a record's TTL: a resolver tells what is left of it in its memory (RFC 1035 3.2.1).

Importing this is what costs time; `mailtrust.edge.lookup.dns` imports it when it is asked.
"""

import asyncio

import dns.asyncquery
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rdatatype
import dns.rdtypes.ANY.NS

from mailtrust.edge.lookup.dns_answers import Found, Patience, ZoneTtl
from mailtrust.edge.lookup.dns_question import UDP_SIZE, Server, ask, both_families

ANSWER_SECONDS = 1.0
"""One try: where port 53 is closed to all but resolvers, nobody is to wait long for what is only nice to know."""
MOST_SERVERS = 2
"""Names of servers, and addresses of them, that are asked at once."""
PORT = 53


async def zone_ttl(resolver: Server | None, name: str, record_type: str, patience: Patience) -> ZoneTtl | None:
    """Ask a server of the zone that a name is in; None where none answers from here. Never raises.

    `resolver`: who is asked for the zone's servers, else the system's.
    """
    try:
        place = dns.name.from_text(name)
    except (dns.exception.DNSException, ValueError):
        return None
    servers = await _servers(resolver, place, patience)
    found = await asyncio.gather(*(_asked(one, place, record_type) for one in servers))
    return next((one for one in found if one is not None), None)


async def _servers(resolver: Server | None, place: dns.name.Name, patience: Patience) -> list[str]:
    # All levels at once: whoever asks one after the other waits for each. The longest that has servers is the zone.
    zones = [dns.name.Name(place.labels[at:]) for at in range(len(place.labels) - 2)]
    answers = await asyncio.gather(*(ask(resolver, zone.to_text(), "NS", patience) for zone in zones))
    records = next((one.records for one in answers if isinstance(one, Found) and not one.aliases), ())
    hosts = [one.target.to_text() for one in records if isinstance(one, dns.rdtypes.ANY.NS.NS)][:MOST_SERVERS]
    found = await asyncio.gather(*(ask(resolver, host, kind, patience) for host in hosts for kind in ("A", "AAAA")))
    told = [both_families(four, six) for four, six in zip(found[::2], found[1::2], strict=True)]
    return [one.records[0] for one in told if isinstance(one, Found) and one.records]


async def _asked(address: str, place: dns.name.Name, record_type: str) -> ZoneTtl | None:
    query = dns.message.make_query(place, record_type, payload=UDP_SIZE)
    query.flags &= ~dns.flags.RD
    try:
        answer, _ = await dns.asyncquery.udp_with_fallback(query, address, ANSWER_SECONDS, PORT)
    except (dns.exception.DNSException, EOFError, OSError):
        return None
    wanted = dns.rdatatype.from_text(record_type)
    for rrset in answer.answer if answer.flags & dns.flags.AA else ():
        if rrset.name == place and rrset.rdtype == wanted:
            return ZoneTtl(rrset.ttl, address)
    return None
