"""An nginx with an expired certificate, the plan that mends it, and the command that applies it, all for real."""

import os
import shutil
import ssl
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tests.programs.daemons import LOOPBACK, Daemons, program
from tests.real_servers.mending import authority

from mailtrust.core.x509.pem import to_pem, to_pem_chain
from mailtrust.lab.pki import Issued, Pki

HOST = "mail.post.example"
CONF = """\
worker_processes 1;
pid {here}/pid;
events {{}}
http {{
  access_log off;
{temporary}
  server {{
    listen {address}:{port} ssl;
    server_name {host};
    ssl_certificate {here}/tls/mail.pem;
    ssl_certificate_key {here}/tls/mail.key;
    location / {{ return 200 "here\\n"; }}
  }}
}}
"""
TOML = """\
[[server]]
name = "web"
endpoints = ["https://{host}:{port}"]
product = "nginx"
reach = "local"
configuration = "{here}/nginx.conf"
program = "{program}"
"""


@dataclass(frozen=True)
class Web:
    """The server's folder, its port, and the certificates of before and after."""

    here: Path
    port: int
    old: Issued
    new: Issued
    before: dict[str, bytes]
    """Its files, by their names below the folder."""
    plan: Path
    pki: Pki

    @property
    def looking(self) -> tuple[str, ...]:
        """Where to look, and whom to trust."""
        resolve = f"{HOST}:{self.port}:{LOOPBACK}"
        return "--resolve", resolve, "--roots", str(self.here / "root.pem"), "--no-aia", "--client", "openssl,gnutls"

    def files(self) -> dict[str, bytes]:
        """Everything that stands there now."""
        found = (self.here / "nginx.conf", *(self.here / "tls").iterdir())
        return {str(path.relative_to(self.here)): path.read_bytes() for path in found}

    def run(self, *arguments: str | Path, prefix: Sequence[str | Path] = ()) -> subprocess.CompletedProcess[str]:
        """The command, as an administrator runs it."""
        return subprocess.run(
            [*(prefix or (sys.executable, "-m", "mailtrust")), *arguments],
            cwd=self.here, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip

    def apply(self, *arguments: str | Path, prefix: Sequence[str | Path] = ()) -> subprocess.CompletedProcess[str]:
        """`mailtrust apply`, without a question."""
        return self.run("apply", self.plan, "--yes", "--state", self.here / "state", *arguments, prefix=prefix)

    def plan_over(self, reach: str) -> "Web":
        """The same by another way."""
        toml = (self.here / "mailtrust.toml").read_text().replace('"local"', f'"{reach}"')
        (self.here / "other.toml").write_text(toml)
        given = ("--with", self.here / "new.pem", "--key", self.here / "new.key", "--servers", self.here / "other.toml")
        web = replace(self, plan=self.here / "other.json")
        planned = web.run("plan", f"https://{HOST}:{self.port}", *given, *self.looking, "-o", web.plan)
        assert planned.returncode == 0, planned.stderr
        return web

    def put_back(self) -> None:
        """Everything as at the beginning, by hand."""
        shutil.rmtree(self.here / "state", ignore_errors=True)
        (self.here / "meddling").unlink(missing_ok=True)
        for name in set(self.files()) - set(self.before):
            (self.here / name).unlink()
        for name, content in self.before.items():
            (self.here / name).write_bytes(content)

    def reload(self) -> None:
        """Let nginx read its files again, and wait until it has: a signal that is still on its way reads later ones."""
        before = self._workers()
        told = self.run("-c", self.here / "nginx.conf", "-s", "reload", prefix=(self.here / "called",))
        assert told.returncode == 0, told.stderr
        end = time.monotonic() + 20
        while self._workers() <= before:
            assert time.monotonic() < end, "nginx started no new worker"
            time.sleep(0.02)

    def _workers(self) -> set[str]:
        """The processes of nginx beside its first."""
        first = (self.here / "pid").read_text().strip()
        return set(Path(f"/proc/{first}/task/{first}/children").read_text().split())

    def meddle(self, with_what: str) -> None:
        """Let nginx be called through a shell line: `test` or `reload` say in $1 what it is called for."""
        (self.here / "meddling").write_text(with_what)

    def served(self) -> bytes:
        """The leaf that it presents, in DER."""
        return ssl.PEM_cert_to_DER_cert(ssl.get_server_certificate((LOOPBACK, self.port)))


MEDDLED = """\
#!/bin/sh
for last; do :; done
[ ! -e {here}/meddling ] || {{ set -- "$last" "$@"; . {here}/meddling; shift; }}
exec {nginx} "$@"
"""

# What becomes of the command when it is killed at one of its calls.
KILLED = """\
import sys
sys.path.insert(0, {root!r})
from tests.apply.killing import Killer
from mailtrust.cli.main import run
Killer({at}, {when!r}).take_hold()
run()
"""


def killed(at: int, when: str) -> tuple[str, ...]:
    """The command that dies there."""
    root = str(Path(__file__).parents[2])
    return sys.executable, "-c", KILLED.format(root=root, at=at, when=when)


def start_web(daemons: Daemons, here: Path, port: int) -> Web:
    """Start it, and make the plan. Raises NotInstalledError, DidNotStartError."""
    nginx = program("nginx", "nginx")
    (here / "tls").mkdir(parents=True)
    pki = authority()
    old, new = pki.leaf(HOST, key="ec-p256", days=(-90, -2)), pki.leaf(HOST, key="ec-p256")
    _write(here / "tls/mail.pem", to_pem_chain(old.chain).encode(), 0o644)
    _write(here / "tls/mail.key", old.key_pem, 0o640)
    _write(here / "new.pem", to_pem_chain(new.chain).encode(), 0o644)
    _write(here / "new.key", new.key_pem, 0o600)
    (here / "root.pem").write_text(to_pem(pki.root.certificate))
    temporary = "\n".join(
        f"  {name}_temp_path {here}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (here / "nginx.conf").write_text(
        CONF.format(here=here, address=LOOPBACK, port=port, host=HOST, temporary=temporary)
    )
    (here / "mailtrust.toml").write_text(TOML.format(here=here, port=port, host=HOST, program=here / "called"))
    (here / "called").write_text(MEDDLED.format(here=here, nginx=nginx))
    (here / "called").chmod(0o755)
    command = [nginx, "-c", here / "nginx.conf", "-e", here / "error.log", "-g", "daemon off;"]
    daemons.start(command, [(LOOPBACK, port)])
    web = Web(here, port, old, new, {}, here / "mend.json", pki)
    web.before.update(web.files())
    given = ("--with", here / "new.pem", "--key", here / "new.key", "-o", web.plan)
    planned = web.run("plan", f"https://{HOST}:{port}", *given, *web.looking)
    assert planned.returncode in (0, 1), planned.stderr
    return web


def _write(path: Path, octets: bytes, mode: int) -> None:
    path.write_bytes(octets)
    path.chmod(mode)
    if os.geteuid() == 0:
        shutil.chown(path, group="www-data")
