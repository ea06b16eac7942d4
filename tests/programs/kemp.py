"""A stand-in of Kemp's LoadMaster: its interface in both versions, and virtual services that present what is assigned.

What it answers and refuses is what these say; each answer names its own. Where none does, the line says *unsourced*.

- guide: Kemp, "RESTful API" (LMOS 7.2, 2022): errors 2.6, API keys 2.3.2, services 3.6.1, certificates 3.12.1
- json: Kemp Support, "JSON-based Input and Output for the LoadMaster RESTful API"
- acme.sh: acmesh-official/acme.sh, deploy/kemplm.sh
- kreemer: kreemer/loadmaster-go-client, api/ and its tests against a LoadMaster
- mathlu: mathlu/loadmaster-go-client, recorded answers in test_data
- keyfactor: Keyfactor/kemp-orchestrator, Client/Models
- win-acme: win-acme, ImportKemp.ps1
- infisical: Infisical's synchronisation of certificates to a LoadMaster, and its documentation
"""

import base64
import binascii
import json
import socket
import ssl
import threading
import warnings
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit
from xml.sax.saxutils import escape

from tests.programs.kemp_keeping import LOOPBACK, NEEDS, Keeper, Kept, RefusedError, Service
from tests.programs.sample_pki import pki

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.x509.pem import to_pem_chain
from mailtrust.lab.pki import Issued

SECONDS = 10

VERSIONS = (
    (2, ssl.TLSVersion.TLSv1),
    (4, ssl.TLSVersion.TLSv1_1),
    (8, ssl.TLSVersion.TLSv1_2),
    (16, ssl.TLSVersion.TLSv1_3),
)


@cache
def admin() -> Issued:
    """What its admin page presents, of a root of its own."""
    return pki("LoadMaster").leaf("localhost", key="ec-p256")


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Whoever hangs up in the middle is not told of on standard error."""


class LoadMaster(Keeper):
    """One that runs, until it is closed."""

    def __init__(self, folder: Path, *, clients: Certificate | None = None) -> None:
        """`clients`: the root of those whose certificates let them in."""
        self.folder = folder
        super().__init__("admin", "1fourall9")
        self.calls: list[tuple[int, str, dict[str, str]]] = []
        """Version, command and parameters without secrets and files, as they came."""
        self._sockets: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self.closed = threading.Event()
        context = self._context([Kept(admin().chain, admin().key)])
        if clients is not None:  # guide 3.12.4: adminclientaccess, "Password or client certificate"
            context.verify_mode = ssl.CERT_OPTIONAL
            context.load_verify_locations(cadata=clients.der)
        self._admin = _Server((LOOPBACK, 0), _handler(self))
        self._admin.socket = context.wrap_socket(self._admin.socket, server_side=True, do_handshake_on_connect=False)
        self.port = self._admin.server_address[1]
        self._start(lambda: self._admin.serve_forever(0.05))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.closed.set()
        self._admin.shutdown()
        self._admin.server_close()
        for one in self._sockets:
            one.close()
        for thread in self._threads:
            thread.join(SECONDS)

    @property
    def changes(self) -> list[tuple[str, dict[str, str]]]:
        """The calls that change something."""
        return [(command, parameters) for _, command, parameters in self.calls if command in NEEDS]

    def add_service(self, service: Service) -> Service:
        """Let it listen; port 0 becomes a free one."""
        self.services.append(service)
        return self.listen(service)

    def listen(self, service: Service) -> Service:
        """The same for a server of its own, of which the LoadMaster knows nothing."""
        listener = socket.create_server((service.address, service.port))
        listener.settimeout(0.1)
        service.port = listener.getsockname()[1]
        self._sockets.append(listener)
        self._start(lambda: self._serve(service, listener))
        return service

    def _start(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _serve(self, service: Service, listener: socket.socket) -> None:
        while not self.closed.is_set():
            try:
                connection, _ = listener.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            threading.Thread(target=self._greet, args=(service, connection), daemon=True).start()

    def _greet(self, service: Service, connection: socket.socket) -> None:
        connection.settimeout(SECONDS)
        with suppress(OSError, ssl.SSLError), connection:
            with self.changing:
                context = self._context(self._presented(service), service.tls_type)
            with context.wrap_socket(connection, server_side=True) as tls:
                if tls.recv(4096):
                    tls.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")

    def _presented(self, service: Service) -> list[Kept]:
        if service.behind is not None:
            return list(service.behind())
        found = [self.certificates[name] for name in service.certificates]
        return [Kept(self._completed(one.chain), one.key) for one in found]

    def _completed(self, chain: tuple[Certificate, ...]) -> tuple[Certificate, ...]:
        """unsourced by Kemp; infisical: "builds the served chain" from the pool. No root is sent: unsourced."""
        pool = [] if self.trouble.ignores_pool else [one for kept in self.intermediates.values() for one in kept.chain]
        whole = list(chain)
        while True:
            last = whole[-1]
            above = [one for one in pool if one.subject == last.issuer and one.subject != one.issuer]
            if last.subject == last.issuer or not above or above[0] in whole:
                return tuple(whole)
            whole.append(above[0])

    def _context(self, kept: Iterable[Kept], tls_type: int = 0) -> ssl.SSLContext:
        """The first is for who gives no name: unsourced. guide 3.6.1.4.1: bits of versions that are off."""
        contexts: list[tuple[Kept, ssl.SSLContext]] = []
        for one in kept:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.set_ciphers("DEFAULT:@SECLEVEL=0")
            spoken = [version for bit, version in VERSIONS if not tls_type & bit]
            with warnings.catch_warnings():  # of what is old, which is meant here
                warnings.simplefilter("ignore", DeprecationWarning)
                context.minimum_version, context.maximum_version = spoken[0], spoken[-1]
            assert one.key is not None
            file = self.folder / f"{one.chain[0].fingerprint[:16]}-{threading.get_ident()}.pem"
            file.write_text(one.key.to_pem() + to_pem_chain(one.chain))
            context.load_cert_chain(file)
            file.unlink()
            contexts.append((one, context))

        def by_name(connection: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
            found = [context for one, context in contexts if name in one.chain[0].dns_names]
            if found:
                connection.context = found[0]

        contexts[0][1].sni_callback = by_name
        return contexts[0][1]


def _xml(value: object, name: str) -> str:
    """mathlu: Y and N; several are told one behind the other, one as several are."""
    match value:
        case dict():
            return f"<{name}>{''.join(_xml(one, key) for key, one in value.items())}</{name}>\n"
        case list():
            return "".join(_xml(one, name) for one in value)
        case bool():
            return f"<{name}>{'Y' if value else 'N'}</{name}>\n"
        case _:
            return f"<{name}>{escape(str(value))}</{name}>\n"


def _v1(code: int, words: str, data: Mapping[str, Any]) -> bytes:
    """guide 2.6 and 3.12.1, keyfactor."""
    inside = f"<Error>{escape(words)}</Error>" if words else f"<Success>{_xml(dict(data), 'Data')}</Success>"
    told = f'<Response stat="{code}" code="{"fail" if words else "ok"}">\n{inside}\n</Response>\n'
    return f'<?xml version="1.0" encoding="ISO-8859-1"?>\n{told}'.encode("latin-1")


def _v2(code: int, words: str, data: Mapping[str, Any]) -> bytes:
    """kreemer and acme.sh: code, status, message; failures with their HTTP status and the same body."""
    if words:
        return json.dumps({"code": code, "message": words, "status": "fail"}).encode()
    return json.dumps({"code": 200, **data, "message": "Command completed ok", "status": "ok"}).encode()


def _handler(master: LoadMaster) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        server_version = "LoadMaster"
        timeout = SECONDS

        def do_GET(self) -> None:
            self._answer(b"")

        def do_POST(self) -> None:
            self._answer(self.rfile.read(int(self.headers.get("Content-Length", "0"))))

        def log_message(self, *_: object) -> None:  # nothing on standard error
            pass

        def _answer(self, body: bytes) -> None:
            url = urlsplit(self.path)
            v2 = url.path.rstrip("/") == "/accessv2"
            off = master.trouble.api_disabled or (v2 and master.trouble.without_v2)
            if off or not (v2 or url.path.startswith("/access/")):
                self._say(404, b"<html><title>404 Not Found</title></html>")  # infisical: 404 while it is not enabled
                return
            if v2:
                self._obey(2, *_of_json(body))
            else:
                given = dict(parse_qsl(url.query, keep_blank_values=True))
                basic = self.headers.get("Authorization", "").partition(" ")[2]
                with suppress(binascii.Error, UnicodeDecodeError):
                    given["apiuser"], _, given["apipass"] = base64.b64decode(basic).decode().partition(":")
                self._obey(1, url.path.removeprefix("/access/"), given, body)

        def _obey(self, version: int, command: str, given: dict[str, str], data: bytes) -> None:
            given = {name.lower(): value for name, value in given.items()}  # infisical: certfile, in small letters
            who = [given.pop(name, "") for name in ("apiuser", "apipass", "apikey")]
            connection = self.connection
            assert isinstance(connection, ssl.SSLSocket)
            # guide 2.3.1; json: none in the second version
            by_certificate = version == 1 and bool(connection.getpeercert())
            if not (by_certificate or master.known(*who)):
                # guide: 401; that the first version answers with a page is told by users of 7.2.54
                self._say(401, b"<html>Unauthorized</html>" if version == 1 else _v2(401, "Unauthorized", {}))
                return
            master.calls.append((version, command, given))
            while command in master.trouble.silent_at and not master.closed.wait(0.02):
                pass
            when = master.trouble.hangs_up.get(command)
            if when == "before":
                return
            try:
                code, words, gives = 200, "", master.obey(command, given, data)
            except RefusedError as refused:
                code, words, gives = refused.code, refused.words, {}
            if when == "after":
                return
            self._say(code, (_v1 if version == 1 else _v2)(code, words, gives))

        def _say(self, status: int, body: bytes) -> None:
            if master.trouble.garbage:
                status, body = 200, master.trouble.garbage
            self.send_response(status)  # guide 2.6: the HTTP status reflects the code
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    return Handler


def _of_json(body: bytes) -> tuple[str, dict[str, str], bytes]:
    """json: cmd, who asks, parameters; acme.sh: data is the Base64 of the file, replace a number."""
    try:
        said = json.loads(body)
        data = base64.b64decode(said.pop("data", ""))
        return str(said.pop("cmd", "")), {name: str(value) for name, value in said.items()}, data
    except (ValueError, AttributeError):
        return "", {}, b""
