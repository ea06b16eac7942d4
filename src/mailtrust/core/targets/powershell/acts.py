"""One act as PowerShell: what does it, and the look whether it is so already."""

import base64
import re

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
from mailtrust.core.targets.powershell.cmdlets import Cmdlet, FileOctets, HoursFromNow, Password, Value, cmdlets


def doing(act: ExchangeAct, *, local: bool) -> tuple[str, ...]:
    """The commands. Raises UserProblem for names that no script is written with."""
    match act:
        case ImportIssuer():
            return (f"Add-Issuer {quoted(act.server)} {quoted(base64.b64encode(act.der).decode())}",)
        case BindSite():
            return (f"Set-SiteThumbprint {_site(act)} {quoted(act.thumbprint)}",)
        case RestartServices():
            return (f"Restart-Running {quoted(act.server)} {_value(act.names)}",)
        case SwitchService():
            return (f"Switch-Service {quoted(act.server)} {quoted(act.name)} {_value(act.running)}",)
        case PersonDoes():
            return (f"Wait-Person {quoted(act.command)}",)
        case SetConnectorCertificate(thumbprint=thumbprint, value=value) if thumbprint:
            (call,) = cmdlets(act, local=local)
            named = f"(Get-TlsName {quoted(thumbprint)} {quoted(value)})"
            return (f"{call.name} -Identity {quoted(act.identity)} -TlsCertificateName {named}",)
        case _:
            calls = tuple(line for one in cmdlets(act, local=local) for line in _lines(one))
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
            get = "Get-ImapSettings" if act.service == "IMAP" else "Get-PopSettings"
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
            return f"(Test-Running {quoted(act.server)} {quoted(act.name)}) -eq {_value(act.running)}"
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
            return f"{act.thumbprint} at {act.site} {_binding(act)}"
        case RestartServices():
            return f"Restart-Service {','.join(act.names)}"
        case SwitchService():
            return f"{'Start' if act.running else 'Stop'}-Service {act.name}"
        case PersonDoes():
            return act.command or "what a person does"


def typed(act: ExchangeAct, *, local: bool = False) -> tuple[str, ...]:
    """The cmdlets as a person types them; none for what is no cmdlet. Raises UserProblem as `doing` does."""
    return tuple(written(call, plain=True) for call in cmdlets(act, local=local))


def written(call: Cmdlet, *, plain: bool = False) -> str:
    """One call; `plain`: as a person types it, without quotes that are not needed."""
    return " ".join((call.name, *(_parameter(name, value, plain=plain) for name, value in call.parameters)))


def _lines(call: Cmdlet) -> tuple[str, ...]:
    """The same for a script: readers of PowerShell other than its own stumble over digits in a parameter's name."""
    if not any(letter.isdigit() for name, _ in call.parameters for letter in name):
        return (written(call),)
    table = "; ".join(f"{name} = {_value(value)}" for name, value in call.parameters)
    return f"$with = @{{ {table} }}", f"{call.name} @with"


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


def _parameter(name: str, value: Value, *, plain: bool) -> str:
    if isinstance(value, bool):
        return f"-{name}" if name in _SWITCHES and value else f"-{name}:{_value(value)}"
    words = value if isinstance(value, tuple) else (value,)
    if plain and all(isinstance(one, str) and _WORD.fullmatch(one) for one in words):
        return f"-{name} {','.join(map(str, words))}"
    return f"-{name} {_value(value)}"


_SWITCHES = frozenset({"Force", "DoNotRequireSsl"})
# Thumbprints are longer, and stay in quotes: one may look like a number.
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9._-]{0,38}")


def _value(value: Value) -> str:
    match value:
        case None:
            return "$null"
        case bool():
            return "$true" if value else "$false"
        case int():
            return str(value)
        case tuple():
            return f"@({', '.join(map(quoted, value))})"
        case FileOctets():
            return f"([IO.File]::ReadAllBytes((Find-File {quoted(value.file)})))"
        case Password():
            return f"(Get-FilePassword {quoted(value.file)})"
        case HoursFromNow():
            return f"((Get-Date).AddHours({value.hours}))"
        case str():
            return quoted(value)


def _enabled(act: EnableCertificate, local: bool) -> str:
    where = at(act.server, local=local)
    services = f"(Test-Services {where} {quoted(act.server)} {quoted(act.thumbprint)} {_value(act.services)})"
    internal = act.thumbprint if act.overwrite_default_smtp else act.default_smtp
    if "SMTP" not in act.services or not internal:
        return services
    return f"{services} -and (Get-DefaultSmtp {quoted(act.server)}) -eq {quoted(internal)}"


def at(server: str, *, local: bool) -> str:
    """What says where, for the cmdlets that look; nothing where they only work on the server itself."""
    return "@{}" if local else f"@{{ Server = {quoted(server)} }}"


def _site(act: BindSite) -> str:
    return f"{quoted(act.server)} {quoted(act.site)} {quoted(_binding(act))}"


def _binding(act: BindSite) -> str:
    return f"{act.address}:{act.port}:{act.host}"
