"""Acts as a person types them: cmdlets in Exchange's own shell, else one command in the server's own PowerShell.

Microsoft: Get-WebBinding (WebAdministration), certutil -addstore, Restart-Service.
"""

import base64

from mailtrust.core.formats.powershell import argument, quoted
from mailtrust.core.model.exchange_change import (
    BindSite,
    ExchangeAct,
    ImportIssuer,
    PersonDoes,
    RestartServices,
    SwitchService,
)
from mailtrust.core.targets.powershell.cmdlets import cmdlets
from mailtrust.core.targets.powershell.literals import written


def typed(act: ExchangeAct, *, local: bool = False) -> tuple[str, ...]:
    """The lines of it; none where no command does it. Raises UserProblem for names that none is written with."""
    if is_by_hand(act):
        return tuple(filter(None, (by_hand(act),)))
    return tuple(written(call, plain=True) for call in cmdlets(act, local=local))


def is_by_hand(act: ExchangeAct) -> bool:
    """Whether Exchange's own shell has no cmdlet for it."""
    return not cmdlets(act)


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
            # -Port and -HostHeader alone would mean the bindings of other addresses too.
            only = f"Where-Object {{ $_.bindingInformation -eq {quoted(information_of(act))} }}"
            found = f"Get-WebBinding -Name {quoted(act.site)} -Protocol https | {only}"
            do = f"AddSslCertificate({quoted(act.thumbprint)}, 'My')" if act.thumbprint else "RemoveSslCertificate()"
            return f"Import-Module WebAdministration; ({found}).{do}"
        case SwitchService():
            name = argument(act.name)
            return f"Start-Service -Name {name}" if act.running else f"Stop-Service -Name {name} -Force"
    return ""


def information_of(act: BindSite) -> str:
    """The binding's `bindingInformation`, as IIS writes it: `*:443:mail.example.com`."""
    return f"{act.address}:{act.port}:{act.host}"
