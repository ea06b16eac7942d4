"""The PowerShell scripts that make a Group Policy object and take it away, by the cmdlets of Microsoft's own module."""

import base64
from collections.abc import Iterable

from mailtrust.core.formats.powershell import quoted, script
from mailtrust.core.formats.preg import Entry, RegistryType
from mailtrust.core.model.rollout import Wish

MARK = "Made by mailtrust"
"""How the comment of an object of ours begins; one without it is somebody else's, and is not deleted."""


def install_script(wish: Wish, entries: Iterable[Entry]) -> bytes:
    """Makes the object where there is none, sets what differs, links it where it is not linked."""
    return _filled(_INSTALL, wish, (f"{_place(entry)}; {_setting(entry)}" for entry in entries))


def remove_script(wish: Wish, entries: Iterable[Entry]) -> bytes:
    """Deletes the object if it is ours, else takes these values out of it."""
    return _filled(_REMOVE, wish, map(_place, entries))


def _filled(body: str, wish: Wish, rows: Iterable[str]) -> bytes:
    domain = quoted(wish.domain) if wish.domain else _OWN_DOMAIN
    return script(
        body.replace("@NAME@", quoted(wish.name))
        .replace("@DOMAIN@", domain)
        .replace("@MARK@", quoted(MARK))
        .replace("@ROWS@", "\n".join(f"    @{{ {row} }}" for row in rows))
    )


def _place(entry: Entry) -> str:
    key = f"HKLM\\{entry.key}"
    return f"Key = {quoted(key)}; ValueName = {quoted(entry.name)}"


def _setting(entry: Entry) -> str:
    kind, value = _value(entry)
    return f"Type = '{kind}'; Value = {value}"


def _value(entry: Entry) -> tuple[str, str]:
    match entry.type:
        case RegistryType.DWORD:
            return "DWord", str(int.from_bytes(entry.data, "little"))
        case RegistryType.SZ:
            return "String", quoted(_text(entry))
        case RegistryType.MULTI_SZ:
            return "MultiString", f"[string[]]@({', '.join(map(quoted, _text(entry).split(chr(0))))})"
        case _:
            return "Binary", f"[Convert]::FromBase64String('{base64.b64encode(entry.data).decode('ascii')}')"


def _text(entry: Entry) -> str:
    return entry.data.decode("utf-16-le").rstrip("\0")


_OWN_DOMAIN = "[System.DirectoryServices.ActiveDirectory.Domain]::GetCurrentDomain().Name"

_PARAMETERS = r"""#Requires -Version 5.1
#Requires -Modules GroupPolicy
[CmdletBinding(SupportsShouldProcess)]
param(
    # The display name of the Group Policy object.
    [string]$Name = @NAME@,
    # The DNS name of the domain.
    [string]$Domain = (@DOMAIN@),
"""

_VALUES = r"""$ErrorActionPreference = 'Stop'
$mark = @MARK@
$values = @(
@ROWS@
)

function Get-Present($gpo, $one) {
    $where = @{ Guid = $gpo.Id; Domain = $Domain; Key = $one.Key; ValueName = $one.ValueName }
    Get-GPRegistryValue @where -ErrorAction SilentlyContinue
}

$gpo = Get-GPO -Name $Name -Domain $Domain -ErrorAction SilentlyContinue
"""

_INSTALL = (
    _PARAMETERS
    + r"""    # Where it counts: the domain, or an organizational unit such as OU=Test,DC=example,DC=com.
    [string]$Target = ('DC=' + ($Domain -split '\.' -join ',DC=')),
    # Make the object, and link it by hand later.
    [switch]$NoLink
)
"""
    + _VALUES
    + r"""
function ConvertTo-Comparable($value) {
    if ($value -is [byte[]]) { return [Convert]::ToBase64String($value) }
    return (@($value) | ForEach-Object { "$_".TrimEnd([char]0) }) -join [char]10
}

if (-not $gpo -and $PSCmdlet.ShouldProcess($Domain, "Create the Group Policy object '$Name'")) {
    $gpo = New-GPO -Name $Name -Domain $Domain -Comment "$mark, $(Get-Date -Format 'yyyy-MM-dd')."
    $gpo.GpoStatus = 'UserSettingsDisabled'
    Write-Output "Created '$Name'."
}
foreach ($one in $values) {
    $place = "$($one.Key)\$($one.ValueName)"
    $present = if ($gpo) { Get-Present $gpo $one }
    if ($present -and (ConvertTo-Comparable $present.Value) -ceq (ConvertTo-Comparable $one.Value)) {
        Write-Output "As it should be: $place"
    } elseif ($PSCmdlet.ShouldProcess("'$Name' in $Domain", "Set $place")) {
        $null = Set-GPRegistryValue -Guid $gpo.Id -Domain $Domain @one
        Write-Output "Set: $place"
    }
}
if (-not $NoLink) {
    $links = (Get-GPInheritance -Target $Target -Domain $Domain).GpoLinks
    if ($gpo -and ($links | Where-Object { $_.GpoId -eq $gpo.Id })) {
        Write-Output "Linked already: $Target"
    } elseif ($PSCmdlet.ShouldProcess($Target, "Link '$Name'")) {
        $null = New-GPLink -Guid $gpo.Id -Domain $Domain -Target $Target -LinkEnabled Yes
        Write-Output "Linked: $Target"
    }
}
"""
)

_REMOVE = (
    _PARAMETERS.rstrip().removesuffix(",")
    + "\n)\n"
    + _VALUES
    + r"""if (-not $gpo) {
    Write-Output "There is no '$Name' in $Domain."
} elseif ("$($gpo.Description)".StartsWith($mark)) {
    if ($PSCmdlet.ShouldProcess("'$Name' in $Domain", 'Delete the Group Policy object and its links')) {
        Remove-GPO -Guid $gpo.Id -Domain $Domain
        Write-Output "Deleted '$Name'."
    }
} else {
    foreach ($one in $values) {
        $place = "$($one.Key)\$($one.ValueName)"
        if (-not (Get-Present $gpo $one)) {
            Write-Output "Not there: $place"
        } elseif ($PSCmdlet.ShouldProcess("'$Name' in $Domain", "Take out $place")) {
            $null = Remove-GPRegistryValue -Guid $gpo.Id -Domain $Domain -Key $one.Key -ValueName $one.ValueName
            Write-Output "Taken out: $place"
        }
    }
}
"""
)
