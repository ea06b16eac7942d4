"""One TCP connection: bounded reading, and leaving by FIN rather than RST."""

import asyncio
import errno
import os
import socket
from typing import cast

from mailtrust.core.model.observation import FailureKind, ProbeFailure, Stage

RECEIVE_LIMIT = 1_048_576
"""Octets that one connection may send us."""

_PAUSE_ABOVE = 65_536


class WireError(Exception):
    """The connection gave nothing more; `kind` and `words` say why."""

    def __init__(self, kind: FailureKind, words: str) -> None:
        super().__init__(words)
        self.kind = kind
        self.words = words

    def at(self, stage: Stage) -> ProbeFailure:
        """Give the failure of the stage in which it happened."""
        return ProbeFailure(stage, self.kind, self.words)


class Wire(asyncio.Protocol):
    """A connection that is read when somebody wants to read.

    Unlike asyncio's streams it gives what arrived before a reset: a 421 or an alert just before the RST is the answer.
    """

    def __init__(self, limit: int = RECEIVE_LIMIT) -> None:
        self._limit = limit
        self._inbox = bytearray()
        self._received = 0
        self._ended = False
        self._lost: Exception | None = None
        self._arrival: asyncio.Future[None] | None = None
        self._closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._transport: asyncio.Transport | None = None

    @classmethod
    async def connect(cls, address: str, port: int, deadline: float, limit: int = RECEIVE_LIMIT) -> "Wire":
        """Connect to an IP address; raises WireError with the reason in the system's words."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout_at(deadline):
                _, wire = await loop.create_connection(lambda: cls(limit), address, port)
        except OSError as error:  # TimeoutError is one of them
            raise _not_connected(error) from error
        return wire

    @property
    def own_address(self) -> str:
        """The IP address we connected from; empty where the system does not tell."""
        name = self._transport.get_extra_info("sockname") if self._transport is not None else None
        return str(name[0]) if name else ""

    async def read(self, deadline: float) -> bytes:
        """Give what has arrived, waiting for it until `deadline` (loop time); b"" is the end. Raises WireError."""
        loop = asyncio.get_running_loop()
        while not self._inbox and not self._ended:
            if self._lost is not None:
                raise WireError(FailureKind.CLOSED, _words(self._lost))
            if loop.time() >= deadline:
                raise WireError(FailureKind.TIMEOUT, "no answer")
            self._arrival = loop.create_future()
            patience = loop.call_at(deadline, self._wake)
            try:
                await self._arrival
            finally:
                self._arrival = None
                patience.cancel()
        if self._received > self._limit:
            raise WireError(FailureKind.LIMIT, f"more than {self._limit} octets")
        data = bytes(self._inbox)
        self._inbox.clear()
        if self._transport is not None and not self._transport.is_closing():
            self._transport.resume_reading()
        return data

    def write(self, data: bytes) -> None:
        """Send; what can't be sent any more is dropped, the next read tells why."""
        if data and self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)

    async def leave(self, deadline: float) -> None:
        """Say that nothing more comes, hear the server out until `deadline`, and close.

        A socket closed with unread octets in it sends RST, which servers log as an error.
        """
        transport = self._transport
        if transport is None:
            return
        try:
            if not transport.is_closing() and transport.can_write_eof():
                transport.write_eof()
                while await self.read(deadline):
                    pass
        except (WireError, OSError):
            pass
        finally:
            self.abandon()
        await asyncio.wait([self._closed], timeout=1)

    def abandon(self) -> None:
        """Close at once."""
        if self._transport is not None:
            if self._transport.get_write_buffer_size():
                self._transport.abort()
            else:
                self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """asyncio.Protocol."""
        # What create_connection gives; uvloop's has every method of asyncio's without being its subclass.
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """asyncio.Protocol."""
        self._received += len(data)
        self._inbox += data
        if len(self._inbox) > _PAUSE_ABOVE and self._transport is not None:
            self._transport.pause_reading()
        self._wake()

    def eof_received(self) -> bool:
        """asyncio.Protocol: stay open for our goodbye."""
        self._ended = True
        self._wake()
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        """asyncio.Protocol."""
        self._lost = exc
        self._ended = self._ended or exc is None
        if not self._closed.done():
            self._closed.set_result(None)
        self._wake()

    def _wake(self) -> None:
        if self._arrival is not None and not self._arrival.done():
            self._arrival.set_result(None)


def _not_connected(error: OSError) -> WireError:
    match error:
        case TimeoutError():
            return WireError(FailureKind.TIMEOUT, "no answer")
        case ConnectionRefusedError():
            return WireError(FailureKind.REFUSED, _words(error))
        case ConnectionError():
            return WireError(FailureKind.CLOSED, _words(error))
        case socket.gaierror():
            return WireError(FailureKind.NO_ADDRESS, str(error))
        case _:  # no route, no such network, forbidden by a local firewall: the words tell
            return WireError(FailureKind.UNREACHABLE, _words(error))


def _words(error: Exception) -> str:
    number = error.errno if isinstance(error, OSError) else None
    if number is None:
        return str(error)
    return f"{errno.errorcode.get(number, number)} {os.strerror(number)}"
