"""Certificates and servers for looking at: OpenSSL's s_server, and asyncio servers that behave as they are told."""

import asyncio
import datetime as dt
import ssl
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from mailtrust.core.model.endpoint import Endpoint, Offer, Protocol, TlsMode
from mailtrust.core.model.observation import Observation
from mailtrust.edge.probe.prober import PortBudget, probe
from mailtrust.edge.probe.timeouts import Timeouts

NAME = "mail.example.test"
AT = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Chain:
    """A leaf with its key in PEM files, and what a server should be seen to send."""

    key: Path
    leaf: Path
    intermediate: Path
    ders: tuple[bytes, ...]


@pytest.fixture(scope="session")
def make_chain(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Chain]:
    def certificate(
        name: str,
        key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey,
        issuer: x509.Certificate | None,
        issuer_key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey,
    ) -> x509.Certificate:
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer.subject if issuer else subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(AT - dt.timedelta(days=9))
            .not_valid_after(AT + dt.timedelta(days=90))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        )
        return builder.sign(issuer_key, hashes.SHA256())

    def make(name: str = NAME, kind: str = "ec") -> Chain:
        folder = tmp_path_factory.mktemp(kind)
        issuer_key = ec.generate_private_key(ec.SECP256R1())
        leaf_key = rsa.generate_private_key(65537, 2048) if kind == "rsa" else ec.generate_private_key(ec.SECP256R1())
        intermediate = certificate("Test intermediate", issuer_key, None, issuer_key)
        leaf = certificate(name, leaf_key, intermediate, issuer_key)
        files = Chain(
            folder / "key.pem",
            folder / "leaf.pem",
            folder / "intermediate.pem",
            tuple(each.public_bytes(Encoding.DER) for each in (leaf, intermediate)),
        )
        files.key.write_bytes(leaf_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        files.leaf.write_bytes(leaf.public_bytes(Encoding.PEM))
        files.intermediate.write_bytes(intermediate.public_bytes(Encoding.PEM))
        return files

    return make


@pytest.fixture(scope="session")
def chain(make_chain: Callable[..., Chain]) -> Chain:
    return make_chain()


@pytest.fixture(scope="session")
def rsa_chain(make_chain: Callable[..., Chain]) -> Chain:
    return make_chain(kind="rsa")


@pytest.fixture
def s_server() -> Iterator[Callable[..., int]]:
    """Start `openssl s_server` on a free port of loopback."""
    running: list[subprocess.Popen[str]] = []

    def start(*arguments: str | Path) -> int:
        process = subprocess.Popen(
            ["openssl", "s_server", "-accept", "127.0.0.1:0", *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        running.append(process)
        assert process.stdout is not None
        said = ""
        while line := process.stdout.readline():
            if line.startswith("ACCEPT"):
                return int(line.rsplit(":", 1)[1])
            said += line
        raise AssertionError(said)

    yield start
    for process in running:
        process.kill()
        process.communicate()


@dataclass
class Heard:
    """What a server of ours heard from one client."""

    clear: bytes = b""
    inside: bytes = b""
    end: str = ""
    """fin, reset, or empty while the client is there."""
    connections: int = 0
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    done: asyncio.Event = field(default_factory=asyncio.Event)


Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter, Heard], Awaitable[None]]


@asynccontextmanager
async def serving(handler: Handler, **options: Any) -> AsyncIterator[tuple[int, Heard]]:
    """Run a handler as a server on loopback; gives its port and what it heard."""
    heard = Heard()
    tasks: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        heard.connections += 1
        heard.begun.set()
        try:
            await handler(reader, writer, heard)
        except (ConnectionError, ssl.SSLError) as error:
            heard.end = "reset" if isinstance(error, ConnectionError) else heard.end or "tls"
        except asyncio.CancelledError:
            pass  # the test is over
        finally:
            heard.done.set()
            writer.transport.abort()
            tasks.discard(task)

    server = await asyncio.start_server(connected, "127.0.0.1", 0, **options)
    async with server:
        yield server.sockets[0].getsockname()[1], heard
        for task in tuple(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@pytest.fixture
def serve() -> Callable[..., Any]:
    return serving


@pytest.fixture(scope="session")
def server_context(chain: Chain, tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """For asyncio servers that speak TLS well."""
    whole = tmp_path_factory.mktemp("context") / "chain.pem"
    whole.write_bytes(chain.leaf.read_bytes() + chain.intermediate.read_bytes())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(whole, chain.key)
    return context


# For servers that answer at once; what takes longer is a fault.
QUICK = Timeouts(connect=5, greeting=5, reply=5, handshake=5, leave=2, total=20, busy_pause=0.01)


@pytest.fixture
def quick() -> Timeouts:
    return QUICK


@pytest.fixture
def look() -> Callable[..., Awaitable[Observation]]:
    """Probe a port of loopback."""

    def looking(
        port: int,
        protocol: Protocol = Protocol.TLS,
        tls_mode: TlsMode = TlsMode.IMPLICIT,
        *,
        offer: Offer = Offer.DEFAULT,
        server_name: str | None = NAME,
        timeouts: Timeouts = QUICK,
        budget: PortBudget | None = None,
        client_name: str | None = None,
    ) -> Awaitable[Observation]:
        return probe(
            Endpoint(NAME, port, protocol, tls_mode, "127.0.0.1", server_name, "given"),
            offer,
            timeouts=timeouts,
            now=lambda: AT,
            budget=budget,
            client_name=client_name,
        )

    return looking
