"""What an Exchange organisation tells at its own PowerShell: the same as the script of `services collect` exports."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from mailtrust.core.formats.exchange import asked
from mailtrust.core.formats.exchange import export_wire as wire
from mailtrust.core.formats.exchange.clixml import ClixmlError
from mailtrust.core.formats.exchange.nouns import organisation_of_wire
from mailtrust.core.formats.exchange.organisation_of import Gathered
from mailtrust.core.formats.exchange.shown import Shown
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.text import text
from mailtrust.edge.transport.machine import Failed
from mailtrust.edge.transport.shell import Argument, NoSuchCmdlet, Refused, Shell

Made = TypeVar("Made")

DIRECTORIES = {
    "Get-WebServicesVirtualDirectory": "EWS",
    "Get-OwaVirtualDirectory": "OWA",
    "Get-EcpVirtualDirectory": "ECP",
    "Get-OabVirtualDirectory": "OAB",
    "Get-ActiveSyncVirtualDirectory": "Microsoft-Server-ActiveSync",
    "Get-PowerShellVirtualDirectory": "PowerShell",
    "Get-MapiVirtualDirectory": "MAPI",
}
ONLY_THERE = "Exchange's PowerShell does not tell of IIS: the script of services collect does, where it is run there."
EDGE = "An Edge server answers only itself: run the script of services collect there."


def collect(shell: Shell, now: datetime, servers: tuple[str, ...] = ()) -> Gathered:
    """Ask for everything; what is refused stands in `not_read`. `servers`: only these.

    Raises UserProblem where nothing can be asked any more, or Exchange does not even name its servers.
    """
    asking = _Asking(shell)
    found = [asked.server(one) for one in asking.answer("Get-ExchangeServer", ())]
    wanted = {name.lower() for name in servers}
    for one in found:
        if wanted and not wanted & {one.name.lower(), one.fqdn.lower()}:
            continue
        if one.edge:
            asking.not_read.append(wire.NotReadWire(server=one.name, part="Get-ExchangeCertificate", why=EDGE))
        else:
            _fill(one, asking)
    asked_of = [one for one in found if not one.edge and (not wanted or wanted & {one.name.lower(), one.fqdn.lower()})]
    return Gathered(*organisation_of_wire(_organisation(asked_of, asking, now)))


def _fill(server: wire.ServerWire, asking: "_Asking") -> None:
    at, by = (("Server", server.name),), (("Identity", server.name),)
    server.certificates = asking.each(server.name, "Get-ExchangeCertificate", at, asked.certificate) or []
    server.receive_connectors = asking.each(server.name, "Get-ReceiveConnector", at, asked.receive_connector) or []
    server.client_access = [
        *(asking.each(server.name, "Get-ImapSettings", at, lambda one: asked.client_access("IMAP", one)) or ()),
        *(asking.each(server.name, "Get-PopSettings", at, lambda one: asked.client_access("POP", one)) or ()),
    ]
    # Exchange 2010 has other names for some, 2019 and later have no Unified Messaging.
    server.um = [
        *(
            asking.each(
                server.name, "Get-UMService", by, lambda one: asked.um("UM", one), other="Get-UMServer", may_lack=True
            )
            or ()
        ),
        *(
            asking.each(
                server.name, "Get-UMCallRouterSettings", at, lambda one: asked.um("UMCallRouter", one), may_lack=True
            )
            or ()
        ),
    ]
    transport = asking.each(server.name, "Get-TransportService", by, _internal, other="Get-TransportServer")
    server.internal_transport = transport[0] if transport else None
    server.directories = _directories(server.name, asking)
    asking.not_read.append(wire.NotReadWire(server=server.name, part="Get-WebBinding", why=ONLY_THERE))


def _internal(one: Shown) -> str:
    return one.word("InternalTransportCertificateThumbprint")


def _directories(server: str, asking: "_Asking") -> list[wire.DirectoryWire]:
    at, by = (("Server", server),), (("Identity", server),)
    services = asking.each(server, "Get-ClientAccessService", by, lambda one: one, other="Get-ClientAccessServer") or []
    found = [uri for one in services for uri in one.words("AutoDiscoverServiceInternalUri")]
    autodiscover = asking.each(
        server, "Get-AutodiscoverVirtualDirectory", at, lambda one: asked.directory("Autodiscover", one, found)
    )
    directories = list(autodiscover or ())
    for cmdlet, name in DIRECTORIES.items():
        directories += asking.each(server, cmdlet, at, _named(name), may_lack=name == "MAPI") or []
    directories += asking.each(server, "Get-OutlookAnywhere", at, asked.outlook_anywhere) or []
    return directories


def _named(name: str) -> Callable[[Shown], wire.DirectoryWire]:
    return lambda one: asked.directory(name, one)


def _organisation(servers: list[wire.ServerWire], asking: "_Asking", now: datetime) -> wire.ExchangeWire:
    auth = asking.each("", "Get-AuthConfig", (), asked.auth, may_lack=True)
    hybrid = asking.each("", "Get-HybridConfiguration", (), asked.hybrid, may_lack=True)
    trusts = asking.each("", "Get-FederationTrust", (), asked.federation, may_lack=True)
    domains = asking.each("", "Get-AcceptedDomain", (), lambda one: one.word("DomainName"))
    return wire.ExchangeWire(
        schema=wire.SCHEMA,
        exported=now,
        servers=servers,
        send_connectors=asking.each("", "Get-SendConnector", (), asked.send_connector),
        auth=auth[0] if auth else None,
        edge_subscriptions=asking.each("", "Get-EdgeSubscription", (), asked.subscription, may_lack=True),
        hybrid=hybrid[0] if hybrid else None,
        federation=[one for several in trusts or () for one in several],
        accepted_domains=domains or [],
        not_read=asking.not_read,
    )


@dataclass
class _Asking:
    shell: Shell
    not_read: list[wire.NotReadWire] = field(default_factory=list)

    def answer(self, cmdlet: str, parameters: tuple[tuple[str, Argument], ...]) -> tuple[Shown, ...]:
        """What it gives. Raises UserProblem."""
        try:
            return asked.objects_of(self.shell.ask(cmdlet, parameters).objects)
        except ClixmlError as error:
            why = clean(str(error), 200)
            raise Failed(text("What {cmdlet} gives cannot be read: {why}.", cmdlet=cmdlet, why=why)) from None

    def each(
        self,
        server: str,
        cmdlet: str,
        parameters: tuple[tuple[str, Argument], ...],
        make: Callable[[Shown], Made],
        *,
        other: str = "",
        may_lack: bool = False,
    ) -> list[Made] | None:
        """What is made of each object; None: it was not told.

        `other`: what releases call it that have no such cmdlet; `may_lack`: that there is none is no news.
        """
        try:
            return [make(one) for one in self.answer(cmdlet, parameters)]
        except NoSuchCmdlet as none:
            if other:
                return self.each(server, other, parameters, make, may_lack=may_lack)
            why = "" if may_lack else none.words
        except Refused as refused:
            why = refused.words
        except Failed as problem:
            why = str(problem)
        if why:
            self.not_read.append(wire.NotReadWire(server=server, part=cmdlet, why=why))
        return None
