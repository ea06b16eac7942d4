"""An Exchange organisation that answers the cmdlets that only read, to a user with these roles."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tests.programs import exchange_objects as objects

from mailtrust.core.model.exchange import ExchangeCertificate, ExchangeOrganisation, ExchangeServer

Given = Mapping[str, Any]
Said = Iterator[Any]
NOT_FOUND = "A special Rpc error occurs on server {server}: The certificate with thumbprint {thumbprint} was not found."
"""Microsoft, "Maintain the Exchange Server OAuth certificate"."""
NO_SUCH_OBJECT = "The operation couldn't be performed because object '{name}' couldn't be found on 'dc1.example.com'."
"""Recalled."""

CERTIFICATES = "Server Management"
MAIL_FLOW = "Organization Management"
UNIFIED_MESSAGING = ("get-umservice", "get-umcallroutersettings")
"""Microsoft, "Discontinued features in Exchange Server 2019"."""
# Microsoft, "Exchange Server Certificates role", "Mail flow permissions", "Clients and mobile devices permissions".
ROLES: dict[str, tuple[str, ...]] = {
    "enable-exchangecertificate": (MAIL_FLOW, CERTIFICATES),
    "import-exchangecertificate": (MAIL_FLOW, CERTIFICATES),
    "remove-exchangecertificate": (MAIL_FLOW, CERTIFICATES),
    "set-imapsettings": (MAIL_FLOW, CERTIFICATES),
    "set-popsettings": (MAIL_FLOW, CERTIFICATES),
    "set-receiveconnector": (MAIL_FLOW, CERTIFICATES, "Hygiene Management"),
    "set-sendconnector": (MAIL_FLOW,),
    "set-authconfig": (MAIL_FLOW,),
}


class RefusedError(Exception):
    """An error record."""

    def __init__(
        self, message: str, identifier: str = "InvalidOperationException", *, terminating: bool = False
    ) -> None:
        super().__init__(message)
        self.message, self.identifier, self.terminating = message, identifier, terminating


@dataclass(frozen=True)
class Question:
    """What is asked on the client's screen: Yes, Yes to All, No, No to All."""

    caption: str
    message: str
    choices: tuple[str, ...] = ("&Yes", "Yes to &All", "&No", "No to A&ll")
    default: int = 0


@dataclass(frozen=True)
class Warned:
    """A warning."""

    message: str


@dataclass
class Reading:
    """The organisation, as it is now."""

    organisation: ExchangeOrganisation
    roles: tuple[str, ...] = (MAIL_FLOW,)
    """The role groups of the user; `View-Only Organization Management` may read."""
    broken: dict[str, str] = field(default_factory=dict)
    """By cmdlet, in lower case: what it fails with."""
    lacking: tuple[str, ...] = ()
    """Cmdlets, in lower case, that no role of the user holds."""
    said: dict[str, Callable[[], Iterator[Any]]] = field(default_factory=dict)
    """By cmdlet, in lower case: what it gives instead, whatever that is."""
    called: list[tuple[str, Given]] = field(default_factory=list)

    def cmdlet(self, name: str) -> Callable[[Given], Said] | None:
        """What runs it; None: this user has no such cmdlet."""
        key = name.lower()
        if key in self.broken:
            return lambda _: _refuse(self.broken[key])
        if key in self.said:
            return lambda _: self.said[key]()
        if key in self.lacking:
            return None
        if key in UNIFIED_MESSAGING and not any(one.um for one in self.organisation.servers):
            return None
        allowed = ROLES.get(key)
        if allowed is not None and not set(allowed) & set(self.roles):
            return None
        found: Callable[[Given], Said] | None = getattr(self, key.replace("-", "_"), None)
        return found

    def get_exchangeserver(self, _: Given) -> Said:
        for one in self.organisation.servers:
            yield objects.server(one)

    def get_exchangecertificate(self, given: Given) -> Said:
        server = self._server(given)
        wanted = str(given.get("Thumbprint") or "").upper()
        found = [one for one in server.certificates if wanted in ("", one.thumbprint)]
        if wanted and not found:
            raise RefusedError(NOT_FOUND.format(server=server.name, thumbprint=wanted))
        for one in found:
            # Microsoft, Get-ExchangeCertificate (-DomainName): those with the name.
            if str(given.get("DomainName") or "") in ("", *one.domains):
                yield objects.certificate(server, one)

    def get_receiveconnector(self, given: Given) -> Said:
        wanted = str(given.get("Identity") or "").lower()
        servers = self.organisation.servers if wanted and "Server" not in given else (self._server(given),)
        for one in (connector for server in servers for connector in server.receive_connectors):
            if wanted in ("", one.identity.lower()):
                yield objects.receive_connector(one)

    def get_sendconnector(self, given: Given) -> Said:
        wanted = str(given.get("Identity") or "").lower()
        for one in self.organisation.send_connectors or ():
            if wanted in ("", one.name.lower()):
                yield objects.send_connector(one)

    def get_imapsettings(self, given: Given) -> Said:
        yield from self._client_access(given, "IMAP")

    def get_popsettings(self, given: Given) -> Said:
        yield from self._client_access(given, "POP")

    def _client_access(self, given: Given, service: str) -> Said:
        server = self._server(given)
        for one in server.client_access:
            if one.service == service:
                yield objects.client_access(server, one)

    def get_umservice(self, given: Given) -> Said:
        yield from self._um(given, "UM")

    def get_umcallroutersettings(self, given: Given) -> Said:
        yield from self._um(given, "UMCallRouter")

    def _um(self, given: Given, service: str) -> Said:
        server = self._server(given)
        for one in server.um:
            if one.service == service:
                yield objects.um(server, one)

    def get_transportservice(self, given: Given) -> Said:
        yield objects.transport(self._server(given))

    def get_clientaccessservice(self, given: Given) -> Said:
        name = self._server(given).name
        yield objects.thing(f"{objects.MANAGEMENT}.ClientAccessServer", name, AutoDiscoverServiceInternalUri=None)

    def get_authconfig(self, _: Given) -> Said:
        if self.organisation.auth is not None:
            yield objects.auth_config(self.organisation.auth)

    def get_accepteddomain(self, _: Given) -> Said:
        for one in self.organisation.accepted_domains:
            yield objects.thing(f"{objects.DIRECTORY}.AcceptedDomain", one, Name=one, DomainName=one)

    def get_edgesubscription(self, _: Given) -> Said:
        for one in self.organisation.edge_subscriptions or ():
            yield objects.thing(
                f"{objects.MANAGEMENT}.EdgeSubscription", one.name, Name=one.name, Site=one.site,
                WhenCreatedUTC=objects.moment(one.created),
            )  # fmt: skip

    def get_federationtrust(self, _: Given) -> Said:
        for one in self.organisation.federation:
            yield objects.thing(f"{objects.DIRECTORY}.FederationTrust", "Trust", OrgPrivCertificate=one)

    def get_hybridconfiguration(self, _: Given) -> Said:
        hybrid = self.organisation.hybrid
        if hybrid is not None:
            yield objects.thing(
                f"{objects.DIRECTORY}.HybridConfiguration", "Hybrid Configuration",
                TlsCertificateName=hybrid.tls_certificate_name or None,
                SendingTransportServers=list(hybrid.sending_servers),
                ReceivingTransportServers=list(hybrid.receiving_servers),
                EdgeTransportServers=list(hybrid.edge_servers),
                OnPremisesSmartHost=hybrid.smart_host or None,
            )  # fmt: skip

    def _directories(self, given: Given, *names: str) -> Said:
        server = self._server(given)
        for one in server.directories or ():
            if one.name in names and one.site == "front":
                yield objects.directory(server, one)

    def get_owavirtualdirectory(self, given: Given) -> Said:
        yield from self._directories(given, "OWA")

    def get_ecpvirtualdirectory(self, given: Given) -> Said:
        yield from self._directories(given, "ECP")

    def get_oabvirtualdirectory(self, given: Given) -> Said:
        yield from self._directories(given, "OAB")

    def get_mapivirtualdirectory(self, given: Given) -> Said:
        yield from self._directories(given, "MAPI")

    def get_webservicesvirtualdirectory(self, given: Given) -> Said:
        yield from self._directories(given, "EWS")

    def get_activesyncvirtualdirectory(self, given: Given) -> Said:
        yield from self._directories(given, "Microsoft-Server-ActiveSync")

    def get_autodiscovervirtualdirectory(self, given: Given) -> Said:
        yield from self._directories(given, "Autodiscover")

    def get_powershellvirtualdirectory(self, given: Given) -> Said:
        yield from self._directories(given, "PowerShell")

    def get_outlookanywhere(self, given: Given) -> Said:
        yield from self._directories(given, "RPC")

    def _server(self, given: Given) -> ExchangeServer:
        """The server of -Server, or the one that was connected to."""
        wanted = str(given.get("Server") or given.get("Identity") or self.organisation.servers[0].name)
        found = self.organisation.server(wanted)
        if found is None:
            raise RefusedError(NO_SUCH_OBJECT.format(name=wanted), "ManagementObjectNotFoundException")
        return found

    def _certificate(self, given: Given) -> tuple[ExchangeServer, ExchangeCertificate]:
        server = self._server({"Server": given.get("Server")})
        found = server.certificate(str(given["Thumbprint"]).upper())
        if found is None:
            raise RefusedError(NOT_FOUND.format(server=server.name, thumbprint=given["Thumbprint"]))
        return server, found

    def _put(self, changed: ExchangeServer) -> None:
        self.organisation = replace(
            self.organisation,
            servers=tuple(changed if one.name == changed.name else one for one in self.organisation.servers),
        )


def _refuse(message: str) -> Said:
    raise RefusedError(message)
    yield
