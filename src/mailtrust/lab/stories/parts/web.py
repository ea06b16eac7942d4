"""nginx in front of everything that is asked over http and https, each host with its own certificate."""

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.text import text
from mailtrust.core.x509.pem import to_pem
from mailtrust.lab.daemons import LOOPBACK, Daemons, program
from mailtrust.lab.lab_error import LabError
from mailtrust.lab.pki import Issued

PROGRAMS = (("nginx", "nginx"),)
LOG = "requests.log"


@dataclass(frozen=True, slots=True)
class Site:
    """One certificate, and what is behind it."""

    label: str
    """Of its folder."""
    names: tuple[str, ...]
    locations: str
    """In nginx's words."""


class Web:
    """All sites on one port for https and one for http."""

    def __init__(self, daemons: Daemons, folder: Path, sites: Sequence[Site], ports: tuple[int, int]) -> None:
        self._daemons = daemons
        self._folder = folder
        self._sites = sites
        self.https, self.http = ports

    def folder_of(self, label: str) -> Path:
        """Where a site's bundle.pem and key.pem stand."""
        return self._folder / label

    def present(self, label: str, issued: Issued) -> None:
        """Put a certificate into a site's folder; `reload` has it served."""
        folder = self.folder_of(label)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        key = folder / "key.pem"
        key.touch(mode=0o600)
        key.write_bytes(issued.key_pem)
        (folder / "bundle.pem").write_text("".join(map(to_pem, issued.chain)), "ascii")

    def start(self) -> None:
        """Serve. Raises LabError."""
        here = self._folder
        temporary = "".join(
            f"  {name}_temp_path {here}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        blocks = "".join(map(self._block, self._sites))
        names = " ".join(name for site in self._sites for name in site.names)
        plain = f"  server {{\n    listen {LOOPBACK}:{self.http};\n    server_name {names};\n    return 404;\n  }}\n"
        (here / "nginx.conf").write_text(
            f"daemon off;\npid {here}/pid;\nerror_log {here}/error.log;\nevents {{}}\n"
            f"http {{\n  log_format hosts '$host $server_port $status $request_method $uri';\n"
            f"  access_log {here}/{LOG} hosts;\n  server_names_hash_bucket_size 128;\n{temporary}{blocks}{plain}}}\n"
        )
        self._daemons.start(self._command(), [(LOOPBACK, self.https), (LOOPBACK, self.http)])

    def reload(self) -> None:
        """Have it present what stands in the folders now."""
        done = subprocess.run([*self._command(), "-s", "reload"], capture_output=True, text=True, check=False)
        if done.returncode:
            raise LabError(text("nginx does not take its files up again: {said}", said=clean(done.stderr, 500)))

    def asked(self) -> tuple[str, ...]:
        """Who was asked for what, in order: host, our port, status, method, path."""
        return tuple((self._folder / LOG).read_text(encoding="utf-8").splitlines())

    def _command(self) -> list[str]:
        here = self._folder
        return [program("nginx", "nginx"), "-c", f"{here}/nginx.conf", "-p", str(here), "-e", f"{here}/error.log"]

    def _block(self, site: Site) -> str:
        folder = self.folder_of(site.label)
        return (
            f"  server {{\n    listen {LOOPBACK}:{self.https} ssl;\n    server_name {' '.join(site.names)};\n"
            f"    ssl_certificate {folder}/bundle.pem;\n    ssl_certificate_key {folder}/key.pem;\n"
            f"    {site.locations}\n  }}\n"
        )
