"""The kit's page: its root to download, which case is presented, and what the servers saw. Plain HTTP on purpose."""

import asyncio
from collections.abc import Callable, Mapping

from mailtrust.core.model.frozen import frozen
from mailtrust.lab.visits import Visits

LONGEST_HEAD = 100
PATIENCE = 10.0
NOWHERE = "'none'"
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'"


@frozen
class Reply:
    """What is answered."""

    content_type: str = "text/plain; charset=utf-8"
    body: bytes = b""
    see: str = ""
    """Where to look instead (RFC 9110 15.4.4)."""
    images: str = ""
    """From where else pictures may come, as Content-Security-Policy has it."""


@frozen
class Visitor:
    """Who asks."""

    address: str
    languages: str = ""
    """Accept-Language (RFC 9110 12.5.4), as it was sent."""


Pages = Mapping[str, Callable[[Visitor], Reply]]
"""What is answered to GET, by path."""
Present = Callable[[str], bool]
"""Presents a case by its id; False when there is none."""


class Site:
    """A small web server on one port."""

    def __init__(self, pages: Pages, present: Present) -> None:
        self._pages = pages
        self._present = present
        self._visits = Visits()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request and close."""
        async with self._visits.serving(writer, PATIENCE):
            try:
                request = (await reader.readline()).decode("ascii", "replace").split()
                languages = ""
                for _ in range(LONGEST_HEAD):
                    line = (await reader.readline()).decode("ascii", "replace").strip()
                    if not line:
                        break
                    name, _, value = line.partition(":")
                    if name.lower() == "accept-language":
                        languages = value
            except ValueError:  # a line that is longer than the reader allows
                return
            peer = writer.get_extra_info("peername")
            await _give(writer, self._answer(request, Visitor(str(peer[0]) if peer else "?", languages)))

    async def end(self) -> None:
        """Send everybody away."""
        await self._visits.end()

    def _answer(self, request: list[str], visitor: Visitor) -> Reply | None:
        match request:
            case ["GET" | "HEAD", path, *_] if path in self._pages:
                return self._pages[path](visitor)
            case ["POST", path, *_] if self._present(path.removeprefix("/present/")):
                return Reply(see="/")
            case _:
                return None


async def _give(writer: asyncio.StreamWriter, reply: Reply | None) -> None:
    status = "404 Not Found" if reply is None else "303 See Other" if reply.see else "200 OK"
    given = reply or Reply()
    head = [
        f"HTTP/1.1 {status}",
        f"Content-Type: {given.content_type}",
        f"Content-Length: {len(given.body)}",
        "Cache-Control: no-store",
        f"Content-Security-Policy: {_POLICY}; img-src {given.images or NOWHERE}",
        "Connection: close",
    ]
    if given.see:
        head.append(f"Location: {given.see}")
    writer.write("".join(f"{line}\r\n" for line in (*head, "")).encode("ascii") + given.body)
    await writer.drain()
