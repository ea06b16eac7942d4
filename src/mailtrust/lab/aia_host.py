"""The lab's AIA host: plain HTTP on loopback, where caIssuers addresses point (RFC 5280 4.2.2.1)."""

import asyncio
import contextlib
import socket

LONGEST_HEAD = 100
PATIENCE = 10.0


class AiaHost:
    """Issuers' certificates by path; `asked` keeps the paths that were asked for, in order."""

    def __init__(self, address: str) -> None:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_STREAM)
        self._socket.bind((address, 0))
        self._socket.setblocking(False)
        host = f"[{address}]" if ":" in address else address
        self.base = f"http://{host}:{self._socket.getsockname()[1]}"
        """No slash at the end; known before anything listens, so that it can stand in certificates."""
        self.asked: list[str] = []
        self._files: dict[str, bytes] = {}
        self._server: asyncio.Server | None = None

    def publish(self, name: str, der: bytes) -> str:
        """Offer one DER certificate under `name`; the answer is its address."""
        self._files[f"/{name}"] = der
        return f"{self.base}/{name}"

    async def start(self) -> None:
        """Listen from now on."""
        self._server = await asyncio.start_server(self._serve, sock=self._socket)

    async def stop(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.close()
        self.close()

    def close(self) -> None:
        """Give the port back, also when nothing ever listened on it."""
        self._socket.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, TimeoutError, ValueError):
            async with asyncio.timeout(PATIENCE):
                request = (await reader.readline()).decode("ascii", "replace").split()
                for _ in range(LONGEST_HEAD):
                    if not (await reader.readline()).strip():
                        break
                path = request[1] if len(request) > 1 else ""
                self.asked.append(path)
                writer.write(_response(self._files.get(path)))
                await writer.drain()
        writer.close()


def _response(body: bytes | None) -> bytes:
    status = "404 Not Found" if body is None else "200 OK"
    head = [
        f"HTTP/1.1 {status}",
        # RFC 2585 4.1: one DER certificate.
        "Content-Type: application/pkix-cert",
        f"Content-Length: {len(body or b'')}",
        "Connection: close",
    ]
    return "".join(f"{line}\r\n" for line in (*head, "")).encode("ascii") + (body or b"")
