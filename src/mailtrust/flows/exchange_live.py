"""What an Exchange organisation tells at its own PowerShell: the same as the script of `services collect` exports."""

from dataclasses import dataclass, field
from datetime import datetime

from mailtrust.core.formats.exchange.cmdlets import add
from mailtrust.core.formats.exchange.draft import Draft
from mailtrust.core.formats.exchange.export_wire import NotReadWire
from mailtrust.core.formats.exchange.format_list import ASKED
from mailtrust.core.formats.exchange.joining import joined
from mailtrust.core.formats.exchange.nouns import organisation_of_wire
from mailtrust.core.formats.exchange.organisation_of import Gathered
from mailtrust.core.formats.exchange.shown import Shown, Value
from mailtrust.core.model.frozen import frozen
from mailtrust.edge.transport.machine import Failed
from mailtrust.edge.transport.shell import NoSuchCmdlet, Refused, Shell
from mailtrust.flows.exchange_asking import asked, read

SERVERS = "Get-ExchangeServer"
ONLY_THERE = "Exchange's PowerShell does not tell of IIS: the script of services collect does, where it is run there."
EDGE = "An Edge server answers only itself: run the script of services collect there."


@frozen
class _Ask:
    """One question."""

    cmdlet: str
    by: str = "Server"
    """The parameter that names the server; empty: it is about the organisation."""
    other: str = ""
    """What releases call it that have no such cmdlet."""
    may_lack: bool = False
    """That there is no such cmdlet is no news: the release is too old for it, or too new."""
    hint: tuple[tuple[str, Value], ...] = ()
    """What the cmdlet's name says of its objects."""


OF_A_SERVER = (
    _Ask("Get-ExchangeCertificate"),
    _Ask("Get-ReceiveConnector"),
    _Ask("Get-ImapSettings", hint=(("protocolname", "IMAP4"),)),
    _Ask("Get-PopSettings", hint=(("protocolname", "POP3"),)),
    _Ask("Get-UMService", "Identity", "Get-UMServer", may_lack=True),
    _Ask("Get-UMCallRouterSettings", may_lack=True, hint=(("identity", "CallRouter"),)),
    _Ask("Get-TransportService", "Identity", "Get-TransportServer"),
    _Ask("Get-ClientAccessService", "Identity", "Get-ClientAccessServer"),
    _Ask("Get-AutodiscoverVirtualDirectory"),
    _Ask("Get-WebServicesVirtualDirectory"),
    _Ask("Get-OwaVirtualDirectory"),
    _Ask("Get-EcpVirtualDirectory"),
    _Ask("Get-OabVirtualDirectory"),
    _Ask("Get-ActiveSyncVirtualDirectory"),
    _Ask("Get-PowerShellVirtualDirectory"),
    _Ask("Get-MapiVirtualDirectory", may_lack=True),
    _Ask("Get-OutlookAnywhere"),
)
OF_THE_ORGANISATION = (
    _Ask("Get-SendConnector", ""),
    _Ask("Get-AuthConfig", "", may_lack=True),
    _Ask("Get-EdgeSubscription", "", may_lack=True),
    _Ask("Get-HybridConfiguration", "", may_lack=True),
    _Ask("Get-FederationTrust", "", may_lack=True),
    _Ask("Get-AcceptedDomain", "", hint=(("domaintype", "Authoritative"),)),
)


def collect(shell: Shell, now: datetime, servers: tuple[str, ...] = ()) -> Gathered:
    """Ask for everything; what is refused stands in `not_read`. `servers`: only these.

    Raises UserProblem where nothing can be asked any more, or Exchange does not even name its servers.
    """
    asking = _Asking(shell)
    asking.draft.wire.exported = now
    for one in asked(shell, SERVERS):
        name = one.word("Name")
        if servers and not {name.lower(), one.word("Fqdn").lower()} & {wanted.lower() for wanted in servers}:
            continue
        if one.flag("IsEdgeServer"):
            asking.missing(name, "Get-ExchangeCertificate", EDGE)
            continue
        add(one, asking.draft)
        for ask in OF_A_SERVER:
            asking.put(ask, name)
        of_it = asking.draft.server(name)
        of_it.directories = of_it.directories or []
        asking.missing(name, "Get-WebBinding", ONLY_THERE)
    answered = {ask.cmdlet for ask in OF_THE_ORGANISATION if asking.put(ask, "")}
    wire = asking.draft.wire
    # An answer without an object says that there is none.
    wire.send_connectors = wire.send_connectors or ([] if "Get-SendConnector" in answered else None)
    wire.edge_subscriptions = wire.edge_subscriptions or ([] if "Get-EdgeSubscription" in answered else None)
    wire.not_read = asking.not_read
    whole, contradictions = joined([(shell.name, wire)])
    organisation, problems = organisation_of_wire(whole)
    return Gathered(organisation, (*contradictions, *problems))


@dataclass
class _Asking:
    shell: Shell
    draft: Draft = field(default_factory=Draft)
    not_read: list[NotReadWire] = field(default_factory=list)

    def put(self, ask: _Ask, server: str) -> bool:
        """Ask, and bring what comes into the draft; whether it was told."""
        parameters = ((ask.by, server),) if ask.by else ()
        told = True
        try:
            objects = self.shell.ask(ask.cmdlet, parameters).objects
        except NoSuchCmdlet as none:
            if ask.other:
                return self.put(_Ask(ask.other, ask.by, may_lack=ask.may_lack, hint=ask.hint), server)
            if not ask.may_lack:
                self.missing(server, ask.cmdlet, none.words)
            return False
        except Refused as refused:
            self.missing(server, ask.cmdlet, refused.words)
            objects, told = refused.objects, False
        except Failed as problem:
            self.missing(server, ask.cmdlet, str(problem))
            return False
        try:
            for one in read(ask.cmdlet, objects):
                known = {**one.properties, **dict(ask.hint), **({ASKED: server} if server else {})}
                add(Shown(known, one.text, one.types), self.draft)
        except Failed as problem:
            self.missing(server, ask.cmdlet, str(problem))
            return False
        return told

    def missing(self, server: str, part: str, why: str) -> None:
        """Note what was not told."""
        self.not_read.append(NotReadWire(server=server, part=part, why=why))
