"""What the scripts for Windows have of their own: IIS, MailStore Server."""

from mailtrust.core.model.frozen import frozen


@frozen
class Parts:
    """What one script has of its own."""

    synopsis: str
    examples: str
    parameters: str
    functions: str
    instead: str
    """What it does instead of all else, where it was asked to."""
    undo: str
    body: str


IIS = Parts(
    synopsis="Brings a certificate and its intermediates into the stores of this machine, and to a site of IIS.",
    examples=r""".EXAMPLE
.\install.ps1 -Pfx .\mail.pfx -WhatIf
.EXAMPLE
.\install.ps1 -Pfx .\mail.pfx -Site 'Default Web Site'
.EXAMPLE
.\install.ps1 -StoresOnly
For other services that run on Windows' own TLS: restart them afterwards.
.EXAMPLE
.\install.ps1 -Undo""",
    parameters=r"""    # Which site, and which of its https bindings; it is made where there is none.
    [string]$Site = 'Default Web Site',
    [int]$Port = 443,
    [string]$IPAddress = '*',
    # Empty: the binding for clients that name nobody, and for every name that no other binding has.
    [string]$HostHeader = '',
    # Leave IIS alone.
    [switch]$StoresOnly,
    # Do not restart IIS, which cuts running sessions; it may send the former chain until then.
    [switch]$NoRestart,""",
    functions=r"""
# Where http.sys keeps the certificate of the binding: by the name only where the binding demands it (SNI).
function Get-Place([bool]$byName) {
    if ($byName) { return "hostnameport=${HostHeader}:$Port" }
    if ($IPAddress -eq '*') { return "ipport=0.0.0.0:$Port" }
    return "ipport=${IPAddress}:$Port"
}

function Get-Bound([string]$where) {
    # netsh speaks the language of Windows; a thumbprint is 40 hexadecimal digits in every one.
    $shown = (& netsh.exe http show sslcert $where) -join ' '
    if ($LASTEXITCODE -eq 0 -and $shown -match '(?<![0-9A-Fa-f])[0-9A-Fa-f]{40}(?![0-9A-Fa-f])') {
        return $Matches[0].ToUpperInvariant()
    }
    return ''
}

function Remove-Bound([string]$where) {
    if (-not (Get-Bound $where)) { return }
    $said = & netsh.exe http delete sslcert $where
    if ($LASTEXITCODE -ne 0) { throw "netsh could not free ${where}: $said" }
}

function Set-Bound([string]$where, [string]$print, [string]$store) {
    Remove-Bound $where
    # The GUID in braces would be a block of script without its quotes. It is the one of IIS itself.
    $application = 'appid={4dc3e181-e14b-4a21-b022-59fc669b0914}'
    $said = & netsh.exe http add sslcert $where "certhash=$print" $application "certstorename=$store"
    if ($LASTEXITCODE -ne 0) { throw "netsh could not bind $print at ${where}: $said" }
}

function Set-SiteCertificate {
    Import-Module WebAdministration
    if (-not (Get-Website | Where-Object { $_.Name -eq $Site })) {
        throw "There is no site '$Site' in IIS. There are: $((Get-Website | ForEach-Object { $_.Name }) -join ', ')"
    }
    $information = "${IPAddress}:${Port}:$HostHeader"
    $binding = Get-WebBinding -Name $Site -Protocol https | Where-Object { $_.bindingInformation -eq $information }
    $byName = [bool]$HostHeader
    if ($binding) {
        # Flags of a binding: 1 demands a server name, 2 takes certificates from the central store.
        if ($binding.sslFlags -band 2) {
            throw "The binding $information takes its certificate from the central store: put the PFX into that folder."
        }
        $byName = [bool]($binding.sslFlags -band 1)
    }
    $where = Get-Place $byName
    $former = Get-Bound $where
    if ($binding -and $former -eq $wanted) {
        Write-Output "Bound already at $where to the site '$Site': $wanted"
        return
    }
    if (-not $PSCmdlet.ShouldProcess("'$Site', $information", "Bind $wanted (now: $former)")) { return }
    $store = Find-Home $former
    if (-not $store) { $store = 'My' }
    if (-not ((Read-Record).Bindings | Where-Object { $_.At -eq $where })) {
        Add-ToRecord 'Bindings' @{
            Site = $Site; Information = $information; At = $where; Former = $former; Store = $store
            Made = -not $binding
        }
    }
    if (-not $binding) {
        $flags = 0
        if ($HostHeader) { $flags = 1 }
        $new = @{ Name = $Site; Protocol = 'https'; IPAddress = $IPAddress; Port = $Port; HostHeader = $HostHeader }
        New-WebBinding @new -SslFlags $flags
    }
    try {
        Set-Bound $where $wanted (Find-Home $wanted)
    } catch {
        if ($former) { Set-Bound $where $former $store }
        throw
    }
    $script:changed = $true
    Write-Output "Bound at $where to the site '$Site': $wanted (before: $former)"
}
""",
    instead="",
    undo=r"""    foreach ($one in $done.Bindings) {
        if (-not $PSCmdlet.ShouldProcess($one.At, 'Give back the former certificate')) { continue }
        if ($one.Former) {
            Set-Bound $one.At $one.Former $one.Store
            Write-Output "Bound again at $($one.At): $($one.Former)"
        } else {
            Remove-Bound $one.At
        }
        if ($one.Made) {
            Import-Module WebAdministration
            Get-WebBinding -Name $one.Site -Protocol https |
                Where-Object { $_.bindingInformation -eq $one.Information } | Remove-WebBinding
            Write-Output "Removed the binding $($one.Information) of $($one.Site)."
        }
    }
    if (-not $NoRestart -and $done.Bindings -and $PSCmdlet.ShouldProcess('IIS', 'Restart')) {
        Restart-Service -Name @('WAS', 'W3SVC') -Force
    }""",
    body=r"""
if ($StoresOnly) {
    Write-Output 'Restart the services that present the certificate: Windows builds the chain anew then.'
} else {
    Set-SiteCertificate
    if (-not $NoRestart -and $changed -and $PSCmdlet.ShouldProcess('IIS', 'Restart, which cuts running sessions')) {
        Restart-Service -Name @('WAS', 'W3SVC') -Force
        Write-Output 'Restarted IIS.'
    }
    if (-not $WhatIfPreference) { Test-Port $Port }
}
Write-Output "Look from outside what clients get, with the chain: mailtrust check ${expectedHost}:$Port"
""",
)

MAILSTORE = Parts(
    synopsis="Brings a certificate and its intermediates into the stores of this machine, for MailStore Server.",
    examples=r""".EXAMPLE
.\install.ps1 -Pfx .\archive.pfx -WhatIf
.EXAMPLE
.\install.ps1 -Pfx .\archive.pfx
.EXAMPLE
.\install.ps1 -Check
.EXAMPLE
.\install.ps1 -Undo""",
    parameters=r"""    # Only look at what the ports present, after the certificate was chosen in MailStore.
    [switch]$Check,
    # The ports of MailStore Client, web access, administration and IMAP.
    [int[]]$Ports = @(8460, 8462, 8463, 993),""",
    functions="",
    instead=r"""if ($Check) {
    foreach ($one in $Ports) { Test-Port $one }
    return
}
""",
    undo="    Write-Warning 'Choose the former certificate in MailStore Server Service Configuration first.'",
    body=r"""
Write-Output @"
MailStore has no command for it, so choose the certificate by hand:
  1. MailStore Server Service Configuration > IP Addresses and Ports
  2. for each line whose clients shall get it: the button beside Server Certificate > Select from Certificate Store
  3. the certificate $wanted, OK
  4. Restart Service: users are logged out, archiving under way is cut off
Then run this script again with -Check, and look from outside:
  mailtrust check tls://${expectedHost}:8460 tls://${expectedHost}:8462 tls://${expectedHost}:8463 imap://${expectedHost}
"@
""",
)
