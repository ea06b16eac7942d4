"""Real server programs that show a scenario's faces, and clients that stay connected while they are mended."""

import shutil
import socket
import ssl
import subprocess
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from tests.circle.broken import Face
from tests.programs.daemons import LOOPBACK, Daemons, FreePorts, program
from tests.programs.postfix import MAIN, SERVICES

SECONDS = 20


@dataclass(frozen=True)
class Running:
    """A program that runs, as mailtrust.toml names it."""

    product: str
    configuration: Path
    ports: tuple[tuple[str, int], ...]
    """The scheme and the real port of each face."""
    connect: "Callable[[int], Client] | None"
    """Somebody who must not notice; None: the product cuts clients off when it takes up a configuration."""
    program: str = ""
    take_up: tuple[str, ...] = ()


class Client:
    """Connected before something happens; asks again afterwards."""

    def __init__(self, port: int, question: bytes, *, hello: bytes = b"", secure: bool = False) -> None:
        self._question = question
        self._socket = socket.create_connection((LOOPBACK, port), SECONDS)
        if secure:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            with warnings.catch_warnings():  # a server may speak nothing newer: that is what is mended
                warnings.simplefilter("ignore", DeprecationWarning)
                context.minimum_version = ssl.TLSVersion.TLSv1
            context.set_ciphers("DEFAULT:@SECLEVEL=0")
            self._socket = context.wrap_socket(self._socket)
        if hello:
            self._socket.sendall(hello)
        else:
            assert self._socket.recv(4096)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def is_served(self) -> bool:
        """Whether the same connection still gives an answer."""
        try:
            self._socket.sendall(self._question)
            said = self._socket.recv(4096)
        except OSError:
            return False
        return bool(said) and b"BYE" not in said and not said.startswith(b"421")


def surfer(port: int) -> Client:
    """In the middle of a request over HTTPS."""
    return Client(port, b"\r\n", hello=b"GET / HTTP/1.1\r\nHost: mail.example.test\r\n", secure=True)


def mailer(port: int) -> Client:
    """In the middle of a talk over SMTP."""
    return Client(port, b"NOOP\r\n")


def pair(face: Path) -> tuple[str, str]:
    """Chain and key."""
    return str(face / "bundle.pem"), str(face / "key.pem")


def combined(face: Path, *, key_first: bool) -> str:
    """Both in one file."""
    chain, key = ((face / name).read_bytes() for name in ("bundle.pem", "key.pem"))
    path = face / "combined.pem"
    path.write_bytes(key + chain if key_first else chain + key)
    path.chmod(0o600)
    return str(path)


@dataclass(frozen=True)
class Nginx:
    """nginx with one server block a face, each at a port of its own."""

    id: str = "nginx"
    schemes: tuple[str, ...] = ("https",)

    def start(self, daemons: Daemons, here: Path, host: str, faces: Sequence[Face], free_port: FreePorts) -> Running:
        """Raises NotInstalledError, DidNotStartError."""
        binary = program("nginx", "nginx")
        ports = [free_port() for _ in faces]
        conf = here / "nginx.conf"
        temporary = "".join(
            f"  {name}_temp_path {here}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        blocks = "".join(self._blocks(host, face, port) for face, port in zip(faces, ports, strict=True))
        conf.write_text(
            f"daemon off;\npid {here}/pid;\nerror_log {here}/error.log;\nevents {{}}\nhttp {{\n  access_log off;\n"
            f"{temporary}  ssl_ciphers DEFAULT:@SECLEVEL=0;\n  ssl_session_cache off;\n{blocks}}}\n"
        )
        daemons.start([binary, "-c", conf, "-e", here / "error.log"], [(LOOPBACK, port) for port in ports])
        return Running("nginx", conf, tuple(("https", port) for port in ports), surfer)

    def _blocks(self, host: str, face: Face, port: int) -> str:
        versions = "    ssl_protocols TLSv1;\n" if face.manners.newest_tls is not None else ""
        pairs = [one for one in (face.folder, face.second) if one is not None]
        own = "".join(
            f"    ssl_certificate {chain};\n    ssl_certificate_key {key};\n" for chain, key in map(pair, pairs)
        )
        blocks = [(host, own)]
        if face.nameless is not None:
            chain, key = pair(face.nameless)
            blocks.insert(
                0, ("shared.hoster.example", f"    ssl_certificate {chain};\n    ssl_certificate_key {key};\n")
            )
        return "".join(
            f"  server {{\n    listen {LOOPBACK}:{port} ssl;\n    server_name {name};\n{versions}{lines}"
            '    return 200 "here";\n  }\n'
            for name, lines in blocks
        )


@dataclass(frozen=True)
class Postfix:
    """Postfix with a certificate for each service, in master.cf where they differ."""

    id: str = "postfix"
    schemes: tuple[str, ...] = ("smtp", "submission")

    def start(self, daemons: Daemons, here: Path, host: str, faces: Sequence[Face], free_port: FreePorts) -> Running:
        """Raises NotInstalledError, DidNotStartError."""
        master, postfix = program("master", "postfix"), program("postfix", "postfix")
        for name in ("conf", "queue", "data"):
            (here / name).mkdir(parents=True)
        shutil.chown(here / "data", "postfix")
        ports = [(scheme, free_port()) for scheme, _ in zip(self.schemes, faces, strict=False)]
        first = faces[0]
        main = MAIN.format(here=here, openssl=daemons.openssl_configuration)
        if first.manners.upgrade != "offered":
            main = main.replace("smtpd_tls_security_level = may", "smtpd_tls_security_level = none")
        if first.manners.newest_tls is not None:
            main += "smtpd_tls_protocols = TLSv1\nsmtpd_tls_mandatory_protocols = TLSv1\n"
        main += self._named(host, first, here, daemons)
        lines = [f"{LOOPBACK}:{ports[0][1]} inet n - n - - smtpd\n"]
        for face, (_, port) in zip(faces[1:], ports[1:], strict=False):
            file = combined(face.folder, key_first=True)
            lines.append(f"{LOOPBACK}:{port} inet n - n - - smtpd\n  -o smtpd_tls_chain_files={file}\n")
        (here / "conf" / "main.cf").write_text(main)
        (here / "conf" / "master.cf").write_text("".join(lines) + SERVICES)
        if first.nameless is not None:
            subprocess.run([program("postmap", "postfix"), "-F", f"hash:{here}/conf/sni"], check=True)
        subprocess.run([postfix, "-c", here / "conf", "check"], check=True, capture_output=True)
        daemons.start(
            [master, "-c", here / "conf", "-d"],
            [(LOOPBACK, port) for _, port in ports],
            MAIL_CONFIG=str(here / "conf"),
        )
        return Running("postfix", here / "conf", tuple(ports), mailer)

    def _named(self, host: str, face: Face, here: Path, daemons: Daemons) -> str:
        if face.nameless is not None:
            own, shared = combined(face.folder, key_first=True), combined(face.nameless, key_first=True)
            (here / "conf" / "sni").write_text(f"{host} {own}\n")
            return f"smtpd_tls_chain_files = {shared}\ntls_server_sni_maps = hash:{here}/conf/sni\n"
        if face.second is not None:
            files = (combined(one, key_first=True) for one in (face.folder, face.second))
            return f"smtpd_tls_chain_files = {', '.join(files)}\n"
        chain, key = pair(face.folder)
        return f"smtpd_tls_cert_file = {chain}\nsmtpd_tls_key_file = {key}\n"


PRODUCTS = (Nginx(), Postfix())
