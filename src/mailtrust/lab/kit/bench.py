"""The kit on an address that a device can reach: DNS, page, mail servers; one case is presented at a time."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import Self

from mailtrust.core.formats.target import SCHEMES
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import Text, text
from mailtrust.core.x509.pem import to_pem
from mailtrust.lab.aia_host import AiaHost
from mailtrust.lab.dns_server import DnsServer, Zone
from mailtrust.lab.kit import downloads
from mailtrust.lab.kit.case import Case, Presented, Stand
from mailtrust.lab.kit.cases import CASES
from mailtrust.lab.kit.site import Site
from mailtrust.lab.lab_error import LabError
from mailtrust.lab.listener import BUNDLE, KEY, Listener
from mailtrust.lab.manners import Manners
from mailtrust.lab.pki import Pki
from mailtrust.lab.status_desk import StatusDesk

SERVED = ("imaps", "imap", "smtps", "submission", "https", "smtp")
DNS, PAGE = 53, 80
LONGEST_PATH = 60
LONGEST_JOURNAL = 2000
"""Lines that are kept."""

Listened = IPv4Address | IPv6Address


def address_of(given: str) -> Listened:
    """An address to listen on; a UserProblem for one that is none, or that would open more than one door."""
    try:
        address = ip_address(given.strip("[]"))
    except ValueError:
        address = None
    if address is None or address.is_unspecified or address.is_multicast:
        raise UserProblem(
            text(
                "Expected the one address of this machine that the device reaches, such as 192.168.1.5, got {given}. "
                "The kit does not open every network that this machine is in.",
                given=given,
            )
        )
    return address


class Bench:
    """A kit that is up. `async with` brings it up and takes it down."""

    def __init__(self, folder: Path, addresses: Sequence[Listened], *, now: datetime, offset: int = 0) -> None:
        self.addresses = tuple(addresses)
        self.offset = offset
        four = next((one for one in addresses if isinstance(one, IPv4Address)), None)
        six = next((one for one in addresses if isinstance(one, IPv6Address)), None)
        self.stand = Stand(ipv4=four, ipv6=six)
        self.now = now
        self.case: Case = CASES[0]
        self.journal: list[str] = []
        self.told: Callable[[Text], None] = lambda _: None
        """Is told each line of the journal."""
        first = str(addresses[0])
        try:
            self._aia = AiaHost(first)
        except OSError as error:
            raise no_port(first, 0, error) from error
        self._dns: list[DnsServer] = []
        self.pki = Pki(now, "Lab Trust", self._aia)
        self._desk = StatusDesk(self.pki.intermediate, self._aia, "issuing-ca", now)
        self.stand = replace(self.stand, ocsp_url=self._desk.ocsp_url, crl_url=self._desk.crl_url)
        self._folder = folder / "presented"
        self._listeners = [self._listener(str(one), scheme) for one in addresses for scheme in SERVED]
        self._site = Site(downloads.pages(self), self.present)
        self._pages: list[asyncio.Server] = []
        self._asked = 0

    def port(self, usual: int) -> int:
        """Where that port is here."""
        return usual + self.offset

    @property
    def page(self) -> str:
        """The page's address, with a slash at its end."""
        first = self.addresses[0]
        host = f"[{first}]" if isinstance(first, IPv6Address) else str(first)
        return f"http://{host}{'' if self.port(PAGE) == PAGE else f':{self.port(PAGE)}'}/"

    @property
    def values(self) -> dict[str, str | int]:
        """What the steps of the sheet need to know."""
        first = str(self.addresses[0])
        names = (*dict.fromkeys(self.stand.name(case.label) for case in CASES), self.stand.name("autodiscover"))
        return {
            "address": first,
            "page": self.page,
            "domain": self.stand.domain,
            "line": " ".join((first, *names)),
            "imap": self.port(993),
            "smtp": self.port(465),
            "https": self.port(443),
            "mx": self.port(25),
        }

    def opened(self) -> tuple[str, ...]:
        """Everything that a stranger in this network can now connect to."""
        ports = {scheme: self.port(SCHEMES[scheme].port or 0) for scheme in SERVED}
        usual = {"dns": self.port(DNS), "http": self.port(PAGE), **ports}
        doors = [f"{address} {name} {number}" for address in self.addresses for name, number in usual.items()]
        return (*doors, f"{self._aia.base} (certificates)")

    def present(self, name: str) -> bool:
        """Let every server present this case from the next client on; False when there is none that can be."""
        case = next((one for one in CASES if one.id == name), None)
        if case is None or case.host(self.stand) is None:
            return False
        self.case = case
        shown = case.make(self.pki, self.stand)
        if shown.revoked:
            self._desk.take_back(shown.by.certificate, self.now - timedelta(days=1))
        self._write(shown)
        for listener in self._listeners:
            manners = Manners(guests=True, newest_tls=shown.newest_tls)
            if listener.real_port:
                listener.behave(manners)
            else:
                listener.manners = manners
        self._note("-", text("now presented: {case}", case=case.id))
        return True

    async def start(self) -> None:
        """Open every port; raises LabError when one cannot be had."""
        if not self._folder.exists():
            self.present(self.case.id)
        await self._aia.start()
        for address in self.addresses:
            try:
                self._dns.append(DnsServer(self._zone(), str(address), self.port(DNS)))
                await self._dns[-1].start()
            except OSError as error:
                raise no_port(str(address), self.port(DNS), error) from error
            try:
                page = await asyncio.start_server(self._site.serve, str(address), self.port(PAGE))
            except OSError as error:
                raise no_port(str(address), self.port(PAGE), error) from error
            self._pages.append(page)
        for listener in self._listeners:
            await listener.start(self.port(listener.port))

    async def stop(self) -> None:
        """Close everything."""
        for listener in self._listeners:
            await listener.stop()
        for page in self._pages:
            page.close()
        await self._site.end()
        for server in self._dns:
            await server.stop()
        await self._aia.stop()

    async def __aenter__(self) -> Self:
        try:
            await self.start()
        except BaseException:
            await self.stop()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def look(self) -> None:
        """Note which certificates were downloaded since the last look."""
        for path in self._aia.asked[self._asked :]:
            self._note("-", text("a client asked for {path}", path=clean(path, LONGEST_PATH)))
        self._asked = len(self._aia.asked)

    def _zone(self) -> Zone:
        zone = Zone()
        names = (*dict.fromkeys(self.stand.name(case.label) for case in CASES), self.stand.name("autodiscover"))
        for name in (*names, self.stand.domain):
            for address in self.addresses:
                zone.add(name, "A" if isinstance(address, IPv4Address) else "AAAA", str(address))
        zone.add(self.stand.domain, "MX", f"10 {self.stand.name('mail')}.")
        return zone

    def _listener(self, address: str, scheme: str) -> Listener:
        known = SCHEMES[scheme]
        listener = Listener(
            self.stand.name("mail"), known.port or 0, known.protocol, known.tls_mode, self._folder, address=address
        )
        place = f"{scheme} {self.port(known.port or 0)}"
        listener.watch = lambda who, happened: self._note(f"{who} {place}", happened)
        return listener

    def _write(self, shown: Presented) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        key = self._folder / KEY
        key.touch(mode=0o600)
        key.write_bytes(shown.by.key_pem)
        (self._folder / BUNDLE).write_text("".join(map(to_pem, shown.sent)), "ascii")

    def _note(self, who: str, happened: Text) -> None:
        line = text(
            "{time} [{case}] {who}: {happened}",
            time=f"{datetime.now(UTC):%H:%M:%S}",
            case=self.case.id,
            who=who,
            happened=happened,
        )
        self.journal.append(str(line))
        del self.journal[:-LONGEST_JOURNAL]
        self.told(line)


def no_port(address: str, port: int, error: OSError) -> LabError:
    """What is said when a port cannot be had."""
    return LabError(
        text(
            "Port {port} of {address} cannot be opened: {error}. Is it an address of this machine, and is the port "
            "free? Ports below 1024 need an administrator; --port-offset 10000 takes others.",
            port=port,
            address=address,
            error=str(error),
        )
    )
