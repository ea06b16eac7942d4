"""One act at Exchange's own PowerShell: whether it is so already, and what makes it so."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from mailtrust.core.formats.exchange.certificate_shown import certificate_of
from mailtrust.core.formats.exchange.clixml import ClixmlError, read_clixml
from mailtrust.core.formats.exchange.services_text import read_services
from mailtrust.core.formats.exchange.shown import Shown
from mailtrust.core.formats.thumbprint_text import upper_digits
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.exchange import ExchangeService
from mailtrust.core.model.exchange_change import (
    EnableCertificate,
    ExchangeAct,
    ImportCertificate,
    RemoveCertificate,
    SetAuthCertificate,
    SetClientAccessName,
    SetConnectorCertificate,
)
from mailtrust.core.model.text import Text, text
from mailtrust.core.services.exchange.client_access import settings_cmdlet
from mailtrust.core.targets.powershell.cmdlets import Cmdlet, FileOctets, HoursFromNow, Password, Value, cmdlets
from mailtrust.edge.transport.machine import Failed
from mailtrust.edge.transport.shell import Argument, Secret, Shell

CHANGE_SECONDS = 300
"""For one cmdlet that changes something: it may wait for a domain controller."""
Pfx = Callable[[str], tuple[bytes, str]]
"""The octets of a file, and its password. Raises UserProblem."""


def asked(shell: Shell, cmdlet: str, *parameters: tuple[str, Argument]) -> tuple[Shown, ...]:
    """The objects that a cmdlet gives. Raises UserProblem."""
    return read(cmdlet, shell.ask(cmdlet, parameters).objects)


def read(cmdlet: str, objects: Sequence[str]) -> tuple[Shown, ...]:
    """Objects as a shell gives them. Raises Failed."""
    try:
        return tuple(one for xml in objects for one in read_clixml(f"<Objs>{xml}</Objs>".encode(errors="replace")))
    except ClixmlError as error:
        why = clean(str(error), 200)
        raise Failed(text("What {cmdlet} gives cannot be read: {why}.", cmdlet=cmdlet, why=why)) from None


@dataclass(frozen=True)
class Doing:
    """What it works with. Everything raises UserProblem."""

    shell: Shell
    servers: tuple[str, ...]
    now: Callable[[], datetime]
    pfx: Pfx
    tell: Callable[[Text], None]

    def stands(self, act: ExchangeAct) -> bool:
        """Whether it is so: Exchange is asked."""
        match act:
            case EnableCertificate():
                return self._enabled(act)
            case SetClientAccessName(server=server, service=service, name=name):
                get = settings_cmdlet("Get", service)
                return self._words(get, "X509CertificateName", ("Server", server)) == [name.lower()]
            case SetConnectorCertificate(kind=kind, identity=identity):
                get = "Get-SendConnector" if kind == "send" else "Get-ReceiveConnector"
                now = self._words(get, "TlsCertificateName", ("Identity", identity))
                return now == [self._pair(act).lower()]
            case SetAuthCertificate(thumbprint=thumbprint):
                return self._words("Get-AuthConfig", "NextCertificateThumbprint") == [thumbprint.lower()]
            case ImportCertificate(server=server, thumbprint=thumbprint):
                return thumbprint in self._services(server)
            case RemoveCertificate(server=server, thumbprint=thumbprint):
                return thumbprint not in self._services(server)
        return False

    def do(self, act: ExchangeAct) -> None:
        """Make it so, and ask whether it is."""
        for call in self._calls(act):
            answer = self.shell.ask(
                call.name,
                [(name, self._sent(value)) for name, value in call.parameters],
                seconds=CHANGE_SECONDS,
                yes=isinstance(act, EnableCertificate) and act.overwrite_default_smtp,
            )
            for question in answer.questions:
                self.tell(text("   Exchange asked “{question}”, and was answered.", question=question))
            for warning in answer.warnings:
                self.tell(text("   Exchange warns: {warning}", warning=warning))
        if not self.stands(act):
            raise Failed(
                text("{server} did not refuse it, but asked again it is not so.", server=clean(self.shell.name, 200))
            )

    def _calls(self, act: ExchangeAct) -> tuple[Cmdlet, ...]:
        match act:
            case EnableCertificate():
                # A script says yes and puts the former one back: here the question is answered as it is meant.
                return cmdlets(replace(act, default_smtp=""))
            case SetConnectorCertificate():
                return cmdlets(replace(act, value=self._pair(act)))
        return cmdlets(act)

    def _sent(self, value: Value) -> Argument:
        match value:
            case FileOctets(file=file):
                return self.pfx(file)[0]
            case Password(file=file):
                return Secret(self.pfx(file)[1])
            case HoursFromNow(hours=hours):
                return self.now() + timedelta(hours=hours)
            case _:
                return value

    def _enabled(self, act: EnableCertificate) -> bool:
        if not set(act.services) <= self._services(act.server).get(act.thumbprint, frozenset()):
            return False
        internal = act.thumbprint if act.overwrite_default_smtp else act.default_smtp
        if "SMTP" not in act.services or not internal:
            return True
        found = asked(self.shell, "Get-TransportService", ("Identity", act.server))
        return [upper_digits(one.word("InternalTransportCertificateThumbprint")) for one in found] == [internal]

    def _services(self, server: str) -> dict[str, frozenset[ExchangeService]]:
        """What each certificate of a server is assigned to, by thumbprint."""
        found: dict[str, frozenset[ExchangeService]] = {}
        for one in asked(self.shell, "Get-ExchangeCertificate", ("Server", server)):
            _, certificate = certificate_of(one)
            services = [service for words in certificate.services or () for service in read_services(words)[0]]
            found[upper_digits(certificate.thumbprint)] = frozenset(services)
        return found

    def _pair(self, act: SetConnectorCertificate) -> str:
        """Issuer and subject as the servers spell them: that is what connectors are compared with."""
        if not act.thumbprint:
            return act.value
        for server in self.servers:
            for one in asked(self.shell, "Get-ExchangeCertificate", ("Server", server)):
                if upper_digits(one.word("Thumbprint")) == act.thumbprint and one.word("Issuer"):
                    return f"<I>{one.word('Issuer')}<S>{one.word('Subject')}"
        return act.value

    def _words(self, cmdlet: str, name: str, *parameters: tuple[str, Argument]) -> Sequence[str]:
        return [one.word(name).lower() for one in asked(self.shell, cmdlet, *parameters)]
