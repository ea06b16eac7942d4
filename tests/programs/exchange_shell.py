"""A stand-in for Exchange's remote PowerShell: WS-Management over HTTP(S) on loopback, PSRP by psrpcore's server side.

What it says and refuses stands in `exchange_cmdlets`. Here is the endpoint: configuration Microsoft.Exchange, HTTP
Basic, and a runspace without a language: only cmdlets that the user's roles hold, with typed parameters.
"""

import base64
import ssl
import threading
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self
from xml.etree import ElementTree as ET

from psrpcore import ServerPipeline, ServerRunspacePool
from tests.programs.exchange_cmdlets import Exchange
from tests.programs.exchange_ntlm import Negotiating
from tests.programs.exchange_runspace import Runspace, pipeline_of, received
from tests.programs.exchange_soap import NAMES, RSP, TRANSFER, WSA, WSMAN, FaultError, envelope_of, fault_body

RESOURCE = "http://schemas.microsoft.com/powershell/Microsoft.Exchange"
LASTS_SECONDS = 240
"""So long it answers: then it hangs up, so that a client that would ask for ever fails its test instead."""


class ExchangeShell:
    """The endpoint, on loopback from `with` on."""

    def __init__(
        self,
        exchange: Exchange,
        *,
        user: str = "EXAMPLE\\admin",
        password: str = "geheim",
        tls: ssl.SSLContext | None = None,
        negotiating: Negotiating | None = None,
    ) -> None:
        """`negotiating`: instead of HTTP Basic."""
        self.exchange = exchange
        self.negotiating = negotiating
        self.expected = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
        self.runspaces: dict[str, Runspace] = {}
        self.lock = threading.Lock()
        self.cut_before: str = ""
        """The connection breaks when this cmdlet has come, and it is not run."""
        self.cut_after: str = ""
        """It is run, and the connection breaks before anybody hears of it."""
        self.hostile: dict[str, bytes] = {}
        """By the last part of an action: the whole HTTP body, instead of an answer."""
        self.mangled: Callable[[bytes], bytes] = lambda fragments: fragments
        """What becomes of PSRP's octets on their way to the client."""
        self.silent = False
        """Whoever wants to receive waits, until all is over."""
        self.kept_waiting = 0
        """How often somebody did."""
        self.over = threading.Event()
        self.status = 200
        """Of every answer, where it is no other."""
        shell = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True
            wbufsize = 65536
            timeout = LASTS_SECONDS

            def do_POST(self) -> None:
                shell.serve(self)

            def log_message(self, *_: object) -> None:
                pass

        self.server = _Server(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        if tls is not None:
            # The handshake is the connection's own thread's: one client that waits keeps nobody else waiting.
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.scheme = "http" if tls is None else "https"

    @property
    def url(self) -> str:
        """Of the virtual directory."""
        host = "127.0.0.1" if self.scheme == "http" else "localhost"
        return f"{self.scheme}://{host}:{self.server.server_address[1]}/PowerShell/"

    def __enter__(self) -> Self:
        self.lasts = time.monotonic() + LASTS_SECONDS
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.server.shutdown()
        self.server.server_close()

    def serve(self, request: BaseHTTPRequestHandler) -> None:
        """One HTTP request."""
        left = self.lasts - time.monotonic()
        if left <= 0:
            request.close_connection = True
            return None
        body = request.rfile.read(int(request.headers.get("Content-Length", 0)))
        if (challenge := self.challenge(request)) is not None:
            return _reply(request, 401, b"", ("WWW-Authenticate", challenge))
        if request.path.rstrip("/").lower() != "/powershell":
            return _reply(request, 404, b"")
        if self.status != 200:
            return _reply(request, self.status, b"", ("Location", "https://elsewhere.example/PowerShell/"))
        envelope = ET.fromstring(body)
        action = envelope.findtext("s:Header/a:Action", "", NAMES).rsplit("/", 1)[1]
        if self.silent and action == "Receive":
            self.kept_waiting += 1
            self.over.wait(left)
            request.close_connection = True
            return None
        if action in self.hostile:
            return _reply(request, 200, self.hostile[action])
        message = envelope.findtext("s:Header/a:MessageID", "", NAMES)
        before = len(self.exchange.called)
        with self.lock:
            try:
                answer, status = self.act(action, envelope), 200
            except FaultError as fault:
                answer, status = fault_body(fault), 500
            except ConnectionAbortedError:
                request.close_connection = True
                return None
        if any(name == self.cut_after for name, _ in self.exchange.called[before:]):
            request.close_connection = True
            return None
        return _reply(request, status, envelope_of(message, action, answer))

    def challenge(self, request: BaseHTTPRequestHandler) -> str | None:
        """What is said to whom it does not know; None: it does."""
        if self.negotiating is not None:
            return self.negotiating.challenge(request)
        known = request.headers.get("Authorization") == self.expected
        return None if known else 'Basic realm="mail1.example.com"'

    def act(self, action: str, envelope: ET.Element) -> str:
        """What the action does; the body of its answer."""
        body = envelope.find("s:Body", NAMES)
        assert body is not None
        if envelope.findtext("s:Header/w:ResourceURI", "", NAMES) != RESOURCE:
            # ERROR_WSMAN_INVALID_RESOURCE_URI. The wording is unsourced.
            raise FaultError(2150858811, "The WS-Management service cannot process the request: no such resource URI.")
        if action == "Create":
            return self._create(body)
        shell = envelope.findtext("s:Header/w:SelectorSet/w:Selector", "", NAMES)
        if shell not in self.runspaces:
            # ERROR_WSMAN_UNEXPECTED_SELECTORS. The wording is unsourced.
            raise FaultError(2150858843, "The request for the Windows Remote Shell with ShellId failed: not found.")
        runspace = self.runspaces[shell]
        match action:
            case "Command":
                return self._command(runspace, body)
            case "Send":
                stream = body.find("rsp:Send/rsp:Stream", NAMES)
                assert stream is not None
                self._take(runspace, stream.text or "")
                return f'<rsp:SendResponse xmlns:rsp="{RSP}"/>'
            case "Receive":
                return received(runspace, body, self.mangled)
            case "Signal":
                with suppress(Exception):
                    pipeline_of(runspace, body.find("rsp:Signal", NAMES)).close()
                return f'<rsp:SignalResponse xmlns:rsp="{RSP}"/>'
            case "Delete":
                del self.runspaces[shell]
                return ""
        raise FaultError(2150858778, f"No action {action}.")

    def _create(self, body: ET.Element) -> str:
        shell = body.find("rsp:Shell", NAMES)
        assert shell is not None
        identity = shell.attrib["ShellId"]
        self.runspaces[identity] = Runspace(ServerRunspacePool())
        self._take(self.runspaces[identity], shell.findtext("p:creationXml", "", NAMES))
        return (
            f'<x:ResourceCreated xmlns:x="{TRANSFER}" xmlns:a="{WSA}" xmlns:w="{WSMAN}"><a:ReferenceParameters>'
            f'<w:SelectorSet><w:Selector Name="ShellId">{identity}</w:Selector></w:SelectorSet>'
            f'</a:ReferenceParameters></x:ResourceCreated><rsp:Shell xmlns:rsp="{RSP}">'
            f"<rsp:ShellId>{identity}</rsp:ShellId></rsp:Shell>"
        )

    def _command(self, runspace: Runspace, body: ET.Element) -> str:
        line = body.find("rsp:CommandLine", NAMES)
        assert line is not None
        identity = uuid.UUID(line.attrib["CommandId"])
        ServerPipeline(runspace.pool, identity)
        self._take(runspace, line.findtext("rsp:Arguments", "", NAMES))
        return (
            f'<rsp:CommandResponse xmlns:rsp="{RSP}"><rsp:CommandId>{str(identity).upper()}</rsp:CommandId>'
            "</rsp:CommandResponse>"
        )

    def _take(self, runspace: Runspace, given: str) -> None:
        payload = base64.b64decode(given)
        if self.cut_before and self.cut_before.encode() in payload:
            raise ConnectionAbortedError
        runspace.take(payload, self.exchange)


class _Server(ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """A client that hangs up is no news."""


def _reply(request: BaseHTTPRequestHandler, status: int, body: bytes, *headers: tuple[str, str]) -> None:
    request.send_response(status)
    for name, value in headers:
        request.send_header(name, value)
    request.send_header("Content-Type", "application/soap+xml;charset=UTF-8")
    request.send_header("Content-Length", str(len(body)))
    request.end_headers()
    with suppress(OSError):
        request.wfile.write(body)
