"""Pebble, Knot, nginx, Postfix and Dovecot, each with its first certificate, and the command as a timer runs it."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.programs.daemons import LOOPBACK, Daemons, program
from tests.programs.dovecot import ANYBODY, IMAPS_ALONE
from tests.programs.knot import SECRET, Knot, start_knot
from tests.programs.pebble import Pebble, start_pebble
from tests.programs.postfix import MAIN, SERVICES
from tests.real_servers.applying import MEDDLED

from mailtrust.core.x509.pem import to_pem, to_pem_chain
from mailtrust.edge.acme.account import AccountFolder
from mailtrust.flows.acme import register
from mailtrust.lab.aia_host import AiaHost
from mailtrust.lab.pki import Pki

ZONE = "post.example"
HOST = f"mail.{ZONE}"
LIVES = 90 * 86400
"""Seconds that a certificate of the CA lasts."""
NGINX = """\
worker_processes 1;
pid {here}/nginx.pid;
events {{}}
http {{
  access_log off;
{temporary}
  server {{
    listen {address}:{https} ssl;
    server_name {host};
    ssl_certificate {here}/tls/web.pem;
    ssl_certificate_key {here}/tls/web.key;
    return 200 "here";
  }}
}}
"""
POSTFIX = """\
smtpd_tls_security_level = may
smtpd_tls_cert_file = {here}/tls/mail.pem
smtpd_tls_key_file = {here}/tls/mail.key
"""
DOVECOT = """\
base_dir = {here}/run
state_dir = {here}/dovecot-state
log_path = {here}/dovecot.log
protocols = imap
listen = {address}
mail_max_userip_connections = 100
shutdown_clients = no
ssl = yes
ssl_cert = <{here}/tls/imap.pem
ssl_key = <{here}/tls/imap.key
"""
TOML = """\
roots = ["roots.pem"]
clients = ["openssl", "gnutls"]
{first}
[[server]]
name = "web"
product = "nginx"
endpoints = ["https://{host}:{https}"]
reach = "local"
configuration = "{here}/nginx.conf"
program = "{here}/called"

[[server]]
name = "smtp"
product = "postfix"
endpoints = ["smtp://{host}:{smtp}"]
reach = "local"
configuration = "{here}/postfix"

[[server]]
name = "imap"
product = "dovecot"
endpoints = ["imaps://{host}:{imaps}"]
reach = "local"
configuration = "{here}/dovecot.conf"

[[renew]]
name = "mail"
names = ["{host}"]
by = "{directory}"
account = "account"
dns_update = "{dns}"
tsig_file = "update.key"
key = "ec-p256"
{more}
"""


@dataclass
class World:
    """All of it."""

    here: Path
    ports: dict[str, int]
    pebble: Pebble
    knot: Knot
    daemons: Daemons
    said: list[str] = field(default_factory=list)
    """By every run."""

    def write_toml(self, *, first: str = "", more: str = "", by: str = "") -> None:
        """What the organisation says."""
        content = TOML.format(
            here=self.here, host=HOST, directory=by or self.pebble.directory, dns=self.knot.place, first=first,
            more=more, **self.ports,
        )  # fmt: skip
        if by:
            content = content.replace('account = "account"\n', "")
        (self.here / "mailtrust.toml").write_text(content)

    def run(self, *arguments: str | Path, prefix: Sequence[str] = (), **environment: str) -> Any:
        """The command, as a timer runs it: without a terminal."""
        done = subprocess.run(
            [*(prefix or (sys.executable, "-m", "mailtrust")), *arguments],
            cwd=self.here, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, timeout=300,
            env={**os.environ, "LANGUAGE": "en", **environment},
        )  # fmt: skip
        self.said.append(f"{' '.join(map(str, arguments))}: {done.returncode}\n{done.stdout}\n{done.stderr}")
        return done

    def renew(self, *arguments: str | Path, prefix: Sequence[str] = ()) -> tuple[int, dict[str, Any], str]:
        """`mailtrust renew`: its status, what it tells of the only certificate, and what it says."""
        given = ("--state", self.here / "state", "--dns", self.knot.place, "--no-aia", "--format", "json")
        done = self.run("renew", *(arguments or ("--all",)), *given, prefix=prefix)
        told = json.loads(done.stdout)["renewals"] if done.stdout.startswith("{") else []
        return done.returncode, told[0] if told else {}, done.stderr

    def until_renewed(self, *arguments: str, most: int = 12) -> None:
        """Run after run, as a timer would, with two seconds between, until it is renewed."""
        for _ in range(most):
            _, told, _ = self.renew(*arguments)
            if told.get("outcome") == "renewed":
                return
            time.sleep(2)
        raise AssertionError("\n".join(self.said[-most:]))

    def meddle(self, with_what: str) -> None:
        """Have nginx called through a shell line; empty: no more."""
        if with_what:
            (self.here / "meddling").write_text(with_what)
        else:
            (self.here / "meddling").unlink(missing_ok=True)

    def tlsa(self) -> list[str]:
        """The records of the SMTP port."""
        import dns.message
        import dns.query

        name = f"_{self.ports['smtp']}._tcp.{HOST}"
        answer = dns.query.tcp(dns.message.make_query(name, "TLSA"), LOOPBACK, timeout=5, port=self.knot.port)
        return sorted(str(one) for rrset in answer.answer for one in rrset)


def start_world(daemons: Daemons, here: Path, ports: Callable[[], int]) -> World:
    """Start everything. Raises NotInstalledError, DidNotStartError."""
    nginx, postfix = program("nginx", "nginx"), program("postfix", "postfix")
    for name in ("tls", "home", "postfix", "queue", "data"):
        (here / name).mkdir(parents=True)
    (here / "home").chmod(0o777)
    shutil.chown(here / "data", "postfix")
    given = {"https": ports(), "smtp": ports(), "imaps": ports()}
    knot = start_knot(daemons, here / "knot", ports(), ZONE, ("mail A 127.0.0.1",))
    pebble = start_pebble(
        daemons, here / "pebble", ports, dns=knot.place, configuration={"certificateValidityPeriod": LIVES},
        PEBBLE_AUTHZREUSE="0",
    )  # fmt: skip
    world = World(here, given, pebble, knot, daemons)
    aia = AiaHost(LOOPBACK)
    pki = Pki(datetime.now(UTC), "First Authority", aia)
    aia.close()
    # What stands there at the beginning is nearly over: it is due.
    old = pki.leaf(HOST, key="ec-p256", days=(-80, 4))
    for name in ("web", "mail", "imap"):
        (here / f"tls/{name}.pem").write_text(to_pem_chain(old.chain))
        (here / f"tls/{name}.key").write_bytes(old.key_pem)
        (here / f"tls/{name}.key").chmod(0o600)
    (here / "roots.pem").write_text(to_pem(pki.root.certificate) + pebble.ask("roots/0").decode())
    (here / "update.key").write_text(f'key "acme" {{\n\talgorithm hmac-sha256;\n\tsecret "{SECRET}";\n}};\n')
    register(
        AccountFolder(here / "account"), pebble.directory, (), agreed=True, external=None, server_roots=pebble.root
    )
    temporary = "".join(
        f"  {name}_temp_path {here}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    values = {"here": here, "address": LOOPBACK, "host": HOST, "temporary": temporary, **given}
    (here / "nginx.conf").write_text(NGINX.format(**values))
    (here / "dovecot.conf").write_text((DOVECOT + ANYBODY + IMAPS_ALONE).format(**values))
    (here / "called").write_text(MEDDLED.format(here=here, nginx=nginx))
    (here / "called").chmod(0o755)
    main = MAIN.format(here=here, openssl="/nowhere").replace("smtpd_tls_security_level = may\n", "")
    (here / "postfix/main.cf").write_text(main + POSTFIX.format(**values))
    (here / "postfix/master.cf").write_text(f"{LOOPBACK}:{given['smtp']} inet n - n - - smtpd\n{SERVICES}")
    subprocess.run([postfix, "-c", here / "postfix", "check"], check=True, capture_output=True)
    start_nginx(world)
    daemons.start(
        [program("master", "postfix"), "-c", here / "postfix", "-d"],
        [(LOOPBACK, given["smtp"])],
        MAIL_CONFIG=str(here / "postfix"),
    )
    daemons.start(
        [program("dovecot", "dovecot-imapd"), "-F", "-c", here / "dovecot.conf"], [(LOOPBACK, given["imaps"])]
    )
    world.write_toml()
    return world


def start_nginx(world: World) -> None:
    """Start it, once more if need be."""
    command = [program("nginx", "nginx"), "-c", world.here / "nginx.conf", "-e", world.here / "nginx.log"]
    world.daemons.start([*command, "-g", "daemon off;"], [(LOOPBACK, world.ports["https"])])
