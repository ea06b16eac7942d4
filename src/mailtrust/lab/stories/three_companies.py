"""Three companies on one Exchange server with one certificate: Outlook warns two of them, and the third finds nothing.

In the first variant the certificate's name for Autodiscover is misspelt (autdiscover.): a new one with the right names
and an alias for the third company cure all. In the second the name is right, and an SRV record, as those who answered
advised, leads the third company's Outlook; Android's own client, which follows none, stays out.
"""

import asyncio
import hashlib
import shlex
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Self

from mailtrust.core.discovery import BY_ID
from mailtrust.core.issuance.authority import issue
from mailtrust.core.issuance.recipe import server_recipe
from mailtrust.core.model.endpoint import Protocol, TlsMode
from mailtrust.core.model.text import Text, text
from mailtrust.core.x509.pem import to_pem
from mailtrust.lab.daemons import LOOPBACK, Daemons, FreePorts
from mailtrust.lab.lab_error import LabError
from mailtrust.lab.listener import Listener
from mailtrust.lab.pki import Issued, Pki
from mailtrust.lab.runner import FOUND, NOT_FOUND, Comparison
from mailtrust.lab.stories.parts import signed_dns, web
from mailtrust.lab.stories.parts.autodiscover_host import AutodiscoverHost
from mailtrust.lab.stories.parts.signed_dns import SignedDns
from mailtrust.lab.stories.parts.story import LOST, WARNED, WELL, Story, Told, compared, walked
from mailtrust.lab.stories.parts.web import Site, Web

A, B, C = "companya.test", "companyb.test", "companyc.test"
ADDRESSES = (f"anna@{A}", f"bob@{B}", f"carl@{C}")
SERVER = f"webmail.{A}"
NAMES = (SERVER, f"www.{SERVER}", "corp-sbs", "corp-sbs.local")
MISSPELT, RIGHT = f"autdiscover.{A}", f"autodiscover.{A}"
# Outlook on phones is decided by Microsoft's service; Thunderbird and SRV for IMAP look for other servers.
MOST_LOOKS = 5
_LEFT_OUT = frozenset({"outlook-mobile", "rfc6186", "thunderbird", "thunderbird@android"})
CLIENTS = tuple(one for one in BY_ID if one not in _LEFT_OUT)

_HEAD = """\
$ORIGIN {domain}.
$TTL 300
@ SOA ns hostmaster 1 3600 600 86400 300
@ NS ns
ns A 127.0.0.1
"""
_POLICY = f"version: STSv1\\nmode: enforce\\nmx: {SERVER}\\nmax_age: 86400\\n"


class Place:
    """The companies' servers."""

    def __init__(
        self, folder: Path, now: datetime, autodiscover_name: str, *, resolver_port: int = 0, smtp_port: int = 0
    ) -> None:
        """Ports of 0 are chosen; a client that cannot be told where to ask wants 53 and 25."""
        ports = FreePorts()
        self.folder = folder
        self.now = now
        self.daemons = Daemons(folder)
        self.pki = Pki(now, "Lab Trust", _Unpublished())
        self.leaf = self.pki.leaf(*NAMES, autodiscover_name)
        self.roots = folder / "root.pem"
        self.roots.write_text(to_pem(self.pki.root.certificate), "ascii")
        self.responder = AutodiscoverHost(SERVER)
        self.responder_port = ports()
        self.dns = SignedDns(self.daemons, _made(folder / "dns"), self._zones(), (ports(), resolver_port or ports()))
        self.web = Web(self.daemons, _made(folder / "web"), self._sites(), (ports(), ports()))
        self.web.present("exchange", self.leaf)
        self.web.present("site-b", self.pki.leaf(B, f"www.{B}"))
        self.web.present("policy", self.pki.leaf(f"mta-sts.{A}"))
        mail = self.web.folder_of("exchange")
        self._smtp_port = smtp_port
        self.smtp = Listener(SERVER, 25, Protocol.SMTP, TlsMode.STARTTLS, mail)

    async def __aenter__(self) -> Self:
        await self.responder.start(self.responder_port)
        await self.smtp.start(self._smtp_port)
        await asyncio.to_thread(self.dns.start)
        await asyncio.to_thread(self.web.start)
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.to_thread(self.daemons.__exit__)
        await self.smtp.stop()
        await self.responder.stop()

    @property
    def flags(self) -> tuple[str, ...]:
        """How the world is reached."""
        reached = {443: self.web.https, 80: self.web.http, 25: self.smtp.real_port}
        detours = [part for port, real in reached.items() for part in ("--connect-to", f":{port}:{LOOPBACK}:{real}")]
        resolver = ":".join(map(str, self.dns.resolver))
        return ("--dns", resolver, *detours, "--roots", str(self.roots), "--no-aia")

    async def walk(self) -> list[dict[str, Any]]:
        """Every client, for every company."""
        return await walked(self.folder, *ADDRESSES, "--client", ",".join(CLIENTS), *self.flags)

    async def carry_out(self, step: dict[str, Any]) -> str | None:
        """Do one step of a plan; the command comes back in a line, or None where there is nothing to do here."""
        command = step["do"].get("command", "")
        if command.startswith("nsupdate "):
            await asyncio.to_thread(self.dns.update, command)
        elif command.startswith("mailtrust cert request "):
            await self._new_certificate(tuple(shlex.split(command)[3:]))
        else:
            return None
        return "; ".join(line for line in command.splitlines() if line != "END")

    async def _new_certificate(self, names: tuple[str, ...]) -> None:
        """With the key of today, which a TLSA record holds on to (RFC 7671 8): so mail goes on meanwhile."""
        made = issue(
            self.pki.intermediate,
            server_recipe(*names),
            self.leaf.key,
            serial=self.leaf.certificate.serial + 1,
            not_before=self.now - timedelta(hours=1),
            not_after=self.now + timedelta(days=90),
        )
        self.leaf = Issued(made.certificate, made.key, (made.certificate, self.pki.intermediate.certificate))
        self.web.present("exchange", self.leaf)
        await asyncio.to_thread(self.web.reload)
        self.smtp.reload()

    def _zones(self) -> dict[str, str]:
        held = hashlib.sha256(self.leaf.certificate.public_key.spki).hexdigest()
        mail = f"@ MX 10 {SERVER}.\n"
        # The MTA-STS policy is never fetched: senders elsewhere do not know the lab's CA (RFC 8461 4.2).
        return {
            A: _HEAD.format(domain=A) + mail
            + f"webmail A {LOOPBACK}\nautodiscover CNAME webmail\nmta-sts A {LOOPBACK}\n"
            + '_mta-sts TXT "v=STSv1; id=1"\n_smtp._tls TXT "v=TLSRPTv1; rua=mailto:postmaster@companya.test"\n'
            + f"_25._tcp.webmail TLSA 3 1 1 {held}\n",
            # Its web site is somewhere else, well kept; its autodiscover host was led here without a certificate.
            B: _HEAD.format(domain=B) + mail + f"@ A {LOOPBACK}\nwww A {LOOPBACK}\nautodiscover A {LOOPBACK}\n",
            # It changed its DNS provider, and all else was lost.
            C: _HEAD.format(domain=C) + mail,
        }  # fmt: skip

    def _sites(self) -> tuple[Site, ...]:
        behind = f"http://{LOOPBACK}:{self.responder_port}"
        exchange = f"location ~* ^/autodiscover/ {{ proxy_pass {behind}; }} location / {{ return 404; }}"
        policy = f'location = /.well-known/mta-sts.txt {{ default_type text/plain; return 200 "{_POLICY}"; }}'
        names = (SERVER, *(f"autodiscover.{domain}" for domain in (A, B, C)))
        return (
            Site("exchange", names, exchange),
            Site("site-b", (B, f"www.{B}"), "return 404;"),
            Site("policy", (f"mta-sts.{A}",), policy),
        )


class _Unpublished:
    """Nobody looks for issuers here."""

    def publish(self, name: str, _offered: bytes, /) -> str:
        return f"http://aia.companya.test/{name}"


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _outlook(state: dict[str, Text]) -> Any:
    def expected(client: str, address: str) -> Text | None:
        return state[address] if client.partition("@")[0] == "outlook-windows" else None

    return expected


async def _tell(folder: Path, now: datetime, *, misspelt: bool) -> Told:
    async with Place(folder, now, MISSPELT if misspelt else RIGHT) as place:
        first = await place.walk()
        state = dict(zip(ADDRESSES, (WARNED if misspelt else WELL, WARNED, LOST), strict=True))
        broken = (*compared(first, _outlook(state)), _foreign(first, FOUND))
        plan = _plan(first, "CNAME" if misspelt else "SRV")
        done = [said for step in plan["steps"] if (said := await place.carry_out(step)) is not None]
        left_out = {(one["client"], one["address"]) for one in plan["left_out"]}

        def foretold(client: str, address: str) -> Text:
            return LOST if (client, address) in left_out else WELL

        for _ in range(MOST_LOOKS):
            second = await place.walk()
            cured = (*compared(second, foretold), _foreign(second, NOT_FOUND))
            if all(one.holds for one in cured):
                break
            await asyncio.sleep(0.2)  # nginx has its new files a moment after the signal
    return Told(broken, tuple(done), cured)


def _plan(walks: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    """The best plan that publishes a record of this kind."""
    for plan in walks[0]["plans"]:
        commands = [step["do"].get("command", "") for step in plan["steps"]]
        if any(f" {kind} " in line for command in commands for line in command.splitlines() if " add " in line):
            return dict(plan)
    raise LabError(text("No plan with a record of the type {type} was made.", type=kind))


def _foreign(walks: list[dict[str, Any]], expected: Text) -> Comparison:
    rule = "autodiscover-foreign-certificate"
    rules = {one["rule"] for walk in walks for one in walk["findings"]}
    return Comparison(rule, expected, FOUND if rule in rules else NOT_FOUND, "rule")


async def _with_misspelt_name(folder: Path, now: datetime) -> Told:
    return await _tell(folder, now, misspelt=True)


async def _with_right_name(folder: Path, now: datetime) -> Told:
    return await _tell(folder, now, misspelt=False)


STORY = Story(
    id="three-companies-one-certificate",
    title=text("Three companies on one Exchange server: a misspelt name, cured by a new certificate"),
    programs=(*signed_dns.PROGRAMS, *web.PROGRAMS),
    tell=_with_misspelt_name,
    also_called=("004",),
)
WITH_RIGHT_NAME = replace(
    STORY,
    id="three-companies-right-name",
    title=text("Three companies on one Exchange server: the right name, one company without records in DNS"),
    tell=_with_right_name,
)
