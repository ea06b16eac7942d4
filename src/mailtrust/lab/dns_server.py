"""The lab's DNS: answers from a zone that is plain data, over UDP and TCP on one loopback port."""

import asyncio
import socket
import struct
from collections.abc import Iterable

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset

from mailtrust.core.model.text import text
from mailtrust.lab.lab_error import LabError

TTL = 0
"""Seconds: a cure is visible at once."""
LONGEST_CHAIN = 8
"""CNAMEs followed in one answer."""
UDP_SIZE = 1232
"""Octets of a UDP answer at most; a longer one is cut and asked for again over TCP (RFC 9715 3.2)."""
PATIENCE = 10.0
PORT_TRIES = 20


class Zone:
    """Names and their records as text; a name that is not here does not exist."""

    def __init__(self) -> None:
        self._records: dict[tuple[dns.name.Name, dns.rdatatype.RdataType], list[str]] = {}

    def add(self, name: str, record_type: str, *values: str) -> None:
        """Add records; host names inside `values` need no final dot."""
        self._records.setdefault(_key(name, record_type), []).extend(values)

    def replace(self, name: str, record_type: str, *values: str) -> None:
        """Forget the name's records of that type and put these in their place; none removes them."""
        self._records.pop(_key(name, record_type), None)
        if values:
            self.add(name, record_type, *values)

    def values(self, name: str, record_type: str) -> tuple[str, ...]:
        """The name's records of that type."""
        return tuple(self._records.get(_key(name, record_type), ()))

    def lines(self) -> Iterable[str]:
        """The zone in the form of a zone file (RFC 1035 5.1), for people."""
        for (name, record_type), values in sorted(self._records.items()):
            yield from (f"{name} {TTL} IN {record_type.name} {value}" for value in values)

    def answer(self, query: dns.message.Message) -> dns.message.Message:
        """The answer to a query: records, CNAMEs on the way, an empty answer, or NXDOMAIN."""
        response = dns.message.make_response(query, recursion_available=True)
        response.flags |= dns.flags.AA
        if len(query.question) != 1:
            response.set_rcode(dns.rcode.FORMERR)
            return response
        question = query.question[0]
        name = question.name
        for _ in range(LONGEST_CHAIN):
            if found := self._rrset(name, question.rdtype):
                response.answer.append(found)
                return response
            alias = self._rrset(name, dns.rdatatype.CNAME)
            if alias is None:
                break
            response.answer.append(alias)
            name = alias[0].target
        if not self._exists(name):
            response.set_rcode(dns.rcode.NXDOMAIN)
        return response

    def _rrset(self, name: dns.name.Name, record_type: dns.rdatatype.RdataType) -> dns.rrset.RRset | None:
        values = self._records.get((_folded(name), record_type))
        if not values:
            return None
        return dns.rrset.from_text_list(
            name, TTL, dns.rdataclass.IN, record_type, values, origin=dns.name.root, relativize=False
        )

    def _exists(self, name: dns.name.Name) -> bool:
        # RFC 8020 2: a name with something below it exists, though it has no records itself.
        return any(known.is_subdomain(_folded(name)) for known, _ in self._records)


class DnsServer:
    """The zone on a port."""

    def __init__(self, zone: Zone, address: str, port: int = 0) -> None:
        self.zone = zone
        self.address = address
        self._udp, self._tcp = _same_port(address, port)
        self.port: int = self._udp.getsockname()[1]
        self._transport: asyncio.DatagramTransport | None = None
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Answer from now on."""
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: _Datagrams(self.zone), sock=self._udp)
        self._server = await asyncio.start_server(self._serve, sock=self._tcp)

    async def stop(self) -> None:
        """Answer no more."""
        if self._transport is not None:
            self._transport.close()
        if self._server is not None:
            self._server.close()
        self._udp.close()
        self._tcp.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                while True:
                    # RFC 1035 4.2.2: two octets of length before each message.
                    (length,) = struct.unpack("!H", await reader.readexactly(2))
                    answer = _answer(self.zone, await reader.readexactly(length))
                    if answer is None:
                        break
                    wire = answer.to_wire()
                    writer.write(struct.pack("!H", len(wire)) + wire)
                    await writer.drain()
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, zone: Zone) -> None:
        self._zone = zone
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        answer = _answer(self._zone, data)
        if answer is None or self._transport is None:
            return
        try:
            wire = answer.to_wire(max_size=UDP_SIZE)
        except dns.exception.TooBig:
            answer.answer.clear()
            answer.flags |= dns.flags.TC
            wire = answer.to_wire()
        self._transport.sendto(wire, addr)


def _answer(zone: Zone, wire: bytes) -> dns.message.Message | None:
    """The answer to what came in; None for what is no query at all."""
    try:
        query = dns.message.from_wire(wire)
    except dns.exception.DNSException:
        return None
    return None if query.flags & dns.flags.QR else zone.answer(query)


def _key(name: str, record_type: str) -> tuple[dns.name.Name, dns.rdatatype.RdataType]:
    return _folded(dns.name.from_text(name)), dns.rdatatype.from_text(record_type)


def _folded(name: dns.name.Name) -> dns.name.Name:
    return name.canonicalize()


def _same_port(address: str, port: int) -> tuple[socket.socket, socket.socket]:
    """A UDP and a TCP socket on one port, which the system chooses when `port` is 0."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    for _ in range(PORT_TRIES):
        tcp = socket.socket(family, socket.SOCK_STREAM)
        try:
            tcp.bind((address, port))
        except OSError:
            tcp.close()
            raise
        udp = socket.socket(family, socket.SOCK_DGRAM)
        try:
            udp.bind(tcp.getsockname()[:2])
        except OSError:
            # Another program holds the same number for UDP.
            tcp.close()
            udp.close()
            continue
        udp.setblocking(False)
        tcp.setblocking(False)
        return udp, tcp
    raise LabError(
        text(
            "No port of {address} was free for both UDP and TCP in {tries} tries. Try again.",
            address=address,
            tries=PORT_TRIES,
        )
    )
