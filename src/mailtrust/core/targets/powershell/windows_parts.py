"""The parts that all scripts for Windows share. For PowerShell 4 and 5, as Windows Server has them from 2012 R2 on."""

HEAD = r"""#Requires -Version 4.0
#Requires -RunAsAdministrator
<#
.SYNOPSIS
@SYNOPSIS@
.DESCRIPTION
Run it on the server itself. -WhatIf shows what would be done. What is there already stays as it is, so it can be run
again. What was changed is noted below ProgramData\mailtrust, and -Undo takes it back.
@EXAMPLES@
#>
[CmdletBinding(SupportsShouldProcess = $true)]
param(
    # The file with the certificate and its key. Not needed where the certificate is in the store with its key.
    [string]$Pfx,
    # The key may be exported from the store again.
    [switch]$Exportable,
    # Take certificates out of the store that have the name and the key of an intermediate, but another issuer or time:
    # Windows may send such a cross-signed twin instead.
    [switch]$RemoveTwins,
@PARAMETERS@
    # Take back what this script has done.
    [switch]$Undo
)
$ErrorActionPreference = 'Stop'
if ($PSVersionTable.PSVersion.Major -gt 5) { throw 'Run it in Windows PowerShell: powershell.exe -File' }
$wanted = @THUMBPRINT@
$expectedHost = @HOST@
$intermediates = @(
@INTERMEDIATES@
)
"""

STORES = r"""
$kind = 'System.Security.Cryptography.X509Certificates.X509Certificate2'
# The store of the system's own account, which the stores of the machine do not show.
$systemStore = 'Registry::HKEY_USERS\S-1-5-18\Software\Microsoft\SystemCertificates\CA\Certificates'
$record = Join-Path $env:ProgramData ('mailtrust\undo-' + $wanted + '.json')

# Whether what is presented can be another one now.
$changed = $false

function Read-Record {
    $done = @{ Added = @(); Removed = @(); Bindings = @() }
    if (Test-Path -LiteralPath $record) {
        $read = Get-Content -LiteralPath $record -Raw | ConvertFrom-Json
        foreach ($name in 'Added', 'Removed', 'Bindings') { $done[$name] = @($read.$name | Where-Object { $_ }) }
    }
    return $done
}

function Add-ToRecord([string]$name, [hashtable]$one) {
    $done = Read-Record
    $done[$name] = @($done[$name]) + @($one)
    $folder = Split-Path -Parent $record
    if (-not (Test-Path -LiteralPath $folder)) { $null = New-Item -ItemType Directory -Path $folder }
    ConvertTo-Json -InputObject $done -Depth 4 | Set-Content -LiteralPath ($record + '.new') -Encoding UTF8
    Move-Item -LiteralPath ($record + '.new') -Destination $record -Force
}

function ConvertTo-Certificate([byte[]]$octets) {
    return New-Object $kind -ArgumentList (, $octets)
}

function Add-ToStore([string]$name, $certificate) {
    $store = New-Object System.Security.Cryptography.X509Certificates.X509Store -ArgumentList $name, 'LocalMachine'
    $store.Open('ReadWrite')
    try { $store.Add($certificate) } finally { $store.Close() }
    $script:changed = $true
}

# The store that has a certificate with its key: My, or WebHosting, which IIS knows besides; nothing where none has.
function Find-Home([string]$print) {
    foreach ($name in 'My', 'WebHosting') {
        $one = Get-Item -LiteralPath "Cert:\LocalMachine\$name\$print" -ErrorAction SilentlyContinue
        if ($one -and $one.HasPrivateKey) { return $name }
    }
    return ''
}

function Import-Leaf {
    $present = Find-Home $wanted
    if ($present) {
        Write-Output "In LocalMachine\$present already: $wanted"
        return
    }
    if (-not $Pfx -and $StoresOnly) { return }
    if (-not $Pfx) {
        throw "Neither is $wanted with its key in LocalMachine\My, nor was its file given: -Pfx FILE"
    }
    $path = (Resolve-Path -LiteralPath $Pfx).ProviderPath
    if (-not $PSCmdlet.ShouldProcess('LocalMachine\My', "Import $path")) { return }
    $password = Read-Host -AsSecureString -Prompt "The password of $path (Enter where it has none)"
    # Looked at first without keeping the key: another certificate's key shall not stay on the machine.
    $seen = New-Object $kind -ArgumentList $path, $password, 'MachineKeySet'
    $what = $seen.Thumbprint
    $withKey = $seen.HasPrivateKey
    $seen.Reset()
    if ($what -ne $wanted) { throw "Expected the certificate $wanted in $path, found $what." }
    if (-not $withKey) { throw "$path holds the certificate, but not its key." }
    $flags = 'MachineKeySet, PersistKeySet'
    if ($Exportable) { $flags = $flags + ', Exportable' }
    $keyless = Test-Path -LiteralPath "Cert:\LocalMachine\My\$wanted"
    Add-ToStore 'My' (New-Object $kind -ArgumentList $path, $password, $flags)
    if (-not $keyless) { Add-ToRecord 'Added' @{ Store = 'My'; Thumbprint = $wanted } }
    Write-Output "Imported into LocalMachine\My: $wanted"
    Write-Warning "$path holds the key: delete it when it is no longer needed."
}

function Import-Intermediate {
    foreach ($text in $intermediates) {
        $one = ConvertTo-Certificate ([Convert]::FromBase64String($text))
        if (Test-Path -LiteralPath "Cert:\LocalMachine\CA\$($one.Thumbprint)") {
            Write-Output "In LocalMachine\CA already: $($one.Subject)"
        } elseif ($PSCmdlet.ShouldProcess('LocalMachine\CA', "Add $($one.Subject)")) {
            Add-ToStore 'CA' $one
            Add-ToRecord 'Added' @{ Store = 'CA'; Thumbprint = $one.Thumbprint }
            Write-Output "Added to LocalMachine\CA: $($one.Subject)"
        }
    }
}

function ConvertFrom-StoreBlob([byte[]]$blob) {
    # Each property: its number, the number 1, its length, its octets. Number 32 is the certificate itself.
    $place = 0
    while ($blob -and $place + 12 -le $blob.Length) {
        $number = [BitConverter]::ToInt32($blob, $place)
        $length = [BitConverter]::ToInt32($blob, $place + 8)
        $place += 12
        if ($length -lt 0 -or $place + $length -gt $blob.Length) { return }
        if ($number -eq 32) {
            $octets = New-Object byte[] $length
            [Array]::Copy($blob, $place, $octets, 0, $length)
            return ConvertTo-Certificate $octets
        }
        $place += $length
    }
}

function Test-Twin($one, $other) {
    $subject = [Convert]::ToBase64String($one.SubjectName.RawData)
    return $one.Thumbprint -ne $other.Thumbprint -and
        $subject -eq [Convert]::ToBase64String($other.SubjectName.RawData) -and
        $one.GetPublicKeyString() -eq $other.GetPublicKeyString()
}

function Get-Twin {
    $ours = @($intermediates | ForEach-Object { ConvertTo-Certificate ([Convert]::FromBase64String($_)) })
    $found = @()
    foreach ($other in Get-ChildItem -LiteralPath 'Cert:\LocalMachine\CA') {
        if ($ours | Where-Object { Test-Twin $_ $other }) {
            $found += @{ Place = 'LocalMachine\CA'; Certificate = $other; Data = $other.RawData }
        }
    }
    if (Test-Path -LiteralPath $systemStore) {
        foreach ($key in Get-ChildItem -LiteralPath $systemStore) {
            $blob = $key.GetValue('Blob')
            $other = ConvertFrom-StoreBlob $blob
            if ($other -and ($ours | Where-Object { Test-Twin $_ $other })) {
                $found += @{ Place = 'S-1-5-18'; Certificate = $other; Data = $blob }
            }
        }
    }
    return $found
}

function Remove-Twin {
    foreach ($twin in Get-Twin) {
        $one = $twin.Certificate
        $until = $one.NotAfter.ToString('yyyy-MM-dd')
        $what = "$($one.Subject), issued by $($one.Issuer), until $until, $($one.Thumbprint)"
        if (-not $RemoveTwins) {
            Write-Warning ("In $($twin.Place) lies a twin of an intermediate, which Windows may send instead: $what. " +
                'If clients complain, -RemoveTwins takes it out.')
        } elseif ($PSCmdlet.ShouldProcess($twin.Place, "Take out $what")) {
            $data = [Convert]::ToBase64String($twin.Data)
            Add-ToRecord 'Removed' @{ Place = $twin.Place; Thumbprint = $one.Thumbprint; Data = $data }
            if ($twin.Place -eq 'S-1-5-18') {
                Remove-Item -LiteralPath "$systemStore\$($one.Thumbprint)" -Recurse -Confirm:$false
            } else {
                Remove-Item -LiteralPath "Cert:\LocalMachine\CA\$($one.Thumbprint)" -Confirm:$false
            }
            $script:changed = $true
            Write-Output "Taken out of $($twin.Place): $what"
        }
    }
}

function Undo-Store($done) {
    foreach ($one in $done.Removed) {
        if (-not $PSCmdlet.ShouldProcess($one.Place, "Put back $($one.Thumbprint)")) { continue }
        $octets = [Convert]::FromBase64String($one.Data)
        if ($one.Place -eq 'S-1-5-18') {
            $key = "$systemStore\$($one.Thumbprint)"
            $null = New-Item -Path $key -Force
            $null = New-ItemProperty -LiteralPath $key -Name Blob -PropertyType Binary -Value $octets -Force
        } else {
            Add-ToStore 'CA' (ConvertTo-Certificate $octets)
        }
        Write-Output "Put back into $($one.Place): $($one.Thumbprint)"
    }
    foreach ($one in $done.Added) {
        $place = "Cert:\LocalMachine\$($one.Store)\$($one.Thumbprint)"
        if ($one.Store -eq 'My' -and ((& netsh.exe http show sslcert) -match $one.Thumbprint)) {
            Write-Warning "Left in the store, for something presents it: $place"
            continue
        }
        if ((Test-Path -LiteralPath $place) -and $PSCmdlet.ShouldProcess($place, 'Remove')) {
            Remove-Item -LiteralPath $place -Confirm:$false
            Write-Output "Removed: $place"
        }
    }
}

# What a port presents: its certificate's thumbprint; nothing where no TLS comes about.
function Get-Presented([int]$at) {
    $client = New-Object System.Net.Sockets.TcpClient
    $machine = 'localhost'
    if ($IPAddress -and $IPAddress -ne '*') { $machine = $IPAddress.Trim('[', ']') }
    $named = $expectedHost
    if ($HostHeader) { $named = $HostHeader }
    try {
        $client.Connect($machine, $at)
        $anyone = { $true }
        $stream = New-Object System.Net.Security.SslStream -ArgumentList @($client.GetStream(), $false, $anyone)
        $stream.ReadTimeout = 10000
        $stream.AuthenticateAsClient($named, $null, 'Tls12', $false)
        return (New-Object $kind -ArgumentList $stream.RemoteCertificate).Thumbprint
    } catch {
        return ''
    } finally {
        $client.Close()
    }
}

function Test-Port([int]$at) {
    $presented = Get-Presented $at
    if ($presented -eq $wanted) {
        Write-Output "Port $at presents $wanted, as it shall."
    } elseif ($presented) {
        Write-Warning "Port $at presents $presented, expected $wanted."
    } else {
        Write-Warning "Port $at did not come to TLS."
    }
}
"""

MAIN = r"""
@INSTEAD@if ($Undo) {
    if (-not (Test-Path -LiteralPath $record)) {
        Write-Output 'Nothing is noted that could be taken back.'
        return
    }
    $done = Read-Record
@UNDO@
    Undo-Store $done
    if ($PSCmdlet.ShouldProcess($record, 'Delete the note')) { Remove-Item -LiteralPath $record -Confirm:$false }
    return
}

Import-Leaf
Import-Intermediate
Remove-Twin
"""
