"""The lab's AIA host: plain HTTP on loopback, where addresses in certificates point (RFC 5280 4.2.2.1, 4.2.1.13)."""

import asyncio
import socket
from collections.abc import Callable
from urllib.parse import urlsplit

from mailtrust.core.model.frozen import frozen
from mailtrust.lab.visits import Visits

LONGEST_HEAD = 100
LONGEST_BODY = 64 * 1024
PATIENCE = 10.0
PIECE = 64 * 1024
GIGABYTE = 1_000_000_000


@frozen
class Answer:
    """What is answered for one path: a certificate as it should be, or something from hell."""

    body: bytes = b""
    status: str = "200 OK"
    # RFC 2585 4.1: one DER certificate.
    content_type: str = "application/pkix-cert"
    location: str = ""
    """Where to look instead, with a status of redirection."""
    pause: float = 0.0
    """Seconds between the head and the body."""
    padding: int = 0
    """Zero octets that follow the body."""
    announced: bool = True
    """Whether the head says how long the answer is; else it ends with the connection (RFC 9112 6.3)."""


NOT_FOUND = Answer(status="404 Not Found")


@frozen
class Request:
    """What somebody asks for."""

    method: str
    path: str
    """Below the service's own address, as it came."""
    body: bytes


Service = Callable[[Request], Answer]
"""Answers whatever is asked for below one address."""


class AiaHost:
    """Answers by path; `asked` keeps what was asked for, in order. It answers as a proxy too, for any host."""

    def __init__(self, address: str) -> None:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_STREAM)
        self._socket.bind((address, 0))
        self._socket.setblocking(False)
        host = f"[{address}]" if ":" in address else address
        self.base = f"http://{host}:{self._socket.getsockname()[1]}"
        """No slash at the end; known before anything listens, so that it can stand in certificates."""
        self.asked: list[str] = []
        self.methods: list[str] = []
        """The method of each, in the same order."""
        self._answers: dict[str, Answer] = {}
        self._services: dict[str, Service] = {}
        self._server: asyncio.Server | None = None
        self._visits = Visits()

    def publish(self, name: str, offered: bytes | Answer) -> str:
        """Offer one DER certificate, or any answer, under `name`; its address comes back."""
        self._answers[f"/{name}"] = offered if isinstance(offered, Answer) else Answer(offered)
        return f"{self.base}/{name}"

    def offer(self, name: str, service: Service) -> str:
        """Let a service answer under `name` and below it; its address comes back."""
        self._services[f"/{name}"] = service
        return f"{self.base}/{name}"

    async def start(self) -> None:
        """Listen from now on."""
        self._server = await asyncio.start_server(self._serve, sock=self._socket)

    async def stop(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.close()
            await self._visits.end()
        self.close()

    def close(self) -> None:
        """Give the port back, also when nothing ever listened on it."""
        self._socket.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with self._visits.serving(writer, PATIENCE):
            try:
                request = (await reader.readline()).decode("ascii", "replace").split()
                body = await _body(reader)
            except (ValueError, asyncio.IncompleteReadError):  # a line that is longer than the reader allows
                return
            method, target = request[:2] if len(request) > 1 else ("", "")
            self.asked.append(target)
            self.methods.append(method)
            # RFC 9112 3.2.2: who takes this host for a proxy sends the whole address.
            await _give(writer, self._answer(method, urlsplit(target).path, body))

    def _answer(self, method: str, path: str, body: bytes) -> Answer:
        for name, service in self._services.items():
            if path == name or path.startswith(f"{name}/"):
                return service(Request(method, path[len(name) :].removeprefix("/"), body))
        return self._answers.get(path, NOT_FOUND)


async def _body(reader: asyncio.StreamReader) -> bytes:
    """What follows the rest of the head (RFC 9112 6.2)."""
    length = 0
    for _ in range(LONGEST_HEAD):
        line = (await reader.readline()).strip().lower()
        if not line:
            break
        name, _, value = line.partition(b":")
        if name == b"content-length":
            length = min(int(value), LONGEST_BODY)
    return await reader.readexactly(length)


async def _give(writer: asyncio.StreamWriter, answer: Answer) -> None:
    head = [f"HTTP/1.1 {answer.status}", f"Content-Type: {answer.content_type}", "Connection: close"]
    if answer.location:
        head.append(f"Location: {answer.location}")
    if answer.announced:
        head.append(f"Content-Length: {len(answer.body) + answer.padding}")
    writer.write("".join(f"{line}\r\n" for line in (*head, "")).encode("ascii"))
    await writer.drain()
    await asyncio.sleep(answer.pause)
    writer.write(answer.body)
    for left in range(answer.padding, 0, -PIECE):
        writer.write(bytes(min(left, PIECE)))
        await writer.drain()
    await writer.drain()
