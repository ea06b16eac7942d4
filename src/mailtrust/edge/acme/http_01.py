"""http-01 (RFC 8555 8.3): a small server of our own, or files for a web server that is there."""

import os
import socket
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text
from mailtrust.edge.acme.proof import Challenge, ChallengeType
from mailtrust.edge.files import write_whole

PATH = ".well-known/acme-challenge"
MOST_AT_ONCE = 32
"""Connections: several places of a CA look at once, and strangers may hold some open."""
SILENCE_SECONDS = 10


class HttpServer:
    """Answers http-01 at a port, as long as an order lasts, and gives strangers nothing."""

    challenge_type: ChallengeType = "http-01"

    def __init__(self, address: str, port: int) -> None:
        """An empty address: every one of this machine."""
        self._place = (address, port)
        self._shown: dict[str, bytes] = {}
        self._server: _Server | None = None

    @property
    def port(self) -> int:
        """The real one, where 0 was asked for."""
        return self._place[1] if self._server is None else int(self._server.server_address[1])

    def __enter__(self) -> Self:
        try:
            self._server = _Server(self._place, self._shown)
        except OSError as error:
            address, port = self._place
            raise UserProblem(
                text(
                    "Could not listen at {place} for http-01: {why}. Where a web server has the port, give its folder "
                    "with --webroot DIR; below 1024 only root may listen.",
                    place=f"{address}:{port}",
                    why=error.strerror or str(error),
                )
            ) from error
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def show(self, challenge: Challenge) -> None:
        """Answer with it from now on."""
        self._shown[f"/{PATH}/{challenge.token}"] = challenge.key_authorization.encode("ascii")

    def settle(self) -> None:
        """It is there at once."""

    def clear(self, challenge: Challenge) -> None:
        """Answer with it no longer."""
        self._shown.pop(f"/{PATH}/{challenge.token}", None)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    block_on_close = False

    def __init__(self, place: tuple[str, int], shown: dict[str, bytes]) -> None:
        self.shown = shown
        self._free = threading.BoundedSemaphore(MOST_AT_ONCE)
        self._dual = not place[0] and socket.has_dualstack_ipv6()
        self.address_family = socket.AF_INET6 if self._dual or ":" in place[0] else socket.AF_INET
        super().__init__(place, _Handler)

    def server_bind(self) -> None:
        """Bind, to IPv4 and IPv6 where every address is meant: a CA takes IPv6 first."""
        if self._dual:
            self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        if os.name == "posix":  # elsewhere it would share the port with whoever has it
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()

    def process_request(self, request: Any, client_address: Any) -> None:
        """On a thread of its own, unless there are too many."""
        if self._free.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answer, and make room."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A stranger who hangs up is no news."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = SILENCE_SECONDS
    server_version = "mailtrust"
    sys_version = ""

    def do_GET(self) -> None:
        """The key authorization as it is (RFC 8555 8.3), or 404."""
        found = self.server.shown.get(self.path)
        self.send_response(404 if found is None else 200)
        self.send_header("Content-Type", "application/octet-stream")
        self.send_header("Content-Length", str(len(found or b"")))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(found or b"")
        self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's name
        """Nothing: what strangers ask for is not shown."""


class Webroot:
    """Writes files for a web server, and takes them and every folder that it had to make away again."""

    challenge_type: ChallengeType = "http-01"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: list[Path] = []

    def __enter__(self) -> Self:
        if not self._folder.is_dir():
            raise UserProblem(
                text("Expected the folder that a web server serves after --webroot, found none at {path}.",
                     path=clean(str(self._folder), 200))
            )  # fmt: skip
        return self

    def __exit__(self, *_: object) -> None:
        for folder in reversed(self._made):
            try:
                folder.rmdir()
            except OSError:  # somebody else has put something there
                break
        self._made.clear()

    def show(self, challenge: Challenge) -> None:
        """Write the file, readable for the web server."""
        place = self._folder
        try:
            for part in PATH.split("/"):
                place = place / part
                if not place.is_dir():
                    place.mkdir()
                    self._made.append(place)
                    if sys.platform != "win32":
                        place.chmod(0o755)  # whatever this user's umask is
            write_whole(place / challenge.token, challenge.key_authorization.encode("ascii"))
        except OSError as error:
            raise _not_written(place, error) from error

    def settle(self) -> None:
        """It is there at once."""

    def clear(self, challenge: Challenge) -> None:
        """Take the file away."""
        place = self._folder / PATH / challenge.token
        try:
            place.unlink(missing_ok=True)
        except OSError as error:
            raise _not_written(place, error) from error


def _not_written(place: Path, error: OSError) -> UserProblem:
    return UserProblem(
        text("Could not write below {path}: {why}.", path=clean(str(place), 200), why=error.strerror or str(error))
    )
