"""One connection as the lab's servers see it: lines in, lines out, and TLS on demand."""

import asyncio
from collections.abc import Awaitable, Callable

from mailtrust.lab import journal
from mailtrust.lab.manners import Manners

LONGEST_LINE = 8192
"""Octets; a client that sends more in one line is disconnected."""


Secure = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
"""Makes a connection a TLS server's, with what is in service right now."""


class Stream:
    """A connection that starts in clear text; `secure` puts it inside TLS."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        secure: Secure,
        manners: Manners,
        tell: journal.Tell = journal.nobody,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._secure = secure
        self.manners = manners
        self._tell = tell
        self.commands = 0
        """How many were heard inside TLS."""

    @property
    def inside_tls(self) -> bool:
        """Whether TLS protects the connection."""
        return self._writer.get_extra_info("ssl_object") is not None

    @property
    def admits(self) -> bool:
        """Whether everybody is let in here."""
        return self.manners.guests and self.inside_tls

    @property
    def offers_upgrade(self) -> bool:
        """Whether STARTTLS is to be offered here."""
        return not self.inside_tls and self.manners.upgrade != "absent"

    async def line(self) -> str | None:
        """The next line without its end, as ASCII with anything else replaced; None when there is none."""
        try:
            line = await self._reader.readuntil(b"\n")
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            return None
        words = line.rstrip(b"\r\n").decode("ascii", "replace")
        if self.inside_tls and (command := journal.command_in(words)):
            self.commands += 1
            self._tell(journal.heard(command))
        return words

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
        """Send octets as they are, one at a time where this is a tarpit."""
        pause = 0.0 if self.inside_tls else self.manners.octet_pause
        if pause:
            for octet in data:
                await asyncio.sleep(pause)
                self._writer.write(bytes((octet,)))
                await self._writer.drain()
        else:
            self._writer.write(data)
            await self._writer.drain()

    async def upgrade(self, go_ahead: str, refusal: str) -> None:
        """Answer the command that asks for TLS, and become a TLS server unless this one's manners are bad."""
        if self.manners.upgrade == "refused":
            await self.say(refusal)
            return
        await self.send(f"{go_ahead}\r\n".encode("ascii") + self.manners.injected)
        await self.start_tls()

    async def start_tls(self) -> None:
        """Become a TLS server on this connection; raises OSError (ssl.SSLError too) when the handshake fails."""
        try:
            await self._secure(self._reader, self._writer)
        except OSError as error:
            self._tell(journal.broken_by(error))
            raise
        cipher, version, _ = self._writer.get_extra_info("cipher")
        self._tell(journal.completed(self._writer.get_extra_info("ssl_object").version() or version, cipher))
