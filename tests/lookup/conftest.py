"""Certificates made for one test, and on loopback web servers and a DNS server that do what they are told."""

import asyncio
import contextlib
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.x509.parse import read_certificate

NOT_BEFORE = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Party:
    """A subject with its key and certificate."""

    key: ec.EllipticCurvePrivateKey
    certificate: Certificate

    @property
    def der(self) -> bytes:
        return self.certificate.der


def make_party(
    name: str,
    issuer: Party | None = None,
    *,
    ca: bool = True,
    urls: Sequence[str] = (),
    key: ec.EllipticCurvePrivateKey | None = None,
) -> Party:
    """A certificate for `name`, self-signed without an issuer."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    issuer_name = subject if issuer is None else x509.load_der_x509_certificate(issuer.der).subject
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer_name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOT_BEFORE)
        .not_valid_after(NOT_BEFORE + timedelta(days=3650))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    if urls:
        access = [
            x509.AccessDescription(x509.AuthorityInformationAccessOID.CA_ISSUERS, x509.UniformResourceIdentifier(url))
            for url in urls
        ]
        builder = builder.add_extension(x509.AuthorityInformationAccess(access), critical=False)
    signer = key if issuer is None else issuer.key
    made = builder.sign(signer, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
    certificate = read_certificate(made)
    assert isinstance(certificate, Certificate)
    return Party(key, certificate)


@pytest.fixture
def party() -> Callable[..., Party]:
    return make_party


Script = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class WebServer:
    """An HTTP server: a path gives octets (with status 200), whole responses, or a script that has the stream."""

    host: str
    port: int = 0
    scheme: str = "http"
    pages: dict[str, bytes | Script] = field(default_factory=dict)
    requests: list[bytes] = field(default_factory=list)
    """The heads that came."""
    busy: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def base(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"

    def put(self, path: str, page: bytes | Script) -> str:
        self.pages[path] = page
        return self.base + path

    def redirect(self, path: str, location: str, status: int = 302) -> str:
        return self.put(
            path, f"HTTP/1.1 {status} Go\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode("latin-1")
        )

    def paths(self) -> list[str]:
        return [head.split()[1].decode() for head in self.requests]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.busy.add(task)
        try:
            await self._serve(reader, writer)
        except asyncio.CancelledError:
            pass  # The test is over.
        finally:
            self.busy.discard(task)
            writer.transport.abort()

    async def stop(self) -> None:
        for task in self.busy:
            task.cancel()
        await asyncio.gather(*self.busy, return_exceptions=True)
        await asyncio.sleep(0.01)  # Aborted connections are closed by the loop's next rounds.

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            head = await reader.readuntil(b"\r\n\r\n")
            self.requests.append(head)
            path = head.split()[1].decode("latin-1")
            page = self.pages.get(path, b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
            if callable(page):
                await page(reader, writer)
            elif page.startswith(b"HTTP/"):
                writer.write(page)
            else:
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(page) + page)
            await writer.drain()
            writer.close()
            await writer.wait_closed()


Running = Callable[..., Awaitable[WebServer]]


@pytest.fixture
async def web_server() -> AsyncIterator[Running]:
    """Start servers; they stop with the test."""
    async with contextlib.AsyncExitStack() as stack:

        async def start(host: str = "127.0.0.1", *, tls: ssl.SSLContext | None = None) -> WebServer:
            web = WebServer(host, scheme="https" if tls else "http")
            server = await asyncio.start_server(web.serve, host, 0, ssl=tls)
            web.port = server.sockets[0].getsockname()[1]
            stack.push_async_callback(web.stop)
            stack.callback(server.close)
            return web

        yield start


@pytest.fixture
def server_tls(tmp_path: Path) -> ssl.SSLContext:
    """A TLS server that nobody has a reason to trust."""
    party = make_party("nobody.example", ca=False)
    pem = party.key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    pem += x509.load_der_x509_certificate(party.der).public_bytes(serialization.Encoding.PEM)
    file = tmp_path / "server.pem"
    file.write_bytes(pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


@dataclass
class NameServer:
    """A DNS server whose answers are records in text, exactly as written: nothing is followed or completed."""

    port: int = 0
    records: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    """By name and type; `("name", "CNAME")` is the answer to every type of a name that has no such records."""
    rcodes: dict[tuple[str, str], dns.rcode.Rcode] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)
    authenticated: set[str] = field(default_factory=set)
    follow: bool = True
    """Put the alias's own records into the answer, as a recursive server does."""
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    """Transport, name, type."""

    def answer(self, wire: bytes, transport: str) -> bytes | None:
        query = dns.message.from_wire(wire)
        question = query.question[0]
        name, record_type = question.name.to_text(omit_final_dot=True).lower(), dns.rdatatype.to_text(question.rdtype)
        self.asked.append((transport, name, record_type))
        if name in self.silent:
            return None
        response = dns.message.make_response(query, recursion_available=True)
        response.flags |= dns.flags.AD if name in self.authenticated else 0
        if rcode := self.rcodes.get((name, record_type)):
            response.set_rcode(rcode)
            return response.to_wire()
        current = name
        while True:
            if values := self.records.get((current, record_type)):
                response.answer.append(self._rrset(current, record_type, values))
                break
            alias = self.records.get((current, "CNAME"))
            if alias is None or len(response.answer) > 20:
                break
            response.answer.append(self._rrset(current, "CNAME", alias))
            current = alias[0].rstrip(".")
            if not self.follow:
                break
        if not any(known == current for known, _ in self.records) and (self.follow or not response.answer):
            response.set_rcode(dns.rcode.NXDOMAIN)
        whole = response.to_wire(max_size=65535)
        if transport == "udp" and len(whole) > 1232:
            response.answer.clear()
            response.flags |= dns.flags.TC
            whole = response.to_wire(max_size=65535)
        return whole

    def _rrset(self, name: str, record_type: str, values: list[str]) -> dns.rrset.RRset:
        return dns.rrset.from_text_list(name + ".", 300, "IN", record_type, values)


class _Udp(asyncio.DatagramProtocol):
    def __init__(self, server: NameServer) -> None:
        self.server = server

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: object) -> None:
        if answer := self.server.answer(data, "udp"):
            self.transport.sendto(answer, addr)  # type: ignore[attr-defined]


@pytest.fixture
async def name_server() -> AsyncIterator[NameServer]:
    """A DNS server on loopback, UDP and TCP on one port."""
    server = NameServer()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, OSError):
            (length,) = struct.unpack("!H", await reader.readexactly(2))
            if answer := server.answer(await reader.readexactly(length), "tcp"):
                writer.write(struct.pack("!H", len(answer)) + answer)
                await writer.drain()
        writer.close()

    tcp = await asyncio.start_server(serve, "127.0.0.1", 0)
    server.port = tcp.sockets[0].getsockname()[1]
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.setblocking(False)
    udp.bind(("127.0.0.1", server.port))
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(lambda: _Udp(server), sock=udp)
    yield server
    transport.close()
    tcp.close()
    await tcp.wait_closed()
