"""A port of the lab: it listens, presents what stands in its folder, and reads the folder again on demand."""

import asyncio
import ssl
import warnings
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

from mailtrust.core.model.endpoint import Protocol, TlsMode
from mailtrust.core.model.text import Text, text
from mailtrust.core.x509.pem import CERTIFICATE_LABELS, find_pem
from mailtrust.core.x509.private_key import read_private_key
from mailtrust.lab import journal
from mailtrust.lab.flight import send_flight
from mailtrust.lab.lab_error import LabError
from mailtrust.lab.manners import GOOD_MANNERS, Manners
from mailtrust.lab.servers import SPEAK
from mailtrust.lab.stream import LONGEST_LINE, Secure, Stream
from mailtrust.lab.visits import Visits

BUNDLE = "bundle.pem"
"""The chain as it is presented, first certificate first: nginx's ssl_certificate."""
KEY = "key.pem"

SECOND = "second"
"""A folder below the port's: bundle and key of another kind, so that each client gets what it can use."""
NAMELESS = "nameless"
"""A folder below the port's: what who does not send the server's name (RFC 6066 3) gets instead."""

PATIENCE = 60.0
"""Seconds that one client may stay."""


class Listener:
    """One host's port; clients are sent here by a mapping, because the system chooses the real port."""

    def __init__(
        self,
        host: str,
        port: int,
        protocol: Protocol,
        tls_mode: TlsMode,
        folder: Path,
        *,
        address: str = "127.0.0.1",
        published: bool = True,
    ) -> None:
        self.host = host
        self.port = port
        """The port that clients believe in: 25, 443, ..."""
        self.protocol = protocol
        self.tls_mode = tls_mode
        self.folder = folder
        self.address = address
        """Of loopback."""
        self.published = published
        """Whether the name leads here; a backend behind a balancer is reached by its address alone."""
        self.manners = GOOD_MANNERS
        self.real_port = 0
        """The port on loopback, once it listens."""
        self.watch: Callable[[str, Text], None] = _unwatched
        """Is told which address came, and what it did."""
        self._secure: Secure = _not_ready
        self._server: asyncio.Server | None = None
        self._seen: tuple[int, ...] = ()
        self._visits = Visits()

    async def start(self, port: int = 0) -> None:
        """Listen, on a port that the system gives or on this one; raises LabError when there is nothing to present."""
        self.reload()
        loop = asyncio.get_running_loop()
        try:
            self._server = await loop.create_server(lambda: _Connection(self._serve), self.address, port)
        except OSError as error:
            raise LabError(
                text(
                    "Port {port} of {address} cannot be listened on: {error}. Try again; some scenarios need several "
                    "addresses of loopback, which only Linux has from the start.",
                    port=port,
                    address=self.address,
                    error=str(error),
                )
            ) from error
        self.real_port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stop listening and send everybody away."""
        if self._server is not None:
            self._server.close()
            await self._visits.end()
            await self._server.wait_closed()

    def behave(self, manners: Manners) -> None:
        """Have these manners from the next client on."""
        self.manners = manners
        self.reload()

    def reload(self) -> None:
        """Present what stands in the folder now; raises LabError, and keeps the old, when that can't be served."""
        self._seen = self._stamp()
        self._secure = self._by_hand() if self.manners.handshake == "by-hand" else self._by_library()

    @property
    def changed(self) -> bool:
        """Whether the folder holds something else than what was read last."""
        return self._stamp() != self._seen

    def _stamp(self) -> tuple[int, ...]:
        places = (self.folder, self.folder / SECOND, self.folder / NAMELESS)
        files = (place / name for place in places for name in (BUNDLE, KEY))
        return tuple(file.stat().st_mtime_ns if file.exists() else 0 for file in files)

    def _by_library(self) -> Secure:
        served = self._context(self.folder)
        if (self.folder / SECOND).exists():
            _load(served, self.folder / SECOND)
        nameless = self._context(self.folder / NAMELESS) if (self.folder / NAMELESS).exists() else served

        def choose(connection: ssl.SSLObject, name: str | None, gate: ssl.SSLContext) -> None:  # noqa: ARG001
            # OpenSSL asks this for every hello, also for one without a server name.
            connection.context = served if name == self.host else nameless

        gate = self._hollow_context()
        gate.sni_callback = choose

        async def secure(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await writer.start_tls(gate)

        return secure

    def _by_hand(self) -> Secure:
        bundle, key_file = self.folder / BUNDLE, self.folder / KEY
        try:
            blocks, key = find_pem(bundle.read_bytes()), read_private_key(key_file.read_bytes())
        except OSError as error:
            raise _not_served(bundle, key_file, str(error)) from error
        certificates = [block.data for block in blocks if block.label in CERTIFICATE_LABELS]
        if isinstance(key, Text):
            raise _not_served(bundle, key_file, str(key))

        async def secure(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await send_flight(reader, writer, certificates, key)

        return secure

    def _context(self, folder: Path) -> ssl.SSLContext:
        context = self._hollow_context()
        _load(context, folder)
        return context

    def _hollow_context(self) -> ssl.SSLContext:
        """A server's context without a certificate that lets any certificate be shown, weak ones too."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        newest = self.manners.newest_tls
        if newest is not None:
            with warnings.catch_warnings():  # Python advises against old versions, and rightly so
                warnings.simplefilter("ignore", DeprecationWarning)
                context.minimum_version = min(newest, ssl.TLSVersion.TLSv1_2)
                context.maximum_version = newest
        return context

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = writer.get_extra_info("peername")
        tell = partial(self.watch, str(peer[0]) if peer else "?")
        stream = Stream(reader, writer, self._secure, self.manners, tell)
        async with self._visits.serving(writer, PATIENCE):
            tell(journal.CONNECTED)
            if self.tls_mode is TlsMode.IMPLICIT:
                await stream.start_tls()
            await journal.listening(SPEAK[self.protocol](stream, self.host), stream, tell)


class _Connection(asyncio.StreamReaderProtocol):
    """A stream that ends when the client stops sending."""

    def __init__(self, serve: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]) -> None:
        super().__init__(asyncio.StreamReader(limit=LONGEST_LINE), serve)

    def eof_received(self) -> bool:
        super().eof_received()
        # The streams' own answer would keep a half of the connection open; TLS has no halves, and asyncio says so
        # on stderr when a client leaves in the moment in which clear text becomes TLS.
        return False


def _unwatched(_who: str, _happened: Text) -> None:
    """Nobody is told."""


async def _not_ready(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    raise ConnectionError


def _load(context: ssl.SSLContext, folder: Path) -> None:
    bundle, key = folder / BUNDLE, folder / KEY
    try:
        context.load_cert_chain(bundle, key)
    except (OSError, ValueError) as error:
        raise _not_served(bundle, key, str(error)) from error


def _not_served(bundle: Path, key: Path, error: str) -> LabError:
    return LabError(
        text(
            "{bundle} and {key} cannot be served: {error}. Put the server's own certificate first in the one "
            "and its private key into the other.",
            bundle=str(bundle),
            key=str(key),
            error=error,
        )
    )
