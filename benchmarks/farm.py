"""Mail hosts of real servers on this machine: nginx, Postfix and Dovecot, on the ports where mail clients expect them.

Each host has an address of the loopback network, a name and a certificate of its own. Needs root, for the ports and for
the two mail servers, and what `make test-servers` installs.
"""

import shutil
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from tests.programs.daemons import Daemons, Place
from tests.programs.dovecot import SERVICES, start_dovecot
from tests.programs.nginx import start_nginx
from tests.programs.postfix import MODES, start_postfix

from mailtrust.core.x509.pem import to_pem
from mailtrust.lab.aia_host import AiaHost
from mailtrust.lab.pki import Pki

ADDRESS = "127.77.0.{number}"
NAME = "mail{number}.post.example"
PORTS = {
    "smtp": 25, "submissions": 465, "submission": 587, "imap": 143, "imaps": 993, "pop3": 110, "pop3s": 995,
    "sieve": 4190, "https": 443,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Port:
    """One endpoint of the farm."""

    name: str
    place: Place


class Farm:
    """The servers, up while the context is."""

    def __init__(self, hosts: int) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="mailtrust-farm-"))
        self.folder.chmod(0o755)
        self.root = self.folder / "root.pem"
        self._running = ExitStack()
        aia = AiaHost("127.0.0.1")
        pki = Pki(datetime.now(UTC), "Sample Authority", aia)
        aia.close()
        self.root.write_text(to_pem(pki.root.certificate))
        self.ports = tuple(port for number in range(1, hosts + 1) for port in self._host(number, pki))

    def _host(self, number: int, pki: Pki) -> tuple[Port, ...]:
        name = NAME.format(number=number)
        folder = self.folder / name
        folder.mkdir()
        leaf = pki.leaf(name)
        bundle = "".join(map(to_pem, leaf.chain))
        (folder / "bundle.pem").write_text(bundle)
        (folder / "key.pem").write_bytes(leaf.key_pem)
        (folder / "combined.pem").write_bytes(leaf.key_pem + bundle.encode())
        address = ADDRESS.format(number=number)
        return tuple(Port(name, Place(scheme, port, folder, address)) for scheme, port in PORTS.items())

    def __enter__(self) -> Self:
        places = [port.place for port in self.ports]
        try:
            daemons = self._running.enter_context(Daemons(self.folder))
            start_nginx(daemons, self.folder / "nginx", [place for place in places if place.scheme == "https"])
            start_postfix(daemons, self.folder / "postfix", [place for place in places if place.scheme in MODES])
            start_dovecot(daemons, self.folder / "dovecot", [place for place in places if place.scheme in SERVICES])
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._running.close()
        shutil.rmtree(self.folder)

    def connections(self) -> int:
        """How many connections Postfix has seen so far: its three ports stand for all nine."""
        log = (self.folder / "postfix" / "log").read_text(errors="replace")
        return log.count(": connect from ")
