"""What every script that changes Exchange begins and ends with. PowerShell 2.0 (Exchange 2010) to 5.1.

A step is a table: Say, What, On (its server), Only (the server it must run on), Look (whether it is so already), Do,
Back (what takes it back, tables too), NoBack (why nothing does), Kind (change, person, restart), Passing (a later step
undoes it), Optional (refused, the rest goes on).
"""

HEAD = r"""
# Run it in the Exchange Management Shell, opened as administrator. With -WhatIf it shows what it would do, and does
# nothing. Without, it does it; what is so already is left alone, so it can be run again. With -Undo it takes it back,
# the last step first.
#Requires -Version 2.0
[CmdletBinding(SupportsShouldProcess = $true)]
param([switch]$Undo)

$Caller = $PSCmdlet
$Folder = Split-Path -Parent $MyInvocation.MyCommand.Path
$Passwords = @{}
"""

FUNCTIONS_TITLE = r"""
# ---- How it is done ------------------------------------------------------------------------------------------------
"""

FUNCTIONS = r"""
function Test-Here([string]$Server) {
    $env:COMPUTERNAME -eq $Server.Split('.')[0]
}

# Windows' own things are done on the server itself: here, or by PowerShell remoting.
function Invoke-On([string]$Server, [scriptblock]$Block, [object[]]$With) {
    if (Test-Here $Server) { return (& $Block @With) }
    Invoke-Command -ComputerName $Server -ScriptBlock $Block -ArgumentList $With
}

function Find-File([string]$Name) {
    $path = $Name
    if (-not [IO.Path]::IsPathRooted($Name)) { $path = Join-Path $Folder $Name }
    if (-not (Test-Path -LiteralPath $path)) { throw "Put $Name beside this script first: there is no $path." }
    $path
}

# Asked for once, kept in memory as a SecureString, written nowhere.
function Get-FilePassword([string]$Name) {
    if (-not $Passwords.ContainsKey($Name)) { $Passwords[$Name] = Read-Host "Password of $Name" -AsSecureString }
    $Passwords[$Name]
}

function Get-One([hashtable]$At, [string]$Thumbprint) {
    # The cmdlet fails for a thumbprint that is not there.
    try { Get-ExchangeCertificate @At -Thumbprint $Thumbprint -ErrorAction Stop } catch { $null }
}

function Test-Imported([hashtable]$At, [string]$Thumbprint) {
    $one = Get-One $At $Thumbprint
    if (-not $one) { return $false }
    if ("$($one.Status)" -eq 'Valid') { return $true }
    Write-Host "  It is there, but its Status is '$($one.Status)' and must be Valid."
    $false
}

function Get-DefaultSmtp([string]$Server) {
    # Get-TransportServer until 2010, Get-TransportService since 2013.
    $found = $null
    if (Get-Command Get-TransportService -ErrorAction SilentlyContinue) {
        $found = Get-TransportService -Identity $Server
    } elseif (Get-Command Get-TransportServer -ErrorAction SilentlyContinue) {
        $found = Get-TransportServer -Identity $Server
    }
    if ($found) { "$($found.InternalTransportCertificateThumbprint)" } else { '' }
}

# What a binding of a site presents; empty where nobody can tell.
function Get-SiteThumbprint([string]$Server, [string]$Site, [string]$Binding) {
    try {
        $found = Invoke-On $Server {
            param($Site, $Binding)
            Import-Module WebAdministration
            Get-WebBinding -Name $Site -Protocol https |
                Where-Object { $_.bindingInformation -eq $Binding } | ForEach-Object { $_.certificateHash }
        } @($Site, $Binding)
        "$($found | Select-Object -First 1)"
    } catch { '' }
}

function Set-SiteThumbprint([string]$Server, [string]$Site, [string]$Binding, [string]$Thumbprint) {
    Invoke-On $Server {
        param($Site, $Binding, $Thumbprint)
        Import-Module WebAdministration
        $found = Get-WebBinding -Name $Site -Protocol https | Where-Object { $_.bindingInformation -eq $Binding }
        if (-not $found) { throw "The site $Site has no https binding $Binding." }
        if ($found | Get-Member -Name AddSslCertificate) {
            if ($Thumbprint) { $found.AddSslCertificate($Thumbprint, 'My') } else { $found.RemoveSslCertificate() }
        } else {
            # IIS 7 has no such method: the same by http.sys. The application is IIS' own. Names share what is bound to
            # their address there, and an address of IPv6 holds colons of its own.
            $place = 'ipport=' + ($Binding.Substring(0, $Binding.LastIndexOf(':')) -replace '^\*', '0.0.0.0')
            & netsh http delete sslcert $place | Out-Null
            if ($Thumbprint) {
                $application = 'appid={4dc3e181-e14b-4a21-b022-59fc669b0914}'
                & netsh http add sslcert $place "certhash=$Thumbprint" $application certstorename=MY
                if ($LASTEXITCODE -ne 0) { throw "netsh could not bind $Thumbprint to $place." }
            }
        }
    } @($Site, $Binding, $Thumbprint)
}

function Test-Services([hashtable]$At, [string]$Server, [string]$Thumbprint, [string[]]$Services) {
    $one = Get-One $At $Thumbprint
    if (-not $one) { return $false }
    $has = "$($one.Services)" -split ',\s*'
    foreach ($service in $Services) {
        if ($has -notcontains $service) { return $false }
        if ($service -eq 'IIS') {
            # The back end shows IIS too: the front's binding tells which it is.
            $front = Get-SiteThumbprint $Server 'Default Web Site' '*:443:'
            if ($front -and $front -ne $Thumbprint) { return $false }
        }
    }
    $true
}

function Test-Issuer([string]$Server, [string]$Thumbprint) {
    Invoke-On $Server { param($Thumbprint) Test-Path "Cert:\LocalMachine\CA\$Thumbprint" } @(, $Thumbprint)
}

function Add-Issuer([string]$Server, [string]$Base64) {
    Invoke-On $Server {
        param($Base64)
        $octets = [Convert]::FromBase64String($Base64)
        $one = New-Object System.Security.Cryptography.X509Certificates.X509Certificate2 (, $octets)
        # A root among the intermediates is a fault, an intermediate among the roots another.
        if ($one.Subject -eq $one.Issuer) { throw "$($one.Subject) is a root, and does not belong into CA." }
        $store = New-Object System.Security.Cryptography.X509Certificates.X509Store 'CA', 'LocalMachine'
        $store.Open('ReadWrite')
        try { $store.Add($one) } finally { $store.Close() }
    } @(, $Base64)
}

# Issuer and subject as this server spells them; what the script was made with where no server has the certificate.
function Get-TlsName([string]$Thumbprint, [string]$Otherwise) {
    foreach ($server in $Servers) {
        $one = Get-One $server.At $Thumbprint
        if ($one) { return "<I>$($one.Issuer)<S>$($one.Subject)" }
    }
    $Otherwise
}

# What does not run is not started: IMAP and POP are off unless somebody wants them.
function Restart-Running([string]$Server, [string[]]$Names) {
    Invoke-On $Server {
        param($Names)
        foreach ($name in $Names) {
            Get-Service -Name $name -ErrorAction SilentlyContinue |
                Where-Object { $_.Status -eq 'Running' } | Restart-Service -Force
        }
    } @(, $Names)
}

function Test-Running([string]$Server, [string]$Name) {
    Invoke-On $Server { param($Name) (Get-Service -Name $Name).Status -eq 'Running' } @(, $Name)
}

function Switch-Service([string]$Server, [string]$Name, [bool]$Running) {
    Invoke-On $Server {
        param($Name, $Running)
        if ($Running) { Start-Service -Name $Name } else { Stop-Service -Name $Name -Force }
    } @($Name, $Running)
}

function Wait-Person([string]$Command) {
    if ($Command) { Write-Host "    $Command" }
    Read-Host '  Press Enter once that is done; Ctrl+C leaves' | Out-Null
}

# Edge servers and Exchange 2007 answer only on the machine itself.
function Test-Reach($Step) {
    if ($Step.Only) { return (Test-Here $Step.Only) }
    -not ($Servers | Where-Object { $_.Alone -and (Test-Here $_.Name) })
}

function Invoke-One($Step) {
    Write-Host ''
    Write-Host $Step.Say
    if (-not (Test-Reach $Step)) {
        if ($Step.Only) { Write-Host "  Not from here: run this script on $($Step.Only) too." }
        else { Write-Host '  Not from here: run this script on a mailbox server too.' }
        return
    }
    if ($Step.Kind -eq 'change' -and (& $Step.Look)) {
        Write-Host '  It is so already.'
        return
    }
    if (-not $Caller.ShouldProcess($Step.On, $Step.What)) { return }
    try { & $Step.Do | Out-Null } catch {
        if (-not $Step.Optional) { throw }
        Write-Host "  Exchange refused it, and the rest goes on: $_"
        return
    }
    if ($Step.Kind -eq 'change') {
        # Errors of a remote shell do not always stop a script: look whether it is so now.
        foreach ($seconds in 0, 2, 5, 10) {
            Start-Sleep -Seconds $seconds
            if (& $Step.Look) { Write-Host '  Done.'; return }
        }
        if ($Step.Optional) {
            Write-Host '  It is not so afterwards, and the rest goes on.'
            return
        }
        throw "It is not so afterwards. Nothing further was done; -Undo takes back what was done before."
    }
    Write-Host '  Done.'
}

function Assert-Ready {
    foreach ($one in $Cmdlets) {
        if ((Test-Reach $one) -and -not (Get-Command $one.Name -ErrorAction SilentlyContinue)) {
            throw ("There is no $($one.Name) here. Open the Exchange Management Shell, which offers only what you " +
                "may do, as a member of $($one.For).")
        }
    }
    $me = New-Object Security.Principal.WindowsPrincipal ([Security.Principal.WindowsIdentity]::GetCurrent())
    if (-not $me.IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)) {
        throw 'Open the Exchange Management Shell as administrator: services and stores of Windows are changed too.'
    }
    foreach ($server in $Servers) {
        if (-not (Test-Reach @{ Only = $(if ($server.Alone) { $server.Name }) })) { continue }
        $there = Get-ExchangeServer -Identity $server.Name
        if ($server.Version -and "$($there.AdminDisplayVersion)" -notlike "Version $($server.Version) *") {
            throw ("$($server.Name) is $($there.AdminDisplayVersion), and was $($server.Version) when it was " +
                'exported. Export again.')
        }
        if ($Undo) { continue }
        if ($server.Certificate) {
            $one = Get-One $server.At $server.Certificate
            if (-not $one) { throw "$($server.Name) has no certificate $($server.Certificate)." }
            if ("$($one.Status)" -ne 'Valid') {
                throw ("The Status of $($server.Certificate) on $($server.Name) is '$($one.Status)', not Valid. " +
                    'An empty one hints at a broken auth certificate: see Get-AuthConfig.')
            }
        }
        if ($server.DefaultSmtp -and (Get-DefaultSmtp $server.Name) -ne $server.DefaultSmtp) {
            throw ("The default SMTP certificate of $($server.Name) is another one than when it was exported. " +
                'Export again.')
        }
    }
}

function Invoke-All {
    Assert-Ready
    $todo = @($Steps)
    $last = @($Afterwards)
    if ($Undo) {
        # What was set goes back, the last first; restarts come after it as ever.
        $all = @($Steps) + @($Afterwards)
        [array]::Reverse($all)
        $todo = @()
        foreach ($step in $all) {
            if ($step.NoBack -and $step.Kind -ne 'restart') { Write-Host "$($step.Say)`n  $($step.NoBack)" }
            $todo += @($step.Back | Where-Object { $_ })
        }
        $todo += @($Steps | Where-Object { $_.Kind -eq 'restart' })
        $last = @($Afterwards | Where-Object { $_.Kind -eq 'restart' })
    }
    $changes = @($todo | Where-Object { $_.Kind -eq 'change' -and (Test-Reach $_) })
    # What is undone on the way tells nothing of whether there is something to do.
    $goals = @($changes | Where-Object { -not $_.Passing })
    if ($goals -and -not @($goals | Where-Object { -not (& $_.Look) })) {
        Write-Host 'All of it is so already. Nothing is done. Should a former run have stopped before the end:'
        @($todo) + @($last) | Where-Object { $_.Kind -ne 'change' } |
            ForEach-Object { Write-Host "  $($_.On): $($_.What)" }
        return
    }
    foreach ($step in $todo) { Invoke-One $step }
    # Before IIS is restarted: this shell runs through IIS too.
    if (-not $WhatIfPreference) {
        Write-Host ''
        Write-Host 'What is wanted, and what is so:'
        foreach ($step in $goals) {
            $so = 'NOT SO'
            if (& $step.Look) { $so = 'is so ' }
            Write-Host "  $so  $($step.On): $($step.What)"
        }
    }
    foreach ($step in $last) { Invoke-One $step }
}
"""

MAIN = r"""
# ---- It begins -----------------------------------------------------------------------------------------------------

# The cmdlets of a remote shell heed only the session's own preference.
$Former = $global:ErrorActionPreference
$global:ErrorActionPreference = 'Stop'
try {
    Invoke-All
} finally {
    $global:ErrorActionPreference = $Former
}
Write-Host ''
Write-Host 'What clients say to it, ask from outside:'
foreach ($line in $AskFromOutside) { Write-Host "  $line" }
"""
