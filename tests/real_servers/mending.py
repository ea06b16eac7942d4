"""A real server's own configuration surveyed and changed as a product says, with clients connected all the time."""

import socket
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from mailtrust.core.formats.target import SCHEMES
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.configured import Act, Cannot, Change, ConfiguredCertificate, Edit, Files
from mailtrust.core.model.endpoint import Endpoint, Offer
from mailtrust.core.model.observation import Handshake, Observation
from mailtrust.core.model.plan import RunCommand
from mailtrust.core.model.remedy import ConfigureServer
from mailtrust.core.model.settings import Server
from mailtrust.core.targets.configured import ConfiguredProduct
from mailtrust.core.targets.mending.surveyed import Surveyed
from mailtrust.core.x509.pem import to_pem_chain
from mailtrust.edge.probe.prober import probe
from mailtrust.edge.transport.local import LocalMachine
from mailtrust.flows.survey import survey
from mailtrust.lab.aia_host import AiaHost
from mailtrust.lab.daemons import LOOPBACK
from mailtrust.lab.pki import Issued, Pki

MACHINE = LocalMachine()
SECONDS = 10
HOST = "mail.post.example"


@dataclass(frozen=True)
class Patient:
    """A product that runs, as its administrator would name it in mailtrust.toml."""

    product: ConfiguredProduct
    server: Server

    async def surveyed(self) -> Surveyed:
        found = await survey(self.server, self.product, MACHINE)
        assert isinstance(found, Surveyed), str(found.why)
        # Nothing that is asked changes by itself: a plan is held to what was said when it was made.
        again = await survey(self.server, self.product, MACHINE)
        assert isinstance(again, Surveyed)
        assert again.facts == found.facts
        return found

    async def place(self, **wanted: object) -> ConfiguredCertificate:
        """The only place with these attributes."""
        places = (await self.surveyed()).places
        (found,) = (one for one in places if all(getattr(one, name) == value for name, value in wanted.items()))
        return found

    async def point(self, wanted: Mapping[ConfiguredCertificate, Files]) -> tuple[Change, ...]:
        """Point places to files, and have it taken up."""
        facts = (await self.surveyed()).facts
        return await self.carry_out(self.product.point_to(self.server, facts, wanted))

    async def set_up(self, setting: str, *places: ConfiguredCertificate, ports: tuple[int, ...]) -> tuple[Change, ...]:
        """Change a setting, and have it taken up."""
        facts = (await self.surveyed()).facts
        goal = ConfigureServer(setting)  # type: ignore[arg-type]
        return await self.carry_out(self.product.set_up(self.server, facts, goal, places, ports))

    async def carry_out(self, changes: tuple[Change, ...] | Cannot) -> tuple[Change, ...]:
        assert not isinstance(changes, Cannot), str(changes.why)
        for edit in (one for one in changes if isinstance(one, Edit)):
            old = await MACHINE.read(edit.path)
            await MACHINE.write(edit.path, edit.content, mode=old.mode, owner=old.owner)
        for act in (one for one in changes if isinstance(one, Act)):
            await done(RunCommand(act.command, act.input))
        take_up = self.product.take_up(self.server)
        assert take_up is not None
        await done(take_up)
        return changes

    async def is_sound(self) -> bool:
        """What the product's own test says of the configuration."""
        test = self.product.test(self.server)
        assert test is not None
        return (await MACHINE.run(test.command, test.input, test.seconds)).status == 0

    async def take_back(self, changes: Sequence[Change], former: Mapping[str, bytes]) -> None:
        """The former files, then the acts back, then taken up again."""
        for edit in (one for one in changes if isinstance(one, Edit)):
            old = await MACHINE.read(edit.path)
            await MACHINE.write(edit.path, former[edit.path], mode=old.mode, owner=old.owner)
        for act in reversed([one for one in changes if isinstance(one, Act)]):
            await done(RunCommand(act.back_command, act.back_input))
        take_up = self.product.take_up(self.server)
        assert take_up is not None
        await done(take_up)


class Ward:
    """A server that runs: who looks after it, its ports by their schemes, and a CA that issues for it."""

    def __init__(self, patient: Patient, ports: dict[str, int]) -> None:
        self.patient, self.ports, self.pki = patient, ports, authority()

    def leaf(self, name: str = HOST) -> Issued:
        return self.pki.leaf(name, key="ec-p256")

    async def shown(self) -> list[str]:
        """What each port shows, as `told` writes it."""
        chains = [await presented(scheme, port) for scheme, port in self.ports.items()]
        return [f"{chain[0].fingerprint[:8]} {len(chain)}" for chain in chains]


def told(issued: Issued, count: int = 2) -> str:
    """A leaf's fingerprint, with the number of certificates sent."""
    return f"{issued.certificate.fingerprint[:8]} {count}"


def authority() -> Pki:
    """A CA that nobody knows; nobody who is asked here downloads issuers."""
    aia = AiaHost(LOOPBACK)
    made = Pki(datetime.now(UTC), "Sample Authority", aia)
    aia.close()
    return made


async def done(command: RunCommand) -> None:
    """Run it, and see that it went well."""
    printed = await MACHINE.run(command.command, command.input, command.seconds)
    assert printed.status == 0, (command, printed)


async def look(scheme: str, port: int, name: str | None = HOST, offer: Offer = Offer.DEFAULT) -> Observation:
    """One look at a port of this machine, under a name."""
    protocol, tls_mode = SCHEMES[scheme].protocol, SCHEMES[scheme].tls_mode
    endpoint = Endpoint(name or LOOPBACK, port, protocol, tls_mode, LOOPBACK, name, "given")
    return await probe(endpoint, offer, now=lambda: datetime.now(UTC))


async def presented(scheme: str, port: int, name: str | None = HOST) -> tuple[Certificate, ...]:
    """The chain that a port presents; the key has been proven."""
    seen = await look(scheme, port, name)
    assert isinstance(seen.result, Handshake), seen.result
    assert seen.result.key_proven
    assert all(isinstance(one, Certificate) for one in seen.presented_chain)
    return seen.presented_chain  # type: ignore[return-value]


def write_pair(folder: Path, name: str, issued: Issued, chain: Sequence[Certificate] | None = None) -> Files:
    """NAME.pem and NAME.key; the chain is the whole one unless another is given."""
    folder.mkdir(exist_ok=True)
    files = folder / f"{name}.pem", folder / f"{name}.key"
    files[0].write_text(to_pem_chain(issued.chain if chain is None else chain))
    files[1].write_bytes(issued.key_pem)
    return Files(*map(str, files))


class Connected:
    """A client that has connected before something happens, and asks something again afterwards."""

    def __init__(self, port: int, hello: bytes, question: bytes) -> None:
        self._question = question
        self._socket = socket.create_connection((LOOPBACK, port), SECONDS)
        self._socket.settimeout(SECONDS)
        if hello:
            self._socket.sendall(hello)
        assert self._socket.recv(4096)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def is_served(self) -> bool:
        """Whether the server still answers on the same connection."""
        try:
            self._socket.sendall(self._question)
            return b"BYE" not in (said := self._socket.recv(4096)) and bool(said)
        except OSError:
            return False


class Mailer(Connected):
    """One who speaks SMTP."""

    def __init__(self, port: int) -> None:
        super().__init__(port, b"", b"NOOP\r\n")


class Reader(Connected):
    """One who speaks IMAP."""

    def __init__(self, port: int) -> None:
        super().__init__(port, b"", b"a NOOP\r\n")


class Browser:
    """One who speaks HTTPS, and is in the middle of a question."""

    def __init__(self, port: int) -> None:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        self._socket = context.wrap_socket(socket.create_connection((LOOPBACK, port), SECONDS), server_hostname=HOST)
        self._socket.sendall(b"GET / HTTP/1.1\r\n")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def is_served(self) -> bool:
        """Whether the question, ended now, is answered on the same connection."""
        try:
            self._socket.sendall(f"Host: {HOST}\r\nConnection: close\r\n\r\n".encode())
            return self._socket.recv(4096).startswith(b"HTTP/1.1 ")
        except OSError:
            return False


class Searcher(Connected):
    """One who speaks LDAP, and binds as nobody (RFC 4511 4.2)."""

    BIND = bytes.fromhex("300c020101600702010304008000")

    def __init__(self, port: int) -> None:
        super().__init__(port, self.BIND, self.BIND)
