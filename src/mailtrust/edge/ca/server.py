"""HTTP/1.1 around a private CA's answers: one request a connection, bounded in size, time and number."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

import h11

from mailtrust.core.issuance.ca_service import MOST_OCTETS, HttpAnswer

READ_SIZE = 16 * 1024
"""Octets read at once; also the most that the head of a request may have."""
PATIENCE = 10.0
"""Seconds for one request and its answer."""
MOST_CONNECTIONS = 200

Answering = Callable[[str, str, bytes], HttpAnswer]
"""The answer to method, target and body."""


@contextlib.asynccontextmanager
async def serving(host: str, port: int, answer: Answering) -> AsyncIterator[int]:
    """Serve while the block runs; gives the port, which the system chooses for 0. Raises OSError."""
    places = asyncio.Semaphore(MOST_CONNECTIONS)

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if places.locked():
                return  # more than that at once is no crowd of clients
            async with places, asyncio.timeout(PATIENCE):
                await _one(reader, writer, answer)
        except (OSError, TimeoutError, h11.RemoteProtocolError):
            pass
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    server = await asyncio.start_server(connected, host, port, limit=READ_SIZE)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def _one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answer: Answering) -> None:
    state = h11.Connection(h11.SERVER, max_incomplete_event_size=READ_SIZE)
    try:
        asked = await _request(reader, state)
    except h11.RemoteProtocolError:
        asked = None
    if asked is None:
        # h11 refuses to answer where the request broke off, and then there is nobody who reads it.
        with contextlib.suppress(h11.LocalProtocolError):
            await _send(writer, state, HttpAnswer(400, "text/plain", b"not understood\n"), head=False)
        return
    method, target, body = asked
    await _send(writer, state, answer(method, target, body), head=method == "HEAD")


async def _request(reader: asyncio.StreamReader, state: h11.Connection) -> tuple[str, str, bytes] | None:
    """Method, target and body; None for one that is too large or breaks off."""
    request: h11.Request | None = None
    body = bytearray()
    while True:
        event = state.next_event()
        if event is h11.NEED_DATA:
            state.receive_data(await reader.read(READ_SIZE))
        elif isinstance(event, h11.Request):
            request = event
        elif isinstance(event, h11.Data):
            body += event.data
            if len(body) > MOST_OCTETS:
                return None
        elif isinstance(event, h11.EndOfMessage) and request is not None:
            return request.method.decode("ascii"), request.target.decode("ascii", "replace"), bytes(body)
        else:
            return None


async def _send(writer: asyncio.StreamWriter, state: h11.Connection, answer: HttpAnswer, *, head: bool) -> None:
    headers = [
        ("Content-Type", answer.content_type),
        ("Content-Length", str(len(answer.body))),
        ("Cache-Control", f"max-age={answer.max_age}, public, no-transform" if answer.max_age else "no-store"),
        ("Connection", "close"),
    ]
    for event in (
        h11.Response(status_code=answer.status, headers=headers),
        *(() if head else (h11.Data(data=answer.body),)),
        h11.EndOfMessage(),
    ):
        writer.write(state.send(event) or b"")
    await writer.drain()
