"""Acts to cmdlets: names and parameters, for the script and for a live endpoint alike.

Names and parameters: MicrosoftDocs/office-docs-powershell, exchange/exchange-ps/ExchangePowerShell, of 2026.
"""

from mailtrust.core.model.exchange_change import (
    BindSite,
    EnableCertificate,
    ExchangeAct,
    ImportCertificate,
    ImportIssuer,
    PersonDoes,
    RemoveCertificate,
    RestartServices,
    SetAuthCertificate,
    SetClientAccessName,
    SetConnectorCertificate,
    SwitchService,
)
from mailtrust.core.model.frozen import frozen
from mailtrust.core.services.exchange.client_access import settings_cmdlet


@frozen
class FileOctets:
    """The octets of a file, as byte[]."""

    file: str


@frozen
class Password:
    """The password of a file, as SecureString: asked for when it is needed, never written down."""

    file: str


@frozen
class HoursFromNow:
    """A moment, counted from when the cmdlet runs."""

    hours: int


Value = str | int | bool | None | tuple[str, ...] | FileOctets | Password | HoursFromNow
"""What a parameter is given. True is also how a switch is set; None is $null."""


@frozen
class Cmdlet:
    """One call."""

    name: str
    parameters: tuple[tuple[str, Value], ...]


def cmdlets(act: ExchangeAct, *, local: bool = False) -> tuple[Cmdlet, ...]:
    """The calls that do it, in this order.

    None: no cmdlet of Exchange's does it, but .NET, IIS' own module, Windows' services (`typed.by_hand`), or a person.

    `local`: for a server whose cmdlets know no -Server, because they only work where they run: Edge, and Exchange 2007.
    """
    match act:
        case ImportCertificate():
            return (
                Cmdlet(
                    "Import-ExchangeCertificate",
                    (
                        *_at(act.server, local),
                        ("FileData", FileOctets(act.file)),
                        ("Password", Password(act.file)),
                        ("PrivateKeyExportable", act.exportable),
                    ),
                ),
            )
        case EnableCertificate():
            return _enable(act, local)
        case SetClientAccessName():
            name = settings_cmdlet("Set", act.service)
            return (Cmdlet(name, (*_at(act.server, local), ("X509CertificateName", act.name))),)
        case SetConnectorCertificate():
            name = "Set-SendConnector" if act.kind == "send" else "Set-ReceiveConnector"
            return (Cmdlet(name, (("Identity", act.identity), ("TlsCertificateName", act.value or None))),)
        case SetAuthCertificate():
            return (
                Cmdlet(
                    "Set-AuthConfig",
                    (
                        ("NewCertificateThumbprint", act.thumbprint),
                        ("NewCertificateEffectiveDate", HoursFromNow(act.hours)),
                        ("Force", True),
                    ),
                ),
            )
        case RemoveCertificate():
            return (
                # Remove-* ask before they act, unless told so (Remove-ExchangeCertificate.md, -Confirm).
                Cmdlet(
                    "Remove-ExchangeCertificate",
                    (("Thumbprint", act.thumbprint), *_at(act.server, local), ("Confirm", False)),
                ),
            )
        case ImportIssuer() | BindSite() | RestartServices() | SwitchService() | PersonDoes():
            return ()


def _enable(act: EnableCertificate, local: bool) -> tuple[Cmdlet, ...]:
    """The question whether the default SMTP certificate is overwritten is answered without a person.

    -Force answers it with yes, and nothing answers it with no: -Confirm is about another question. Microsoft's own
    script (CSS-Exchange, MonitorExchangeAuthCertificate: "Resetting internal transport certificate back to previous
    one") says yes, and then puts the former one back in the same way. Where nobody knows the former one, no answer is
    given: the cmdlet asks.
    """
    others = act.default_smtp not in ("", act.thumbprint)
    put_back = "SMTP" in act.services and not act.overwrite_default_smtp and others
    answered = "SMTP" in act.services and (act.overwrite_default_smtp or put_back)
    enabling = Cmdlet(
        "Enable-ExchangeCertificate",
        (
            ("Thumbprint", act.thumbprint),
            *_at(act.server, local),
            ("Services", act.services),
            *((("DoNotRequireSsl", True),) if "IIS" in act.services and not act.require_ssl else ()),
            *((("Force", True),) if answered else ()),
        ),
    )
    if not put_back:
        return (enabling,)
    return (
        enabling,
        Cmdlet(
            "Enable-ExchangeCertificate",
            (("Thumbprint", act.default_smtp), *_at(act.server, local), ("Services", ("SMTP",)), ("Force", True)),
        ),
    )


def _at(server: str, local: bool) -> tuple[tuple[str, str], ...]:
    return () if local else (("Server", server),)
