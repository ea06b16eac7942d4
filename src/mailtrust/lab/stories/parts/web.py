"""nginx in front of everything that is asked over http and https, each host with its own certificate."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.text import text
from mailtrust.core.x509.pem import to_pem
from mailtrust.lab.daemons import LOOPBACK, Daemons, program
from mailtrust.lab.lab_error import LabError
from mailtrust.lab.listener import BUNDLE, KEY
from mailtrust.lab.pki import Issued

PROGRAMS = (("nginx", "nginx"),)


@frozen
class Site:
    """One certificate, and what is behind it."""

    label: str
    """Of its folder."""
    names: tuple[str, ...]
    locations: str
    """In nginx's words."""


@frozen
class WebPorts:
    """Where nginx listens."""

    https: int
    http: int
    redirecting: int
    """Plain http of another host, which sends everybody on."""


class Web:
    """All sites on one port for https and one for http, and a host that redirects."""

    def __init__(
        self, daemons: Daemons, folder: Path, sites: Sequence[Site], ports: WebPorts, redirect_to: str
    ) -> None:
        """`redirect_to`: the host to which the redirecting one sends, path and all."""
        self._daemons = daemons
        self._folder = folder
        self._sites = sites
        self._redirect_to = redirect_to
        self._seen: tuple[int, ...] = ()
        self.ports = ports

    def folder_of(self, label: str) -> Path:
        """Where a site's bundle.pem and key.pem stand."""
        return self._folder / label

    def present(self, label: str, issued: Issued) -> None:
        """Put a certificate into a site's folder; `reload` has it served."""
        folder = self.folder_of(label)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        key = folder / KEY
        key.touch(mode=0o600)
        key.write_bytes(issued.key_pem)
        (folder / BUNDLE).write_text("".join(map(to_pem, issued.chain)), "ascii")

    def start(self) -> None:
        """Serve. Raises LabError."""
        here, ports = self._folder, self.ports
        temporary = "".join(
            f"  {name}_temp_path {here}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        blocks = "".join(map(self._block, self._sites))
        plain = f"  server {{\n    listen {LOOPBACK}:{ports.http};\n    return 404;\n  }}\n"
        sending = (
            f"  server {{\n    listen {LOOPBACK}:{ports.redirecting};\n"
            f"    return 302 https://{self._redirect_to}$request_uri;\n  }}\n"
        )
        (here / "nginx.conf").write_text(
            f"daemon off;\npid {here}/pid;\nerror_log {here}/error.log;\nevents {{}}\n"
            f"http {{\n  access_log off;\n  keepalive_timeout 0;\n"
            f"  server_names_hash_bucket_size 128;\n{temporary}{blocks}{plain}{sending}}}\n"
        )
        self._seen = self._stamp()
        listening = [(LOOPBACK, port) for port in (ports.https, ports.http, ports.redirecting)]
        self._daemons.start(self._command(), listening)

    @property
    def changed(self) -> bool:
        """Whether the folders hold something else than what was read last."""
        return self._stamp() != self._seen

    def reload(self) -> None:
        """Have it present what stands in the folders now. Raises LabError."""
        self._seen = self._stamp()
        done = subprocess.run([*self._command(), "-s", "reload"], capture_output=True, text=True, check=False)
        if done.returncode:
            raise LabError(text("nginx does not take its files up again: {said}", said=clean(done.stderr, 500)))

    def _stamp(self) -> tuple[int, ...]:
        files = (self.folder_of(site.label) / name for site in self._sites for name in (BUNDLE, KEY))
        return tuple(file.stat().st_mtime_ns if file.exists() else 0 for file in files)

    def _command(self) -> list[str]:
        here = self._folder
        return [program("nginx", "nginx"), "-c", f"{here}/nginx.conf", "-p", str(here), "-e", f"{here}/error.log"]

    def _block(self, site: Site) -> str:
        folder = self.folder_of(site.label)
        return (
            f"  server {{\n    listen {LOOPBACK}:{self.ports.https} ssl;\n    server_name {' '.join(site.names)};\n"
            f"    ssl_certificate {folder / BUNDLE};\n    ssl_certificate_key {folder / KEY};\n"
            f"    {site.locations}\n  }}\n"
        )
