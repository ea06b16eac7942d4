"""A port in front of a web server that writes down by which names its visitors come, and passes their octets on.

The web server's own log holds requests alone: who leaves because of the certificate is not in it.
"""

import asyncio
import contextlib
import re
import ssl
from collections.abc import Callable
from typing import Literal

from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.text import text
from mailtrust.lab.daemons import LOOPBACK
from mailtrust.lab.lab_error import LabError
from mailtrust.lab.visits import Visits

LONGEST = 65536
"""Octets that are read before a name must have come."""
PATIENCE = 60.0
_HOST = re.compile(rb"\r\nhost:[ \t]*([^\r\n:]{1,253})", re.IGNORECASE)

Came = Callable[[str, int], None]
"""Takes the name by which somebody came (empty: without one), and the port that he believes in."""


class Gate:
    """One port at one address."""

    def __init__(self, scheme: Literal["https", "http"], behind: int, came: Came, address: str = LOOPBACK) -> None:
        """`behind`: the web server's port on loopback."""
        self._name_in = _server_name if scheme == "https" else _host
        self._port = 443 if scheme == "https" else 80
        self._behind = behind
        self._came = came
        self._address = address
        self._visits = Visits()
        self._listening: asyncio.Server | None = None

    async def start(self, port: int) -> None:
        """Open it. Raises LabError."""
        try:
            self._listening = await asyncio.start_server(self._pass, self._address, port)
        except OSError as error:
            raise LabError(
                text(
                    "Port {port} of {address} cannot be listened on: {error}. Try again; some scenarios need several "
                    "addresses of loopback, which only Linux has from the start.",
                    port=port,
                    address=self._address,
                    error=str(error),
                )
            ) from error

    async def stop(self) -> None:
        """Close it, and send everybody away."""
        if self._listening is not None:
            self._listening.close()
            await self._visits.end()
            await self._listening.wait_closed()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with self._visits.serving(writer, PATIENCE):
            head = b""
            name: str | None = None
            while name is None and len(head) < LONGEST and (more := await reader.read(LONGEST)):
                head += more
                name = self._name_in(head)
            self._came(clean(name or "", 253).lower(), self._port)
            there_reader, there_writer = await asyncio.open_connection(LOOPBACK, self._behind)
            try:
                there_writer.write(head)
                # Whoever is done first takes the other along: the web server closes after its answer.
                pumps = [asyncio.ensure_future(_pump(reader, there_writer)),
                         asyncio.ensure_future(_pump(there_reader, writer))]  # fmt: skip
                try:
                    await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    for pump in pumps:
                        pump.cancel()
                    await asyncio.gather(*pumps, return_exceptions=True)
            finally:
                there_writer.close()


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while octets := await source.read(LONGEST):
            sink.write(octets)
            await sink.drain()


def _host(head: bytes) -> str | None:
    """The name in a request's head (RFC 9112 3.2); None while it has not come."""
    found = _HOST.search(head)
    if found is not None:
        return found[1].strip().decode("latin-1")
    return "" if b"\r\n\r\n" in head else None


def _server_name(hello: bytes) -> str | None:
    """The name in a hello (RFC 6066 3), as OpenSSL reads it; None while the hello is not whole."""
    names: list[str] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.sni_callback = lambda _connection, name, _context: names.append(name or "")
    incoming = ssl.MemoryBIO()
    incoming.write(hello)
    try:
        context.wrap_bio(incoming, ssl.MemoryBIO(), server_side=True).do_handshake()
    except ssl.SSLWantReadError:
        return names[0] if names else None
    except (OSError, ValueError):
        pass  # Without a certificate it must fail; where it failed earlier, no name came.
    return names[0] if names else ""
