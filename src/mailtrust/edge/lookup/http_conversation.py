"""GET, POST and CONNECT on an open stream: h11 knows the grammar of HTTP/1.1 (RFC 9112), this counts octets."""

import asyncio
from collections.abc import Mapping

import h11

from mailtrust.core.formats.url import PORTS
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.text import Text, text
from mailtrust.edge.lookup.proxies import Proxy
from mailtrust.version import __version__

READ_SIZE = 16 * 1024
"""Octets read at once; also the most that the head of an answer may have."""
REDIRECTS = frozenset({301, 302, 303, 307, 308})  # RFC 9110 15.4


class RefusedError(Exception):
    """We, or the server, do not go on. `why` is a sentence for people."""

    def __init__(self, why: Text) -> None:
        super().__init__(str(why))
        self.why = why


@frozen
class Place:
    """A URL taken apart."""

    scheme: str
    host: str
    """An A-label form of the name, or an address without brackets."""
    port: int
    target: str
    """Path and query (RFC 9112 3.2.1)."""

    @property
    def bracketed(self) -> str:
        """The host as it stands in a URL (RFC 3986 3.2.2)."""
        return f"[{self.host}]" if ":" in self.host else self.host

    @property
    def authority(self) -> str:
        """Host, and port where it is not the scheme's own (RFC 9110 7.2)."""
        return self.bracketed if self.port == PORTS[self.scheme] else f"{self.bracketed}:{self.port}"


@frozen
class Wish:
    """What is asked of a place, and what is hoped for."""

    accept: str
    """The media types of the answer."""
    usual: Text
    """What such an answer usually is, for people whose answer is far too large."""
    content: bytes = b""
    """What is sent to the place; nothing: it is a GET."""
    content_type: str = ""

    @property
    def method(self) -> str:
        """GET or POST."""
        return "POST" if self.content else "GET"


@frozen
class Redirect:
    """The answer is elsewhere."""

    location: str


@frozen
class Answered:
    """An answer whatever its status."""

    status: int
    body: bytes


class Conversation:
    """One request and its answer on a stream."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._state = h11.Connection(h11.CLIENT, max_incomplete_event_size=READ_SIZE)

    async def ask(self, place: Place, wish: Wish, *, most: int, proxy: Proxy | None = None) -> bytes | Redirect:
        """Ask a place, through `proxy` when one is given. Raises RefusedError for anything but 200 and redirects."""
        # RFC 9112 3.2.2: a proxy is given the whole URL.
        target = place.target if proxy is None else f"{place.scheme}://{place.authority}{place.target}"
        response, fields = await self._request(place, wish, target, _credentials(proxy))
        if response.status_code in REDIRECTS and b"location" in fields:
            return Redirect(fields[b"location"].decode("latin-1"))
        if response.status_code != 200:
            raise RefusedError(
                text(
                    "The server answered {status} {reason}.",
                    status=response.status_code,
                    reason=clean(bytes(response.reason).decode("latin-1"), 80),
                )
            )
        return await self._whole(fields, most, wish.usual)

    async def answer(self, place: Place, wish: Wish, *, most: int, authorization: str = "") -> Answered:
        """Ask a place that says in the body what is wrong, so that the body counts with any status; no redirect."""
        credentials = [("Authorization", authorization)] if authorization else []
        response, fields = await self._request(place, wish, place.target, credentials)
        return Answered(response.status_code, await self._whole(fields, most, wish.usual))

    async def tunnel(self, place: Place, proxy: Proxy) -> None:
        """CONNECT through a proxy (RFC 9110 9.3.6); afterwards the stream belongs to TLS."""
        authority = f"{place.bracketed}:{place.port}"
        headers = [("Host", authority), *_credentials(proxy)]
        response = await self._ask(h11.Request(method="CONNECT", target=authority, headers=headers))
        if response.status_code // 100 != 2:
            raise RefusedError(text("The proxy answered {status}.", status=response.status_code))

    async def _request(
        self, place: Place, wish: Wish, target: str, credentials: list[tuple[str, str]]
    ) -> tuple[h11.Response, Mapping[bytes, bytes]]:
        headers = [
            ("Host", place.authority),
            ("User-Agent", f"mailtrust/{__version__}"),
            ("Accept", f"{wish.accept}, */*;q=0.5"),
            ("Accept-Encoding", "identity"),
            ("Connection", "close"),
            *credentials,
        ]
        if wish.content:
            headers += [("Content-Type", wish.content_type), ("Content-Length", str(len(wish.content)))]
        response = await self._ask(h11.Request(method=wish.method, target=target, headers=headers), wish.content)
        return response, {bytes(name).lower(): bytes(value) for name, value in response.headers}

    async def _whole(self, fields: Mapping[bytes, bytes], most: int, usual: Text) -> bytes:
        if fields.get(b"content-encoding", b"").strip().lower() not in (b"identity", b""):
            raise RefusedError(text("The server compressed its answer, although it was asked not to."))
        length = fields.get(b"content-length", b"0")
        if length.isdigit() and int(length) > most:
            raise _too_large(most, usual)
        return await self._body(most, usual)

    async def _ask(self, request: h11.Request, content: bytes = b"") -> h11.Response:
        events = (request, *((h11.Data(data=content),) if content else ()), h11.EndOfMessage())
        self._writer.write(b"".join(self._state.send(event) or b"" for event in events))
        await self._writer.drain()
        while True:
            event = await self._next()
            if isinstance(event, h11.Response):
                return event
            if not isinstance(event, h11.InformationalResponse):
                raise RefusedError(text("The server closed the connection without an answer."))

    async def _body(self, most: int, usual: Text) -> bytes:
        whole = bytearray()
        while isinstance(event := await self._next(), h11.Data):
            whole += event.data
            if len(whole) > most:
                raise _too_large(most, usual)
        return bytes(whole)

    async def _next(self) -> object:
        while (event := self._state.next_event()) is h11.NEED_DATA:
            self._state.receive_data(await self._reader.read(READ_SIZE))
        return event


def _credentials(proxy: Proxy | None) -> list[tuple[str, str]]:
    return [("Proxy-Authorization", proxy.authorization)] if proxy is not None and proxy.authorization else []


def _too_large(most: int, usual: Text) -> RefusedError:
    return RefusedError(text("The answer is larger than {most} octets; {usual}.", most=most, usual=usual))
