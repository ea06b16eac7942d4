"""A small HTTPS server before Pebble, which says what Pebble cannot: renewal windows, and answers that are none."""

import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.programs.pebble import Pebble

Answer = tuple[int, dict[str, str], bytes]


@dataclass
class Front:
    """What it answers, by path; a path that is not there is 404."""

    port: int
    answers: dict[str, Callable[[], Answer]] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)

    def url(self, path: str) -> str:
        return f"https://localhost:{self.port}{path}"

    def directory(self, real: dict[str, object], **changes: object) -> None:
        """Answer /dir with the real directory and something else in it."""
        body = json.dumps({**real, **changes}).encode()
        self.answers["/dir"] = lambda: (200, {"Content-Type": "application/json"}, body)


@contextmanager
def front(pebble: Pebble) -> Iterator[Front]:
    """Serve with Pebble's own certificate."""

    class Handler(BaseHTTPRequestHandler):
        timeout = 10

        def answer(self) -> None:
            path = self.path.split("?")[0]
            served.asked.append((self.command, path))
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            found = next((give for known, give in served.answers.items() if path.startswith(known)), None)
            status, headers, body = (404, {}, b"") if found is None else found()
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), "Connection": "close", **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_GET = do_POST = do_HEAD = answer  # noqa: N815 - http.server's names

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            pass

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pebble.certificate, pebble.key)
    with Server(("127.0.0.1", 0), Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        served = Front(server.server_address[1])
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield served
        server.shutdown()
