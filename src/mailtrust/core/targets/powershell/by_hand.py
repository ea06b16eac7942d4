"""Acts that no cmdlet of Exchange's does, as a person does them: one command for the server's own PowerShell.

Microsoft: Get-WebBinding (WebAdministration), certutil -addstore, Restart-Service.
"""

import base64

from mailtrust.core.formats.powershell import quoted
from mailtrust.core.model.exchange_change import (
    BindSite,
    ExchangeAct,
    ImportIssuer,
    PersonDoes,
    RestartServices,
    SwitchService,
)
from mailtrust.core.targets.powershell.acts import written
from mailtrust.core.targets.powershell.cmdlets import cmdlets


def is_by_hand(act: ExchangeAct) -> bool:
    """Whether Exchange's own shell has no cmdlet for it."""
    return all(call.where != "exchange" for call in cmdlets(act))


def by_hand(act: ExchangeAct) -> str:
    """The command, to be run as administrator on the server of the act; empty where there is none.

    Raises UserProblem for names that no command is written with.
    """
    match act:
        case PersonDoes(command=command):
            return command
        case RestartServices(names=names):
            # What does not run is not started: IMAP and POP are off unless somebody wants them.
            listed = ",".join(map(quoted, names))
            return f"Get-Service {listed} | Where-Object {{ $_.Status -eq 'Running' }} | Restart-Service -Force"
        case ImportIssuer(thumbprint=thumbprint, der=der):
            octets = f"[Convert]::FromBase64String({quoted(base64.b64encode(der).decode())})"
            path = f'"$env:TEMP\\{thumbprint}.cer"'
            return f"[IO.File]::WriteAllBytes({path}, {octets}); certutil -addstore CA {path}"
        case BindSite():
            site = f"-Name {quoted(act.site)} -Protocol https -Port {act.port}"
            host = f" -HostHeader {quoted(act.host)}" if act.host else ""
            do = f"AddSslCertificate({quoted(act.thumbprint)}, 'My')" if act.thumbprint else "RemoveSslCertificate()"
            return f"Import-Module WebAdministration; (Get-WebBinding {site}{host}).{do}"
        case SwitchService():
            return "; ".join(map(written, cmdlets(act)))
    return ""
