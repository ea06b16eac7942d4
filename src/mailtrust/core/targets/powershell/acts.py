"""One act as PowerShell: what does it, and the look whether it is so already."""

import base64

from mailtrust.core.formats.powershell import quoted
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
from mailtrust.core.services.exchange.client_access import settings_cmdlet
from mailtrust.core.targets.powershell.cmdlets import cmdlets
from mailtrust.core.targets.powershell.literals import literal, splatted
from mailtrust.core.targets.powershell.typed import information_of, typed


def doing(act: ExchangeAct, *, local: bool) -> tuple[str, ...]:
    """The commands. Raises UserProblem for names that no script is written with."""
    match act:
        case ImportIssuer():
            return (f"Add-Issuer {quoted(act.server)} {quoted(base64.b64encode(act.der).decode())}",)
        case BindSite():
            return (f"Set-SiteThumbprint {_site(act)} {quoted(act.thumbprint)}",)
        case RestartServices():
            return (f"Restart-Running {quoted(act.server)} {literal(act.names)}",)
        case SwitchService():
            return (f"Switch-Service {quoted(act.server)} {quoted(act.name)} {literal(act.running)}",)
        case PersonDoes():
            return (f"Wait-Person {quoted(act.command)}",)
        case SetConnectorCertificate(thumbprint=thumbprint, value=value) if thumbprint:
            (call,) = cmdlets(act, local=local)
            named = f"(Get-TlsName {quoted(thumbprint)} {quoted(value)})"
            return (f"{call.name} -Identity {quoted(act.identity)} -TlsCertificateName {named}",)
        case _:
            calls = tuple(line for one in cmdlets(act, local=local) for line in splatted(one))
            return (*_why(act), *calls)


def look(act: ExchangeAct, *, local: bool) -> str:
    """An expression that is true where it is so already; what cannot be looked at is never so."""
    match act:
        case ImportIssuer():
            return f"Test-Issuer {quoted(act.server)} {quoted(act.thumbprint)}"
        case ImportCertificate():
            return f"Test-Imported {at(act.server, local=local)} {quoted(act.thumbprint)}"
        case EnableCertificate():
            return _enabled(act, local)
        case SetClientAccessName():
            get = settings_cmdlet("Get", act.service)
            where = "" if local else f" -Server {quoted(act.server)}"
            return f'"$(({get}{where}).X509CertificateName)" -eq {quoted(act.name)}'
        case SetConnectorCertificate():
            get = "Get-SendConnector" if act.kind == "send" else "Get-ReceiveConnector"
            wanted = quoted(act.value)
            if act.thumbprint:
                wanted = f"(Get-TlsName {quoted(act.thumbprint)} {wanted})"
            return f'"$(({get} -Identity {quoted(act.identity)}).TlsCertificateName)" -eq {wanted}'
        case BindSite():
            return f"(Get-SiteThumbprint {_site(act)}) -eq {quoted(act.thumbprint)}"
        case SwitchService():
            return f"(Test-Running {quoted(act.server)} {quoted(act.name)}) -eq {literal(act.running)}"
        case SetAuthCertificate():
            return f'"$((Get-AuthConfig).NextCertificateThumbprint)" -eq {quoted(act.thumbprint)}'
        case RemoveCertificate():
            return f"-not (Get-One {at(act.server, local=local)} {quoted(act.thumbprint)})"
        case RestartServices() | PersonDoes():
            return "$false"


def what(act: ExchangeAct, *, local: bool) -> str:
    """A few words for -WhatIf and for the list at the end."""
    match act:
        case ImportIssuer():
            return f"the intermediate {act.thumbprint} into LocalMachine\\CA"
        case ImportCertificate():
            return f"Import-ExchangeCertificate {act.file}"
        case EnableCertificate():
            return f"Enable-ExchangeCertificate {act.thumbprint} -Services {','.join(act.services)}"
        case SetClientAccessName() | SetConnectorCertificate() | RemoveCertificate() | SetAuthCertificate():
            return " ".join(typed(act, local=local))
        case BindSite():
            return f"{act.thumbprint} at {act.site} {information_of(act)}"
        case RestartServices():
            return f"Restart-Service {','.join(act.names)}"
        case SwitchService():
            return f"{'Start' if act.running else 'Stop'}-Service {act.name}"
        case PersonDoes():
            return act.command or "what a person does"


def _why(act: ExchangeAct) -> tuple[str, ...]:
    """What a reader would stumble over."""
    if not isinstance(act, EnableCertificate) or "SMTP" not in act.services or act.overwrite_default_smtp:
        return ()
    if not act.default_smtp:
        return ("# It may ask whether to overwrite the existing default SMTP certificate. Answer N.",)
    return (
        "# -Force answers yes where it asks whether to overwrite the default SMTP certificate; nothing answers no.",
        "# So the former is put back at once, as Microsoft's own MonitorExchangeAuthCertificate.ps1 does.",
    )


def _enabled(act: EnableCertificate, local: bool) -> str:
    where = at(act.server, local=local)
    services = f"(Test-Services {where} {quoted(act.server)} {quoted(act.thumbprint)} {literal(act.services)})"
    internal = act.thumbprint if act.overwrite_default_smtp else act.default_smtp
    if "SMTP" not in act.services or not internal:
        return services
    return f"{services} -and (Get-DefaultSmtp {quoted(act.server)}) -eq {quoted(internal)}"


def at(server: str, *, local: bool) -> str:
    """What says where, for the cmdlets that look; nothing where they only work on the server itself."""
    return "@{}" if local else f"@{{ Server = {quoted(server)} }}"


def _site(act: BindSite) -> str:
    return f"{quoted(act.server)} {quoted(act.site)} {quoted(information_of(act))}"
