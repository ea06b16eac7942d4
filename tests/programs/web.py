"""nginx, Apache and HAProxy with two sites on one port, as an administrator would run them: with a graceful reload."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.programs.daemons import LOOPBACK, Daemons, program

from mailtrust.core.model.configured import Files
from mailtrust.core.model.settings import Server
from mailtrust.core.targets.configured import ConfiguredProduct, apache, haproxy, nginx

PID_SECONDS = 10
# A signal that comes while the master is still starting is lost.
RELOAD = """\
#!/bin/sh
master=$(cat {here}/pid)
before=$(cat /proc/$master/task/$master/children)
kill -USR2 $master
waited=0
while [ "$(cat /proc/$master/task/$master/children)" = "$before" ]; do
  sleep 0.05
  waited=$((waited + 1))
  [ $((waited % 20)) != 0 ] || kill -USR2 $master
done
"""
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


@dataclass(frozen=True)
class Site:
    """A name, and what is presented for it."""

    name: str
    files: Files
    tls: str = "TLSv1.2 TLSv1.3"


@dataclass(frozen=True)
class WebServer:
    """One that runs, and how its configuration is written."""

    product: ConfiguredProduct
    here: Path
    port: int

    @property
    def configuration(self) -> Path:
        return self.here / "main.conf"

    @property
    def server(self) -> Server:
        """As mailtrust.toml would name it."""
        binary = {"nginx": "nginx", "apache": "apache2", "haproxy": "haproxy"}[self.product.ID]
        take_up = ("sh", f"{self.here}/reload") if self.product is haproxy else ()
        return Server(
            "web", (), self.product.ID, "local",
            configuration=str(self.configuration), program=program(binary, binary), take_up=take_up,
        )  # fmt: skip

    def write(self, sites: Sequence[Site]) -> None:
        """The configuration of these sites, the first of them for who gives no name."""
        write = {"nginx": self._nginx, "apache": self._apache, "haproxy": self._haproxy}[self.product.ID]
        self.configuration.write_text("\n".join(write(sites)) + "\n")

    def files(self, chain: Path, key: Path) -> Files:
        """As this product wants them: HAProxy in one file."""
        if self.product is not haproxy:
            return Files(str(chain), str(key))
        together = chain.with_suffix(".both.pem")
        together.write_bytes(key.read_bytes() + chain.read_bytes())
        return Files(str(together), str(together))

    def _nginx(self, sites: Sequence[Site]) -> list[str]:
        lines = ["worker_processes 2;", f"pid {self.here}/pid;", "events {}", "http {", "access_log off;"]
        lines += [f"{name}_temp_path {self.here}/{name};" for name in TEMPORARY]
        lines += ["ssl_ciphers DEFAULT:@SECLEVEL=0;"]
        for one in sites:
            lines += ["server {", f"  listen {LOOPBACK}:{self.port} ssl;", f"  server_name {one.name};"]
            lines += [f"  ssl_protocols {one.tls};", f"  ssl_certificate {one.files.chain};"]
            lines += [f"  ssl_certificate_key {one.files.key};", '  return 200 "here";', "}"]
        return [*lines, "}"]

    def _apache(self, sites: Sequence[Site]) -> list[str]:
        modules = ("mpm_event", "authz_core", "ssl")
        lines = [f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so" for name in modules]
        lines += [f"PidFile {self.here}/pid", f"DefaultRuntimeDir {self.here}", f"ErrorLog {self.here}/error.log"]
        lines += ["User nobody", "Group nogroup", "SSLCipherSuite DEFAULT:@SECLEVEL=0", "ServerName post.example"]
        lines += [f"Listen {LOOPBACK}:{self.port}"]
        for one in sites:
            versions = " ".join(f"+{version}" for version in one.tls.split())
            lines += [f"<VirtualHost {LOOPBACK}:{self.port}>", f"  ServerName {one.name}", "  SSLEngine on"]
            lines += [f"  SSLProtocol -all {versions}", f"  SSLCertificateFile {one.files.chain}"]
            lines += [f"  SSLCertificateKeyFile {one.files.key}", "</VirtualHost>"]
        return lines

    def _haproxy(self, sites: Sequence[Site]) -> list[str]:
        versions = sites[0].tls.split()
        names = {"TLSv1": "TLSv1.0"}
        low, high = (names.get(one, one) for one in (versions[0], versions[-1]))
        crts = " ".join(f"crt {one.files.chain}" for one in sites)
        return [
            "global", "  ssl-default-bind-ciphers DEFAULT:@SECLEVEL=0",
            f"  stats socket {self.here}/admin.sock mode 600 level admin",
            "defaults", "  mode http", "  timeout client 60s", "  timeout server 60s", "  timeout connect 60s",
            "frontend web",
            f"  bind {LOOPBACK}:{self.port} ssl {crts} ssl-min-ver {low} ssl-max-ver {high}",
            "  http-request return status 200",
        ]  # fmt: skip


def start_web_server(
    daemons: Daemons, web: WebServer, sites: Sequence[Site], changed: Callable[[str], str] = str
) -> None:
    """Serve the sites from a folder that is there. Raises NotInstalledError, DidNotStartError.

    `changed`: gives the configuration as it shall be.
    """
    web.write(sites)
    web.configuration.write_text(changed(web.configuration.read_text()))
    (web.here / "reload").write_text(RELOAD.format(here=web.here))
    binary, file, here = web.server.program, web.configuration, web.here
    command: list[str | Path] = {
        "nginx": [binary, "-c", file, "-e", here / "error.log", "-g", "daemon off;"],
        "apache": [binary, "-d", here, "-f", file, "-D", "FOREGROUND"],
        "haproxy": ["/bin/sh", "-c", f"echo $$ > {here}/pid; exec {binary} -W -db -f {file}"],
    }[web.product.ID]
    daemons.start(command, [(LOOPBACK, web.port)])
    until = time.monotonic() + PID_SECONDS
    while not (here / "pid").exists():
        assert time.monotonic() < until, "no pid"
        time.sleep(0.05)


WEB_PRODUCTS: tuple[ConfiguredProduct, ...] = (nginx, apache, haproxy)
