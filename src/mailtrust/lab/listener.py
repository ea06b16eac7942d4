"""A port of the lab: it listens, presents what stands in its folder, and reads the folder again on demand."""

import asyncio
import contextlib
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path

from mailtrust.core.model.endpoint import Protocol, TlsMode
from mailtrust.core.model.text import text
from mailtrust.lab.lab_error import LabError
from mailtrust.lab.servers import SPEAK
from mailtrust.lab.stream import LONGEST_LINE, Stream

BUNDLE = "bundle.pem"
"""The chain as it is presented, first certificate first: nginx's ssl_certificate."""
KEY = "key.pem"

PATIENCE = 60.0
"""Seconds that one client may stay."""


class Listener:
    """One host's port; clients are sent here by a mapping, because the system chooses the real port."""

    def __init__(self, host: str, port: int, protocol: Protocol, tls_mode: TlsMode, folder: Path) -> None:
        self.host = host
        self.port = port
        """The port that clients believe in: 25, 443, ..."""
        self.protocol = protocol
        self.tls_mode = tls_mode
        self.folder = folder
        self.real_port = 0
        """The port on loopback, once it listens."""
        self._context = _hollow_context()
        self._server: asyncio.Server | None = None
        self._seen = (0, 0)
        self._visitors: set[asyncio.StreamWriter] = set()

    async def start(self, address: str) -> None:
        """Listen on a port that the system gives; raises LabError when there is nothing to present."""
        self.reload()
        gate = _hollow_context()
        gate.sni_callback = self._present
        implicit = gate if self.tls_mode is TlsMode.IMPLICIT else None
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Connection(self._serve), address, 0, ssl=implicit)
        self.real_port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stop listening and send everybody away."""
        if self._server is not None:
            self._server.close()
            for visitor in self._visitors:
                visitor.transport.abort()
            await self._server.wait_closed()

    def reload(self) -> None:
        """Present what stands in the folder now; raises LabError, and keeps the old, when that can't be served."""
        context = _hollow_context()
        bundle, key = self.folder / BUNDLE, self.folder / KEY
        self._seen = self._stamp()
        try:
            context.load_cert_chain(bundle, key)
        except (OSError, ValueError) as error:
            raise LabError(
                text(
                    "{bundle} and {key} cannot be served: {error}. Put the server's own certificate first in the one "
                    "and its private key into the other.",
                    bundle=str(bundle),
                    key=str(key),
                    error=str(error),
                )
            ) from error
        self._context = context

    @property
    def changed(self) -> bool:
        """Whether the folder holds something else than what was read last."""
        return self._stamp() != self._seen

    def _stamp(self) -> tuple[int, int]:
        files = [self.folder / BUNDLE, self.folder / KEY]
        bundle, key = (file.stat().st_mtime_ns if file.exists() else 0 for file in files)
        return bundle, key

    def _present(self, connection: ssl.SSLObject, name: str | None, gate: ssl.SSLContext) -> None:  # noqa: ARG002
        # OpenSSL asks this for every hello, also for one without a server name: so a reload shows on the next one.
        connection.context = self._context

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._visitors.add(writer)
        stream = Stream(reader, writer, lambda: self._context)
        # A client may break the handshake, vanish or stay for ever: that is its right here, and no event of the lab.
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(PATIENCE):
                await SPEAK[self.protocol](stream, self.host)
        await stream.close()
        self._visitors.discard(writer)


class _Connection(asyncio.StreamReaderProtocol):
    """A stream that ends when the client stops sending."""

    def __init__(self, serve: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]) -> None:
        super().__init__(asyncio.StreamReader(limit=LONGEST_LINE), serve)

    def eof_received(self) -> bool:
        super().eof_received()
        # The streams' own answer would keep a half of the connection open; TLS has no halves, and asyncio says so
        # on stderr when a client leaves in the moment in which clear text becomes TLS.
        return False


def _hollow_context() -> ssl.SSLContext:
    """A server's context without a certificate that lets any certificate be shown, weak ones too."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    return context
