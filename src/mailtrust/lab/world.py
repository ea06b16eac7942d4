"""The lab's world: a CA, a DNS zone, an AIA host and servers, with all that `mailtrust check` needs to find them."""

import asyncio
import socket
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Self

from mailtrust.core.formats.connect_to import Detours, parse_connect_to
from mailtrust.core.formats.host_name import is_address
from mailtrust.core.formats.target import SCHEMES, Target, Url, parse_target
from mailtrust.core.issuance.recipe import server_recipe
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.status import Way
from mailtrust.core.model.text import text
from mailtrust.core.x509.pem import to_pem
from mailtrust.lab.aia_host import AiaHost
from mailtrust.lab.dns_server import DnsServer, Zone
from mailtrust.lab.lab_error import LabError
from mailtrust.lab.listener import BUNDLE, KEY, Listener
from mailtrust.lab.manners import Manners
from mailtrust.lab.pki import Issued, Pki
from mailtrust.lab.status_desk import StatusDesk

ROOTS = "root.pem"
"""The anchors that the clients of this world were given, in the world's folder."""

LOOPBACK = "127.0.0.1"
OTHER_LOOPBACK = "127.0.0.2"
"""A second machine of the same name, or the one behind a balancer."""
NO_PORTS: Mapping[str, int] = MappingProxyType({})


class World:
    """One broken mail world. A scenario declares it, then `async with` brings it up and takes it down.

    Schemes (`imaps`, `smtp`, ...) name what a server speaks; `ports` replaces the port that clients believe it to have.
    """

    def __init__(
        self,
        folder: Path,
        *,
        now: datetime,
        domain: str = "example.test",
        ca_name: str = "Lab Trust",
        ports: Mapping[str, int] = NO_PORTS,
    ) -> None:
        self.folder = folder
        self.now = now
        self.domain = domain
        self.zone = Zone()
        self.aia = AiaHost(LOOPBACK)
        self.dns = DnsServer(self.zone, LOOPBACK)
        self.pki = Pki(now, ca_name, self.aia)
        self.desk = StatusDesk(self.pki.intermediate, self.aia, "issuing-ca", now)
        """Where the intermediate says what it has taken back."""
        self.target = ""
        """What is given to `mailtrust check`: a scenario sets it."""
        self.with_roots: tuple[Certificate, ...] = ()
        """The anchors that were brought to the clients; a scenario sets them by `trust`."""
        self.blocked: set[int] = set()
        """Ports to which nothing gets through, as where a provider drops port 25."""
        self._ports = ports
        self._listeners: dict[tuple[str, str, str], Listener] = {}
        # Bound and never listening: whoever is sent here is refused at once, as by a host without that service.
        self._closed = socket.socket()
        self._closed.bind((LOOPBACK, 0))
        self._hole = _Hole()

    def name(self, label: str) -> str:
        """A name in the world's domain; the domain itself for an empty label.

        An IP address stays as it is, and so does a whole name, which ends in a dot.
        """
        if is_address(label) or label.endswith("."):
            return label.removesuffix(".")
        return f"{label}.{self.domain}" if label else self.domain

    def leaf_to_ask_about(self, label: str, *ways: Way) -> Issued:
        """A server's certificate that says where one may ask whether it was revoked."""
        urls = {"ocsp": (self.desk.ocsp_url,), "crl": (self.desk.crl_url,)}
        recipe = replace(
            server_recipe(self.name(label)),
            ocsp_urls=urls["ocsp"] if "ocsp" in ways else (),
            crl_urls=urls["crl"] if "crl" in ways else (),
        )
        return self.pki.leaf(self.name(label), recipe=recipe)

    def revoke(self, issued: Issued, reason: str = "keyCompromise") -> None:
        """Let the intermediate take a certificate back, as of yesterday."""
        self.desk.take_back(issued.certificate, self.now - timedelta(days=1), reason)

    def url(self, label: str, scheme: str) -> str:
        """One port as a TARGET."""
        port = self.port(scheme)
        return f"{scheme}://{self.name(label)}" + ("" if port == SCHEMES[scheme].port else f":{port}")

    def port(self, scheme: str) -> int:
        """The port that clients believe in."""
        port = self._ports.get(scheme, SCHEMES[scheme].port)
        if port is None:
            raise LabError(text("{scheme} has no port of its own; give it one in `ports`.", scheme=scheme))
        return port

    def serve(
        self,
        label: str,
        *schemes: str,
        chain: Sequence[Certificate | bytes],
        by: Issued,
        address: str = LOOPBACK,
        published: bool = True,
    ) -> None:
        """Declare servers under one name that present `chain`, and prove `by`'s key.

        `address`: the loopback address of one of several machines. Those that are not `published` stand behind the
        others: DNS does not lead there, and `check` must be told to look at them too.
        """
        host = self.name(label)
        if published and not is_address(host) and address not in self.zone.values(host, "A"):
            self.zone.add(host, "A", address)
        for scheme in schemes:
            port = self.port(scheme)
            folder = self.folder / (f"{host}-{port}" + ("" if address == LOOPBACK else f"-{address}"))
            known = SCHEMES[scheme]
            self._listeners[label, scheme, address] = Listener(
                host, port, known.protocol, known.tls_mode, folder, address=address, published=published
            )
            self.present(label, scheme, chain=chain, by=by, address=address)

    def present(
        self,
        label: str,
        *schemes: str,
        chain: Sequence[Certificate | bytes],
        by: Issued,
        address: str = LOOPBACK,
        place: str = "",
    ) -> None:
        """Put another chain and key into the servers' folders, and let those that run read them.

        `place`: SECOND or NAMELESS, for what is presented beside the ordinary chain.
        """
        for scheme in schemes:
            listener = self.listener(label, scheme, address)
            folder = listener.folder / place
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            key = folder / KEY
            key.touch(mode=0o600)
            key.write_bytes(by.key_pem)
            (folder / BUNDLE).write_text("".join(to_pem(certificate) for certificate in chain), "ascii")
            if listener.real_port:
                listener.reload()

    def behave(self, label: str, *schemes: str, manners: Manners) -> None:
        """Let servers have these manners, from the next client on."""
        for scheme in schemes:
            listener = self.listener(label, scheme)
            if listener.real_port:
                listener.behave(manners)
            else:
                listener.manners = manners

    def listener(self, label: str, scheme: str, address: str = LOOPBACK) -> Listener:
        """The server of that name that speaks `scheme`; KeyError when there is none."""
        return self._listeners[label, scheme, address]

    @property
    def listeners(self) -> tuple[Listener, ...]:
        """Every server."""
        return tuple(self._listeners.values())

    def trust(self, *anchors: Certificate) -> None:
        """Let these be the anchors that were brought to every client."""
        self.with_roots = anchors
        (self.folder / ROOTS).write_text("".join(to_pem(anchor) for anchor in anchors), "ascii")

    @property
    def dns_address(self) -> tuple[str, int]:
        """Where the world's DNS answers."""
        return LOOPBACK, self.dns.port

    def detours(self, target: str | None = None) -> Detours:
        """How the ports that clients believe in are reached, as far as the target needs it."""
        return Detours(connect_to=tuple(parse_connect_to(given) for given in self._connect_to(target or self.target)))

    def flags(self, target: str | None = None) -> tuple[str, ...]:
        """What `mailtrust check` must be told, in the world's folder, to look into this world and nowhere else."""
        given = ["--dns", ":".join(map(str, self.dns_address)), "--allow-private-aia"]
        for detour in self._connect_to(target or self.target):
            given += ["--connect-to", detour]
        for address, port in self.also(target):
            given += ["--also", f"{address}:{port}"]
        if self.with_roots:
            given += ["--roots", ROOTS]
        return tuple(given)

    def also(self, target: str | None = None) -> tuple[tuple[str, int], ...]:
        """The machines behind others that must be looked at too: address and port."""
        parsed = parse_target(target or self.target)
        return tuple(
            (listener.address, listener.real_port)
            for listener in self.listeners
            if not listener.published and _concerns(parsed, listener)
        )

    def _connect_to(self, target: str) -> Iterator[str]:
        parsed = parse_target(target)
        ways: dict[tuple[str, int], list[Listener]] = {}
        for listener in self.listeners:
            if listener.published and _concerns(parsed, listener):
                ways.setdefault((listener.host, listener.port), []).append(listener)
        for (host, port), machines in ways.items():
            if port in self.blocked:
                yield f"{host}:{port}:{LOOPBACK}:{self._hole.port}"
            elif len({machine.address for machine in machines}) == 1:
                yield f"{host}:{port}:{machines[0].address}:{machines[0].real_port}"
            else:
                # Several machines listen on the same real port, and DNS tells their addresses.
                yield f"{host}:{port}::{machines[0].real_port}"
        if not isinstance(parsed, Url):
            # A host is asked on every usual port: those that the lab does not serve must not reach this machine's own.
            closed = self._closed.getsockname()[1]
            for host in dict.fromkeys(listener.host for listener in self.listeners):
                yield f"{host}::{LOOPBACK}:{closed}"

    async def start(self) -> None:
        """Bring up DNS, the AIA host and every declared server."""
        await self.dns.start()
        await self.aia.start()
        known: dict[tuple[str, int], int] = {}
        for listener in self.listeners:
            # Machines of one name are reached by one mapping, so they share the real port.
            twin = listener.published and listener.address != LOOPBACK
            await listener.start(known.get((listener.host, listener.port), 0) if twin else 0)
            if listener.published:
                known.setdefault((listener.host, listener.port), listener.real_port)

    async def stop(self) -> None:
        """Take everything down; the folder stays."""
        await asyncio.gather(*(listener.stop() for listener in self.listeners))
        await self.aia.stop()
        await self.dns.stop()
        self._closed.close()
        self._hole.close()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()


def _concerns(target: Target, listener: Listener) -> bool:
    """Whether a check of the target looks at this server."""
    return not isinstance(target, Url) or (target.host, target.port) == (listener.host, listener.port)


class _Hole:
    """A port that swallows connections: its queue is full, so the system drops whoever knocks, as firewalls do."""

    def __init__(self) -> None:
        self._socket: socket.socket | None = None
        self._waiting: list[socket.socket] = []

    @property
    def port(self) -> int:
        """Where it is; it is dug when somebody asks."""
        if self._socket is None:
            self._socket = socket.socket()
            self._socket.bind((LOOPBACK, 0))
            self._socket.listen(0)
            for _ in range(2):
                waiting = socket.socket()
                waiting.setblocking(False)
                waiting.connect_ex(self._socket.getsockname())
                self._waiting.append(waiting)
        number: int = self._socket.getsockname()[1]
        return number

    def close(self) -> None:
        """Fill it in."""
        for one in (*self._waiting, *((self._socket,) if self._socket is not None else ())):
            one.close()
