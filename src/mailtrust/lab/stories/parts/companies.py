"""Companies that share an Exchange server and its certificate, and all that clients look for: the world of a story."""

import asyncio
import hashlib
import shlex
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from itertools import takewhile
from pathlib import Path
from typing import Any, Self

from mailtrust.core.issuance.authority import issue
from mailtrust.core.issuance.keys import make_key
from mailtrust.core.issuance.recipe import server_recipe
from mailtrust.core.model.endpoint import Protocol, TlsMode
from mailtrust.core.model.text import Text
from mailtrust.core.x509.pem import to_pem
from mailtrust.lab import journal
from mailtrust.lab.daemons import LOOPBACK, Daemons, FreePorts
from mailtrust.lab.listener import Listener
from mailtrust.lab.pki import Issued, Pki
from mailtrust.lab.stories.parts.autodiscover_host import AutodiscoverHost
from mailtrust.lab.stories.parts.gate import Gate
from mailtrust.lab.stories.parts.signed_dns import SignedDns
from mailtrust.lab.stories.parts.web import Site, Web, WebPorts

A, B, C, D = "companya.test", "companyb.test", "companyc.test", "companya-shop.test"
DOMAINS = (A, B, C, D)
ADDRESSES = (f"anna@{A}", f"bob@{B}", f"carl@{C}", f"dora@{D}")
SERVER = f"webmail.{A}"
AUTOCONFIG = f"autoconfig.{A}"
NAMES = (SERVER, f"www.{SERVER}", "corp-sbs", "corp-sbs.local")
MISSPELT, RIGHT = f"autdiscover.{A}", f"autodiscover.{A}"

REDIRECTING = "127.0.0.2"
"""A host that answers on port 80 alone."""
ELSEWHERE = "127.0.0.3"
"""A company's web site."""

_HEAD = """\
$ORIGIN {domain}.
$TTL 300
@ SOA ns hostmaster 1 3600 600 86400 300
@ NS ns
ns A 127.0.0.1
"""
_POLICY = f"version: STSv1\\nmode: enforce\\nmx: {SERVER}\\nmax_age: 86400\\n"
_CONFIG = (
    f'<?xml version="1.0" encoding="UTF-8"?><clientConfig version="1.1"><emailProvider id="{A}">'
    + "".join(f"<domain>{domain}</domain>" for domain in DOMAINS)
    + f'<displayName>{A}</displayName><incomingServer type="imap"><hostname>{SERVER}</hostname><port>993</port>'
    "<socketType>SSL</socketType><username>%EMAILADDRESS%</username><authentication>password-cleartext</authentication>"
    f'</incomingServer><outgoingServer type="smtp"><hostname>{SERVER}</hostname><port>587</port>'
    "<socketType>STARTTLS</socketType><username>%EMAILADDRESS%</username>"
    "<authentication>password-cleartext</authentication></outgoingServer></emailProvider></clientConfig>"
)


class Companies:
    """Their servers. `async with` brings them up and takes them down."""

    def __init__(self, folder: Path, now: datetime, *, misspelt: bool, usual_ports: bool = False) -> None:
        """`misspelt`: the certificate's name for Autodiscover is, and no other certificate was bought.

        `usual_ports`: the ports that clients believe in, for those that cannot be told others; else free ones.
        """
        free = FreePorts()
        self.folder = folder
        self.now = now
        self.visits: list[tuple[str, int]] = []
        """Who was come to, in order: the name that the client said, and the port that it believes in."""
        self.watch: Callable[[str, int], None] = lambda _host, _port: None
        """Is told of each visit."""
        self.daemons = Daemons(folder)
        self.pki = Pki(now, "Lab Trust", _Unpublished())
        self.leaf = self.pki.leaf(*NAMES, MISSPELT if misspelt else RIGHT)
        self.roots = folder / "root.pem"
        self.roots.write_text(to_pem(self.pki.root.certificate), "ascii")
        self.responder = AutodiscoverHost(SERVER)
        self._responder_port = free()
        self.dns = SignedDns(
            self.daemons, _made(folder / "dns"), self._zones(), (free(), 53 if usual_ports else free())
        )
        ports = WebPorts(free(), free(), free())
        self.web = Web(self.daemons, _made(folder / "web"), self._sites(), ports, SERVER)
        self.web.present("exchange", self.leaf)
        self.web.present("autoconfig", self.leaf if misspelt else self.pki.leaf(AUTOCONFIG))
        self.web.present("site-b", self.pki.leaf(B, f"www.{B}"))
        self.web.present("policy", self.pki.leaf(f"mta-sts.{A}"))
        self._real = {port: port if usual_ports else free() for port in (443, 80, 25, 993, 587)}
        self._gates = (
            (Gate("https", ports.https, self._came), 443),
            (Gate("http", ports.http, self._came), 80),
            (Gate("http", ports.redirecting, self._came, REDIRECTING), 80),
            (Gate("https", ports.https, self._came, ELSEWHERE), 443),
            (Gate("http", ports.http, self._came, ELSEWHERE), 80),
        )
        mail = self.web.folder_of("exchange")
        self._listeners = (
            Listener(SERVER, 25, Protocol.SMTP, TlsMode.STARTTLS, mail),
            Listener(SERVER, 993, Protocol.IMAP, TlsMode.IMPLICIT, mail),
            Listener(SERVER, 587, Protocol.SUBMISSION, TlsMode.STARTTLS, mail),
        )
        for listener in self._listeners:
            listener.watch = partial(self._connected, listener.port)

    async def __aenter__(self) -> Self:
        try:
            await self.responder.start(self._responder_port)
            for listener in self._listeners:
                await listener.start(self._real[listener.port])
            await asyncio.to_thread(self.dns.start)
            await asyncio.to_thread(self.web.start)
            for gate, port in self._gates:
                await gate.start(self._real[port])
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        for gate, _port in self._gates:
            await gate.stop()
        await asyncio.to_thread(self.daemons.__exit__)
        for listener in self._listeners:
            await listener.stop()
        await self.responder.stop()

    def real_port(self, port: int) -> int:
        """Where this port is here."""
        return self._real[port]

    @property
    def flags(self) -> tuple[str, ...]:
        """How `mailtrust` reaches this world."""
        detours = [part for port, real in self._real.items() for part in ("--connect-to", f":{port}::{real}")]
        resolver = ":".join(map(str, self.dns.resolver))
        return ("--dns", resolver, *detours, "--roots", str(self.roots), "--no-aia")

    async def carry_out(self, step: dict[str, Any]) -> str | None:
        """Do one step of a plan; the command comes back in a line, or None where there is nothing to do here."""
        command = step["do"].get("command", "")
        if command.startswith("nsupdate "):
            await asyncio.to_thread(self.dns.update, command)
        elif command.startswith("mailtrust cert request "):
            words = shlex.split(command)[3:]
            names = tuple(takewhile(lambda word: not word.startswith("-"), words))
            await self.certify(names, keep_key="--key" in words)
        else:
            return None
        return "; ".join(line for line in command.splitlines() if line != "END")

    async def certify(self, names: tuple[str, ...], *, keep_key: bool) -> None:
        """A new certificate for the mail server, with the key of today, which a TLSA record holds on to, or another."""
        made = issue(
            self.pki.intermediate,
            server_recipe(*names),
            self.leaf.key if keep_key else make_key("rsa-2048"),
            serial=self.leaf.certificate.serial + 1,
            not_before=self.now - timedelta(hours=1),
            not_after=self.now + timedelta(days=90),
        )
        self.leaf = Issued(made.certificate, made.key, (made.certificate, self.pki.intermediate.certificate))
        self.web.present("exchange", self.leaf)
        await self.take_up()

    async def certify_autoconfig(self) -> None:
        """A certificate of its own for the host of Thunderbird's file."""
        self.web.present("autoconfig", self.pki.leaf(AUTOCONFIG))
        await self.take_up()

    async def take_up(self) -> None:
        """Present what stands in the folders now. Raises LabError."""
        await asyncio.to_thread(self.web.reload)
        for listener in self._listeners:
            listener.reload()

    def _connected(self, port: int, _who: str, happened: Text) -> None:
        if happened == journal.CONNECTED:
            self._came(SERVER, port)

    def _came(self, host: str, port: int) -> None:
        self.visits.append((host, port))
        self.watch(host, port)

    def _zones(self) -> dict[str, str]:
        held = hashlib.sha256(self.leaf.certificate.public_key.spki).hexdigest()
        mail = f"@ MX 10 {SERVER}.\n"
        # The MTA-STS policy is never fetched: senders elsewhere do not know the lab's CA (RFC 8461 4.2).
        srv = f"_imaps._tcp SRV 0 1 993 {SERVER}.\n_submission._tcp SRV 0 1 587 {SERVER}.\n"
        return {
            A: _HEAD.format(domain=A) + mail + srv
            + f"webmail A {LOOPBACK}\nautodiscover CNAME webmail\nmail CNAME webmail\nautoconfig A {LOOPBACK}\n"
            + f'mta-sts A {LOOPBACK}\n_mta-sts TXT "v=STSv1; id=1"\n'
            + f'_smtp._tls TXT "v=TLSRPTv1; rua=mailto:postmaster@{A}"\n_25._tcp.webmail TLSA 3 1 1 {held}\n',
            # Its web site is somewhere else, well kept; its autodiscover host was led here without a certificate.
            B: _HEAD.format(domain=B) + mail + srv
            + f"@ A {ELSEWHERE}\nwww A {ELSEWHERE}\nautodiscover A {LOOPBACK}\n",
            # It changed its DNS provider, and all else was lost.
            C: _HEAD.format(domain=C) + mail,
            # The first one's shop, led as hosters do it: port 443 is closed, and port 80 sends clients on.
            D: _HEAD.format(domain=D) + mail + srv + f"autodiscover A {REDIRECTING}\n",
        }  # fmt: skip

    def _sites(self) -> tuple[Site, ...]:
        behind = f"http://{LOOPBACK}:{self._responder_port}"
        exchange = f"location ~* ^/autodiscover/ {{ proxy_pass {behind}; }} location / {{ return 404; }}"
        policy = f'location = /.well-known/mta-sts.txt {{ default_type text/plain; return 200 "{_POLICY}"; }}'
        config = f"location = /mail/config-v1.1.xml {{ default_type text/xml; return 200 '{_CONFIG}'; }}"
        names = (SERVER, f"mail.{A}", *(f"autodiscover.{domain}" for domain in DOMAINS))
        return (
            Site("exchange", names, exchange),
            Site("site-b", (B, f"www.{B}"), "return 404;"),
            Site("policy", (f"mta-sts.{A}",), policy),
            Site("autoconfig", (AUTOCONFIG,), config),
        )


class _Unpublished:
    """Nobody looks for issuers here."""

    def publish(self, name: str, _offered: bytes, /) -> str:
        return f"http://aia.companya.test/{name}"


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder
