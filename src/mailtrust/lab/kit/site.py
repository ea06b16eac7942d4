"""The kit's page: its root to download, which case is presented, and what the servers saw. Plain HTTP on purpose."""

import asyncio
from collections.abc import Callable, Mapping

from mailtrust.core.model.frozen import frozen
from mailtrust.lab.visits import Visits

LONGEST_HEAD = 100
PATIENCE = 10.0


@frozen
class Reply:
    """What is answered."""

    content_type: str = "text/plain; charset=utf-8"
    body: bytes = b""
    see: str = ""
    """Where to look instead (RFC 9110 15.4.4)."""


Pages = Mapping[str, Callable[[], Reply]]
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
                for _ in range(LONGEST_HEAD):
                    if not (await reader.readline()).strip():
                        break
            except ValueError:  # a line that is longer than the reader allows
                return
            await _give(writer, self._answer(request))

    async def end(self) -> None:
        """Send everybody away."""
        await self._visits.end()

    def _answer(self, request: list[str]) -> Reply | None:
        match request:
            case ["GET" | "HEAD", path, *_] if path in self._pages:
                return self._pages[path]()
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
        "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; form-action 'self'",
        "Connection: close",
    ]
    if given.see:
        head.append(f"Location: {given.see}")
    writer.write("".join(f"{line}\r\n" for line in (*head, "")).encode("ascii") + given.body)
    await writer.drain()
