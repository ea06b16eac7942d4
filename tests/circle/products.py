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
from tests.programs.daemons import LOOPBACK, Daemons, DidNotStartError, FreePorts, program
from tests.programs.dovecot import ANYBODY
from tests.programs.exim import Exim as EximProgram
from tests.programs.postfix import MAIN, SERVICES
from tests.programs.web import Site, WebServer, start_web_server

from mailtrust.core.model.text import text
from mailtrust.core.targets.configured import ConfiguredProduct, apache, haproxy, nginx

SECONDS = 20
DOVECOT = """\
base_dir = {here}/run
state_dir = {here}/state-of-dovecot
log_path = {here}/log
protocols = imap pop3
listen = 127.0.0.1
mail_max_userip_connections = 100
import_environment = TZ OPENSSL_CONF={openssl}
# Otherwise it ends who is connected some seconds after a reload.
shutdown_clients = no
disable_plaintext_auth = no
mail_location = maildir:{here}/home/mail
{anybody}service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service pop3-login {{
  inet_listener pop3 {{
    port = 0
  }}
  inet_listener pop3s {{
    port = {pop3s}
    ssl = yes
  }}
}}
"""
# It has no reload: whoever keeps it running starts it again.
SLAPD_RESTART = """\
#!/bin/sh
touch {here}/again
old=$(cat {here}/pid)
kill $old
for _ in $(seq 200); do
  sleep 0.05
  new=$(cat {here}/pid 2>/dev/null)
  [ -n "$new" ] && [ "$new" != "$old" ] && kill -0 "$new" && exit 0
done
exit 1
"""


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

    def ask(self, question: bytes, answer: bytes) -> None:
        """Say something, and expect that."""
        self._socket.sendall(question)
        assert answer in self._socket.recv(4096)

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


def reader(port: int) -> Client:
    """Logged in over IMAP."""
    client = Client(port, b"a NOOP\r\n")
    client.ask(b"a LOGIN reader secret\r\n", b"a OK")
    return client


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
class Web:
    """nginx, Apache or HAProxy with one site, and another for who gives no name where the scenario has one."""

    product: ConfiguredProduct
    schemes: tuple[str, ...] = ("https",)

    @property
    def id(self) -> str:
        """The product's id."""
        return self.product.ID

    def _both(self, face: Face) -> Callable[[str], str]:
        """Puts the second pair behind the first."""
        if face.second is None or self.product is haproxy:
            return lambda configuration: configuration
        names = {"nginx": ("ssl_certificate", "ssl_certificate_key", ";")}
        chain, key, end = names.get(self.id, ("SSLCertificateFile", "SSLCertificateKeyFile", ""))
        own, more = pair(face.folder), pair(face.second)
        line = f"  {key} {own[1]}{end}\n"
        return lambda old: old.replace(line, f"{line}  {chain} {more[0]}{end}\n  {key} {more[1]}{end}\n")

    def start(self, daemons: Daemons, here: Path, host: str, faces: Sequence[Face], free_port: FreePorts) -> Running:
        """Raises NotInstalledError, DidNotStartError."""
        (face,) = faces
        web = WebServer(self.product, here, free_port())
        versions = "TLSv1" if face.manners.newest_tls is not None else "TLSv1.2 TLSv1.3"
        # HAProxy takes both kinds of keys for a name from two files; the others name both in one place.
        second = face.second if self.product is haproxy else None
        shown = [("shared.hoster.example", face.nameless), (host, face.folder), (host, second)]
        sites = [
            Site(name, web.files(one / "bundle.pem", one / "key.pem"), versions)
            for name, one in shown
            if one is not None
        ]
        start_web_server(daemons, web, sites, self._both(face))
        server = web.server
        return Running(
            self.id, Path(server.configuration), (("https", web.port),), surfer, server.program, server.take_up
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


@dataclass(frozen=True)
class Dovecot:
    """Dovecot with a certificate for all, and another for POP3 where two faces differ."""

    id: str = "dovecot"
    schemes: tuple[str, ...] = ("imap", "pop3s")

    def start(self, daemons: Daemons, here: Path, host: str, faces: Sequence[Face], free_port: FreePorts) -> Running:
        """Raises NotInstalledError, DidNotStartError."""
        binary = program("dovecot", "dovecot-imapd dovecot-pop3d")
        ports = [(scheme, free_port()) for scheme, _ in zip(self.schemes, faces, strict=False)]
        numbers = {"imap": 0, "pop3s": 0, **dict(ports)}
        first = faces[0]
        lines = [
            DOVECOT.format(
                here=here, anybody=ANYBODY.format(here=here), openssl=daemons.openssl_configuration, **numbers
            )
        ]
        lines.append("ssl = no\n" if first.manners.upgrade != "offered" else "ssl = yes\n")
        if first.manners.newest_tls is not None:
            lines.append("ssl_min_protocol = TLSv1\n# as it was in 2009\nssl_cipher_list = AES128-SHA:@SECLEVEL=0\n")
        chain, key = pair(first.nameless or first.folder)
        lines.append(f"ssl_cert = <{chain}\nssl_key = <{key}\n")
        if first.nameless is not None:
            chain, key = pair(first.folder)
            lines.append(f"local_name {host} {{\n  ssl_cert = <{chain}\n  ssl_key = <{key}\n}}\n")
        if first.second is not None:
            chain, key = pair(first.second)
            lines.append(f"ssl_alt_cert = <{chain}\nssl_alt_key = <{key}\n")
        for face in faces[1:]:
            chain, key = pair(face.folder)
            lines.append(f"protocol pop3 {{\n  ssl_cert = <{chain}\n  ssl_key = <{key}\n}}\n")
        (here / "home").mkdir(mode=0o777)
        (here / "home").chmod(0o777)
        (here / "dovecot.conf").write_text("".join(lines))
        daemons.start([binary, "-F", "-c", here / "dovecot.conf"], [(LOOPBACK, port) for _, port in ports])
        return Running("dovecot", here / "dovecot.conf", tuple(ports), reader)


@dataclass(frozen=True)
class Exim:
    """Exim with one certificate, which it reads for each connection."""

    id: str = "exim"
    schemes: tuple[str, ...] = ("smtp",)

    def start(self, daemons: Daemons, here: Path, host: str, faces: Sequence[Face], free_port: FreePorts) -> Running:
        """Raises NotInstalledError, DidNotStartError."""
        face = faces[0]
        if face.nameless is not None or face.second is not None:
            raise DidNotStartError(text("its certificate by name is an expression"))
        daemon = EximProgram(here / "exim")
        ports = {"smtp": free_port()}
        chain, key = pair(face.folder)
        shutil.chown(key, 65533)
        lines = f"tls_certificate = {chain}\ntls_privatekey = {key}\n"
        if face.manners.upgrade != "offered":
            lines += "tls_advertise_hosts =\n"
        if face.manners.newest_tls is not None:
            lines += "tls_require_ciphers = NORMAL:-VERS-ALL:+VERS-TLS1.0:%COMPAT\n"
        daemon.configure(ports, lines)
        daemon.start(daemons, ports)
        return Running(
            "exim", daemon.configuration, tuple(ports.items()), mailer, str(daemon.program), (str(daemon.take_up),)
        )


@dataclass(frozen=True)
class Slapd:
    """slapd with its slapd.conf, which is read when it starts."""

    id: str = "slapd"
    schemes: tuple[str, ...] = ("ldaps",)

    def start(self, daemons: Daemons, here: Path, host: str, faces: Sequence[Face], free_port: FreePorts) -> Running:
        """Raises NotInstalledError, DidNotStartError."""
        face = faces[0]
        if face.nameless is not None or face.second is not None:
            raise DidNotStartError(text("it has one certificate"))
        binary, port = program("slapd", "slapd"), free_port()
        chain, key = pair(face.folder)
        versions = "TLSCipherSuite NORMAL:-VERS-ALL:+VERS-TLS1.0\n" if face.manners.newest_tls is not None else ""
        (here / "slapd.conf").write_text(
            f"pidfile {here}/pid\nTLSCertificateFile {chain}\nTLSCertificateKeyFile {key}\n{versions}"
        )
        command = f"{binary} -f {here}/slapd.conf -h ldaps://{LOOPBACK}:{port} -d 0"
        (here / "restart").write_text(SLAPD_RESTART.format(here=here))
        (here / "keep-running").write_text(f"#!/bin/sh\nwhile :; do {command}; [ -e {here}/again ] || exit; done\n")
        daemons.start(["sh", here / "keep-running"], [(LOOPBACK, port)])
        return Running(
            "slapd", here / "slapd.conf", (("ldaps", port),), None, take_up=("sh", f"{here}/restart", str(port))
        )


PRODUCTS = (Web(nginx), Web(apache), Web(haproxy), Postfix(), Dovecot(), Exim(), Slapd())
