"""What is done to Exchange: acts as data, from which a script is written, or which a live endpoint is told."""

from typing import Literal

from mailtrust.core.model.exchange import ClientService, ExchangeOrganisation, ExchangeService
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.text import Text


@frozen
class ImportIssuer:
    """A CA's certificate comes into the computer's store of intermediates of the machine, `CA`."""

    server: str
    thumbprint: str
    der: bytes


@frozen
class ImportCertificate:
    """A certificate with its key comes into the computer's own store: Import-ExchangeCertificate."""

    server: str
    thumbprint: str
    file: str
    """The PFX, as the administrator calls it; its password is asked for, never written down."""
    exportable: bool = True


@frozen
class EnableCertificate:
    """Enable-ExchangeCertificate. Services are added, never taken away."""

    server: str
    thumbprint: str
    services: tuple[ExchangeService, ...]
    overwrite_default_smtp: bool = False
    """The answer to the question whether the internal transport certificate is replaced."""
    default_smtp: str = ""
    """The thumbprint of that certificate, where the answer is no; empty: nobody knows it, or there is none."""
    require_ssl: bool = True


@frozen
class SetClientAccessName:
    """Set-ImapSettings or Set-PopSettings -X509CertificateName."""

    server: str
    service: ClientService
    name: str


@frozen
class SetConnectorCertificate:
    """Set-SendConnector or Set-ReceiveConnector -TlsCertificateName."""

    kind: Literal["send", "receive"]
    identity: str
    value: str
    """`<I>issuer<S>subject`; empty: none."""
    thumbprint: str = ""
    """The certificate whose pair it is, where one is meant: a server's own spelling of the names counts, not ours."""


@frozen
class BindSite:
    """The https binding of a site in IIS gets another certificate."""

    server: str
    site: str
    port: int
    thumbprint: str
    """Empty: nothing is bound any more."""
    host: str = ""
    address: str = "*"


@frozen
class RestartServices:
    """Windows services are restarted, in this order; `W3SVC` is IIS."""

    server: str
    names: tuple[str, ...]


@frozen
class SwitchService:
    """A Windows service is stopped or started."""

    server: str
    name: str
    running: bool


@frozen
class SetAuthCertificate:
    """Set-AuthConfig: the successor of the certificate of OAuth, and from when."""

    thumbprint: str
    hours: int
    """From now: 48 at least, so that it is everywhere by then."""


@frozen
class RemoveCertificate:
    """Remove-ExchangeCertificate."""

    server: str
    thumbprint: str


@frozen
class PersonDoes:
    """Something that only a person can do, or that belongs to another program."""

    command: str = ""
    """What the person runs, where it is a command."""


ExchangeAct = (
    ImportIssuer
    | ImportCertificate
    | EnableCertificate
    | SetClientAccessName
    | SetConnectorCertificate
    | BindSite
    | RestartServices
    | SwitchService
    | SetAuthCertificate
    | RemoveCertificate
    | PersonDoes
)


def server_of(act: ExchangeAct) -> str:
    """Where it is done; empty: it is the organisation's, or a person's."""
    match act:
        case SetConnectorCertificate() | SetAuthCertificate() | PersonDoes():
            return ""
        case _:
            return act.server


@frozen
class ExchangeStep:
    """One thing to do."""

    say: Text
    act: ExchangeAct
    undo: tuple[ExchangeAct, ...] | Text
    """What takes it back, in this order; or the sentence why nothing does, or that nothing need be."""
    needs: tuple[str, ...]
    """The role groups of which one is enough (`Organization Management`, `Server Management`); none: not Exchange's."""
    disruption: Literal["none", "reload", "restart"] = "none"
    person_takes_back: bool = False
    """`undo` is a sentence that tells a person what to do; what is taken back after it waits for that."""
    passing: bool = False
    """What it brings about is undone by a later step: it is done only while the rest is not so."""
    may_be_refused: bool = False
    """Exchange decides it by what no export tells, and nothing else hangs on it: refused, the rest goes on."""

    @property
    def back(self) -> tuple[ExchangeAct, ...]:
        """The acts that take it back; none where a sentence says why."""
        return () if isinstance(self.undo, Text) else self.undo


@frozen
class Refusal:
    """Exchange would refuse it, or it must not be done."""

    code: str
    """A rule's id: `service-wildcard`, `service-um-startup-mode`, ..."""
    service: ExchangeService | None
    why: Text
    instead: Text | None = None
    """What to do."""
    server: str = ""
    """Where; empty: everywhere."""
    first: tuple[ExchangeStep, ...] = ()
    """What has to be done instead or before, in this order."""


@frozen
class ExchangeChange:
    """What comes of a wish."""

    steps: tuple[ExchangeStep, ...]
    """None, and nothing refused: it is so already."""
    refusals: tuple[Refusal, ...]
    """What is refused is in no step."""
    remarks: tuple[Text, ...]
    after: ExchangeOrganisation
    """The organisation once all steps are done."""
