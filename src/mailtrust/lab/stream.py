"""One connection as the lab's servers see it: lines in, lines out, and TLS on demand."""

import asyncio
import ssl
from collections.abc import Callable

LONGEST_LINE = 8192
"""Octets; a client that sends more in one line is disconnected."""


class Stream:
    """A connection that starts in clear text or inside TLS; `context` gives the certificate in service right now."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        context: Callable[[], ssl.SSLContext],
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._context = context

    @property
    def inside_tls(self) -> bool:
        """Whether TLS protects the connection."""
        return self._writer.get_extra_info("ssl_object") is not None

    async def line(self) -> str | None:
        """The next line without its end, as ASCII with anything else replaced; None when there is none."""
        try:
            line = await self._reader.readuntil(b"\n")
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            return None
        return line.rstrip(b"\r\n").decode("ascii", "replace")

    async def exactly(self, count: int) -> bytes | None:
        """The next `count` octets; None when the connection ends before."""
        try:
            return await self._reader.readexactly(count)
        except asyncio.IncompleteReadError:
            return None

    async def until_end(self) -> None:
        """Read and forget whatever comes until the client leaves."""
        while await self._reader.read(LONGEST_LINE):
            pass

    async def say(self, *lines: str) -> None:
        """Send lines, each ended with CR LF."""
        await self.send("".join(f"{line}\r\n" for line in lines).encode("ascii"))

    async def send(self, data: bytes) -> None:
        """Send octets as they are."""
        self._writer.write(data)
        await self._writer.drain()

    async def start_tls(self) -> None:
        """Become a TLS server on this connection; raises OSError (ssl.SSLError too) when the handshake fails."""
        await self._writer.start_tls(self._context())

    async def close(self) -> None:
        """Leave; a client that is gone already is no error."""
        self._writer.close()
        try:
            await self._writer.wait_closed()
        except OSError:
            return
