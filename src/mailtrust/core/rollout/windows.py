"""One Windows computer: its certificate stores, by script, by command, or by hand. For many computers there is `gpo`.

The computer's own stores (LocalMachine) count for every program and user on it; a user's own (CurrentUser) asks
the user, and a policy may tell Windows to ignore it (CERT_PROT_ROOT_DISABLE_CURRENT_USER_FLAG).
"""

from mailtrust.core.formats.powershell import quoted, script
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.remedy import Human, Step
from mailtrust.core.model.rollout import Anchors, Kit, KitFile, Wish
from mailtrust.core.model.text import Text, text
from mailtrust.core.remedies.doing import do, look
from mailtrust.core.rollout.parts.certificate_files import der_file, der_files, what_it_is
from mailtrust.core.x509.thumbprint import thumbprint

ID = "windows"
TITLE = text("one Windows computer")
MERGES: tuple[str, ...] = ()

ADMINISTRATOR = "Administrator"

_FOLDERS = {
    "Root": text("Trusted Root Certification Authorities"),
    "CA": text("Intermediate Certification Authorities"),
}
"""The stores as the console shows them."""


def install(wish: Wish) -> Kit:
    """The certificates, a script, the same as commands, and the clicks for the help desk."""
    return Kit(
        files=(
            *der_files(wish.anchors),
            KitFile("install.ps1", _script(wish, _INSTALL), text("puts them into the computer's stores")),
        ),
        steps=(
            do(
                text("In a PowerShell window opened as administrator, in this folder. -WhatIf shows what it would do."),
                _CALL.format(file="install.ps1"),
                text("Run remove.ps1 of the removal kit: mailtrust trust windows --remove."),
                by="powershell",
                needs=ADMINISTRATOR,
            ),
            *(_by_certutil(one, store) for one, store in _stores(wish.anchors)),
            *(_by_hand(one, store) for one, store in _stores(wish.anchors)),
        ),
        remarks=_REMARKS,
    )


def remove(wish: Wish) -> Kit:
    """A script and commands that take out exactly these certificates, by their thumbprints."""
    return Kit(
        files=(KitFile("remove.ps1", _script(wish, _REMOVE), text("takes them out of the computer's stores")),),
        steps=(
            do(
                text("In a PowerShell window opened as administrator, in this folder. -WhatIf shows what it would do."),
                _CALL.format(file="remove.ps1"),
                text("Run install.ps1 of the kit again."),
                by="powershell",
                needs=ADMINISTRATOR,
            ),
            *(
                do(
                    text("Or the same with the older command."),
                    f"certutil -delstore {store} {thumbprint(one)}",
                    text("certutil -addstore -f {store} {file}", store=store, file=der_file(one)),
                    by="cmd",
                    needs=ADMINISTRATOR,
                )
                for one, store in _stores(wish.anchors)
            ),
        ),
        remarks=_REMARKS,
    )


def check(wish: Wish) -> tuple[Step, ...]:
    """Each store asked for each thumbprint."""
    return tuple(
        look(
            text("See whether {what} is there; “not found” says that it is not.", what=what_it_is(one, wish.anchors)),
            f"certutil -store {store} {thumbprint(one)}",
            "cmd",
        )
        for one, store in _stores(wish.anchors)
    )


def _stores(anchors: Anchors) -> tuple[tuple[Certificate, str], ...]:
    """A root in the store of intermediates, or the other way round, is a fault of its own."""
    return (*((one, "Root") for one in anchors.trusted), *((one, "CA") for one in anchors.intermediates))


def _by_certutil(one: Certificate, store: str) -> Step:
    return do(
        text("Or the same with the older command."),
        f"certutil -addstore -f {store} {der_file(one)}",
        text("certutil -delstore {store} {print}", store=store, print=thumbprint(one)),
        by="cmd",
        needs=ADMINISTRATOR,
    )


def _by_hand(one: Certificate, store: str) -> Step:
    return Step(
        text("Or by hand, in the console. It must be the computer's account, not your own."),
        Human(
            (
                text("Start, type MMC, Enter"),
                text("File, Add/Remove Snap-in"),
                text("Certificates, Add"),
                text("Computer account, Next"),
                text("Local computer, Finish, OK"),
                text("Certificates (Local Computer)"),
                _FOLDERS[store],
                text("right-click Certificates, All Tasks, Import"),
                text("Next"),
                text("Browse to {file}, Open, Next", file=der_file(one)),
                text("Place all certificates in the following store: {store}, Next", store=_FOLDERS[store]),
                text("Finish, OK"),
            )
        ),
        text("Delete the certificate in the same folder of the console."),
        needs=ADMINISTRATOR,
    )


_REMARKS: tuple[Text, ...] = (
    text("It counts at once for programs that are started afterwards, and for every user of the computer."),
)

_CALL = r"powershell -NoProfile -ExecutionPolicy Bypass -File .\{file}"


def _script(wish: Wish, body: str) -> bytes:
    rows = (
        f"  @{{ Store = '{store}'; Thumbprint = '{thumbprint(one)}'; File = {quoted(der_file(one))} }}"
        for one, store in _stores(wish.anchors)
    )
    return script(body.replace("@ROWS@", "\n".join(rows)))


_INSTALL = r"""#Requires -RunAsAdministrator
[CmdletBinding(SupportsShouldProcess)]
param()
$ErrorActionPreference = 'Stop'
$certificates = @(
@ROWS@
)
foreach ($one in $certificates) {
    $path = Join-Path $PSScriptRoot $one.File
    $found = New-Object System.Security.Cryptography.X509Certificates.X509Certificate2 $path
    if ($found.Thumbprint -ne $one.Thumbprint) {
        throw "$path is another certificate than the one this script was made for ($($found.Thumbprint))."
    }
    if (Test-Path "Cert:\LocalMachine\$($one.Store)\$($one.Thumbprint)") {
        Write-Output "$($one.Thumbprint) is in $($one.Store) already."
    } elseif ($PSCmdlet.ShouldProcess("LocalMachine\$($one.Store)", "Import $($one.File)")) {
        $store = New-Object System.Security.Cryptography.X509Certificates.X509Store $one.Store, 'LocalMachine'
        $store.Open('ReadWrite')
        try { $store.Add($found) } finally { $store.Close() }
        Write-Output "$($one.Thumbprint) is in $($one.Store) now."
    }
}
"""

_REMOVE = r"""#Requires -RunAsAdministrator
[CmdletBinding(SupportsShouldProcess)]
param()
$ErrorActionPreference = 'Stop'
$certificates = @(
@ROWS@
)
foreach ($one in $certificates) {
    $path = "Cert:\LocalMachine\$($one.Store)\$($one.Thumbprint)"
    if (-not (Test-Path $path)) {
        Write-Output "$($one.Thumbprint) is not in $($one.Store)."
    } elseif ($PSCmdlet.ShouldProcess($path, 'Remove')) {
        Remove-Item $path
        Write-Output "$($one.Thumbprint) is no longer in $($one.Store)."
    }
}
"""
