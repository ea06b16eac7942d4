<#
.SYNOPSIS
    Exports what Exchange knows about its certificates, for mailtrust. It only reads.

.DESCRIPTION
    Run it in the Exchange Management Shell of Exchange Server 2010 to Subscription Edition, or of an Edge server. It
    exports no private key and no password, and changes nothing but the file that it writes. What a server refuses to
    tell is noted in the file, and the rest is exported.

    The bindings of IIS and its Extended Protection are read on the machine where it runs. Run it on each server and
    give all files to mailtrust (--export FILE --export FILE): it joins them by server.

    Windows PowerShell 2.0, which Exchange 2010 has, cannot write JSON: there it writes CLIXML, which mailtrust reads
    as well.

.PARAMETER Server
    The servers that are asked; all of the organisation when none is named.

.PARAMETER OutFile
    The file that is written, whole or not at all.

.EXAMPLE
    .\collect.ps1 -OutFile exchange.json
#>
param(
    [string[]] $Server = @(),
    [string] $OutFile = 'exchange.json'
)

$notRead = New-Object System.Collections.ArrayList

# What one cmdlet says; what it refuses is noted, and nothing is given.
function Get-Part([string] $Of, [string] $Part, [scriptblock] $Read) {
    try {
        & $Read
    } catch {
        [void] $notRead.Add(@{ server = $Of; part = $Part; why = [string] $_.Exception.Message })
    }
}

# A list of texts, whatever came: the comma keeps PowerShell from making a text of a list of one.
function Get-Texts($Values) {
    , [string[]] @($Values | Where-Object { $null -ne $_ -and [string] $_ -ne '' } | ForEach-Object { [string] $_ })
}

function Get-Moment($Value) {
    if ($Value -is [DateTime]) {
        $invariant = [System.Globalization.CultureInfo]::InvariantCulture
        $Value.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", $invariant)
    } else {
        $null
    }
}

function Get-Flag($Value) {
    if ($Value -is [bool]) { $Value } else { $null }
}

function Get-Certificates([string] $Of, [hashtable] $At) {
    Get-Part $Of 'Get-ExchangeCertificate' {
        Get-ExchangeCertificate @At -ErrorAction Stop | ForEach-Object {
            @{
                thumbprint      = [string] $_.Thumbprint
                services        = $(if ($null -ne $_.Services) { [string] $_.Services } else { $null })
                status          = [string] $_.Status
                subject         = [string] $_.Subject
                issuer          = [string] $_.Issuer
                domains         = Get-Texts $_.CertificateDomains
                friendly_name   = [string] $_.FriendlyName
                not_before      = Get-Moment $_.NotBefore
                not_after       = Get-Moment $_.NotAfter
                has_private_key = Get-Flag $_.HasPrivateKey
                self_signed     = Get-Flag $_.IsSelfSigned
                root_ca_type    = [string] $_.RootCAType
                exportable      = Get-Flag $_.PrivateKeyExportable
                raw             = $(if ($_.RawData) { [Convert]::ToBase64String($_.RawData) } else { $null })
            }
        }
    }
}

function Get-ReceiveConnectors([string] $Of, [hashtable] $At) {
    Get-Part $Of 'Get-ReceiveConnector' {
        Get-ReceiveConnector @At -ErrorAction Stop | ForEach-Object {
            @{
                name                 = [string] $_.Name
                fqdn                 = [string] $_.Fqdn
                auth_mechanisms      = Get-Texts (([string] $_.AuthMechanism) -split ', *')
                tls_certificate_name = [string] $_.TlsCertificateName
                bindings             = Get-Texts $_.Bindings
                role                 = [string] $_.TransportRole
                enabled              = ([string] $_.Enabled -ne 'False')

                suppresses_anonymous_tls = Get-Flag $_.SuppressXAnonymousTls
            }
        }
    }
}

# The Windows service tells whether anybody could meet the certificate at all.
function Get-Running([string] $Of, [string] $Name) {
    $found = Get-Service -ComputerName $Of -Name $Name -ErrorAction SilentlyContinue
    if ($found) { [string] $found.Status -eq 'Running' } else { $null }
}

function Get-ClientAccess([string] $Of, [hashtable] $At) {
    Get-Part $Of 'Get-ImapSettings' {
        Get-ImapSettings @At -ErrorAction Stop | ForEach-Object {
            @{
                service             = 'IMAP'
                certificate_name    = [string] $_.X509CertificateName
                connection_settings = Get-Texts (@($_.InternalConnectionSettings) + @($_.ExternalConnectionSettings))
                running             = Get-Running $Of 'MSExchangeIMAP4'
            }
        }
    }
    Get-Part $Of 'Get-PopSettings' {
        Get-PopSettings @At -ErrorAction Stop | ForEach-Object {
            @{
                service             = 'POP'
                certificate_name    = [string] $_.X509CertificateName
                connection_settings = Get-Texts (@($_.InternalConnectionSettings) + @($_.ExternalConnectionSettings))
                running             = Get-Running $Of 'MSExchangePOP3'
            }
        }
    }
}

# Exchange 2019 and later have no Unified Messaging, nor these cmdlets.
function Get-Um([string] $Of) {
    if (Get-Command 'Get-UMService' -ErrorAction SilentlyContinue) {
        Get-Part $Of 'Get-UMService' {
            Get-UMService -Identity $Of -ErrorAction Stop | ForEach-Object {
                @{ service = 'UM'; startup_mode = [string] $_.UMStartupMode }
            }
        }
    } elseif (Get-Command 'Get-UMServer' -ErrorAction SilentlyContinue) {
        Get-Part $Of 'Get-UMServer' {
            Get-UMServer -Identity $Of -ErrorAction Stop | ForEach-Object {
                @{ service = 'UM'; startup_mode = [string] $_.UMStartupMode }
            }
        }
    }
    if (Get-Command 'Get-UMCallRouterSettings' -ErrorAction SilentlyContinue) {
        Get-Part $Of 'Get-UMCallRouterSettings' {
            Get-UMCallRouterSettings -Server $Of -ErrorAction Stop | ForEach-Object {
                @{ service = 'UMCallRouter'; startup_mode = [string] $_.UMStartupMode }
            }
        }
    }
}

# Empty: there is none. Nothing: nobody could say.
function Get-InternalTransport([string] $Of) {
    if (Get-Command 'Get-TransportService' -ErrorAction SilentlyContinue) {
        Get-Part $Of 'Get-TransportService' {
            [string] (Get-TransportService -Identity $Of -ErrorAction Stop).InternalTransportCertificateThumbprint
        }
    } else {
        Get-Part $Of 'Get-TransportServer' {
            [string] (Get-TransportServer -Identity $Of -ErrorAction Stop).InternalTransportCertificateThumbprint
        }
    }
}

function Get-Directory($Directory, [string] $Name, [string[]] $Urls) {
    @{
        name                = $Name
        site                = $(if ([string] $Directory.Name -like '*(Exchange Back End)*') { 'back' } else { 'front' })
        urls                = Get-Texts (@($Directory.InternalUrl) + @($Directory.ExternalUrl) + @($Urls))
        extended_protection = [string] $Directory.ExtendedProtectionTokenChecking
        ssl_offloading      = Get-Flag $Directory.SSLOffloading
    }
}

function Get-Directories([string] $Of) {
    $services = @()
    if (Get-Command 'Get-ClientAccessService' -ErrorAction SilentlyContinue) {
        $services = @(Get-Part $Of 'Get-ClientAccessService' {
            Get-ClientAccessService -Identity $Of -ErrorAction Stop
        })
    } else {
        $services = @(Get-Part $Of 'Get-ClientAccessServer' {
            Get-ClientAccessServer -Identity $Of -ErrorAction Stop
        })
    }
    $found = $services | ForEach-Object { [string] $_.AutoDiscoverServiceInternalUri }
    Get-Part $Of 'Get-AutodiscoverVirtualDirectory' {
        Get-AutodiscoverVirtualDirectory -Server $Of -ErrorAction Stop | ForEach-Object {
            Get-Directory $_ 'Autodiscover' $found
        }
    }
    Get-Part $Of 'Get-WebServicesVirtualDirectory' {
        Get-WebServicesVirtualDirectory -Server $Of -ErrorAction Stop | ForEach-Object { Get-Directory $_ 'EWS' }
    }
    Get-Part $Of 'Get-OwaVirtualDirectory' {
        Get-OwaVirtualDirectory -Server $Of -ErrorAction Stop |
            Where-Object { [string] $_.Name -like 'owa*' } | ForEach-Object { Get-Directory $_ 'OWA' }
    }
    Get-Part $Of 'Get-EcpVirtualDirectory' {
        Get-EcpVirtualDirectory -Server $Of -ErrorAction Stop | ForEach-Object { Get-Directory $_ 'ECP' }
    }
    Get-Part $Of 'Get-OabVirtualDirectory' {
        Get-OabVirtualDirectory -Server $Of -ErrorAction Stop | ForEach-Object { Get-Directory $_ 'OAB' }
    }
    Get-Part $Of 'Get-ActiveSyncVirtualDirectory' {
        Get-ActiveSyncVirtualDirectory -Server $Of -ErrorAction Stop | ForEach-Object {
            Get-Directory $_ 'Microsoft-Server-ActiveSync'
        }
    }
    Get-Part $Of 'Get-PowerShellVirtualDirectory' {
        Get-PowerShellVirtualDirectory -Server $Of -ErrorAction Stop | ForEach-Object { Get-Directory $_ 'PowerShell' }
    }
    if (Get-Command 'Get-MapiVirtualDirectory' -ErrorAction SilentlyContinue) {
        Get-Part $Of 'Get-MapiVirtualDirectory' {
            Get-MapiVirtualDirectory -Server $Of -ErrorAction Stop | ForEach-Object { Get-Directory $_ 'MAPI' }
        }
    }
    Get-Part $Of 'Get-OutlookAnywhere' {
        Get-OutlookAnywhere -Server $Of -ErrorAction Stop | ForEach-Object {
            $hosts = @($_.InternalHostname) + @($_.ExternalHostname) | Where-Object { [string] $_ -ne '' }
            Get-Directory $_ 'RPC' @($hosts | ForEach-Object { 'https://' + [string] $_ + '/rpc' })
        }
    }
}

# What IIS itself has on this machine counts more than what the directory says of it.
function Get-LocalDirectories([object[]] $Known) {
    $sites = @{ 'Default Web Site' = 'front'; 'Exchange Back End' = 'back' }
    $names = @('EWS', 'MAPI', 'OWA', 'ECP', 'OAB', 'Microsoft-Server-ActiveSync', 'Autodiscover', 'RPC', 'PowerShell', 'API')
    $filter = 'system.webServer/security/authentication/windowsAuthentication/extendedProtection'
    $seen = @{}
    foreach ($one in $Known) {
        $seen[$one.site + '/' + $one.name] = $one
    }
    foreach ($site in $sites.Keys) {
        foreach ($application in @(Get-WebApplication -Site $site -ErrorAction Stop)) {
            $path = ([string] $application.Path).Trim('/')
            $name = $names | Where-Object { $_ -eq $path }
            if (-not $name) { continue }
            $checking = Get-WebConfigurationProperty -PSPath 'MACHINE/WEBROOT/APPHOST' `
                -Location ($site + '/' + $path) -Filter $filter -Name 'tokenChecking' -ErrorAction Stop
            if ($null -ne $checking -and $checking -isnot [string]) { $checking = $checking.Value }
            $key = $sites[$site] + '/' + $name
            if (-not $seen.ContainsKey($key)) {
                $seen[$key] = @{ name = [string] $name; site = $sites[$site]; urls = [string[]] @() }
            }
            $seen[$key].extended_protection = [string] $checking
        }
    }
    $seen.Values
}

function Get-LocalBindings {
    foreach ($binding in @(Get-WebBinding -Protocol 'https' -ErrorAction Stop)) {
        # An address of IPv6 holds colons of its own: `[::1]:443:mail.example.com`.
        $parts = [regex]::Match([string] $binding.bindingInformation, '^(.*):([0-9]+):([^:]*)$')
        $site = [regex]::Match([string] $binding.ItemXPath, "@name='([^']*)'")
        if (-not $parts.Success -or -not $site.Success) { continue }
        @{
            site       = $site.Groups[1].Value
            address    = $parts.Groups[1].Value
            port       = [int] $parts.Groups[2].Value
            host       = $parts.Groups[3].Value
            store      = [string] $binding.certificateStoreName
            thumbprint = [string] $binding.certificateHash
        }
    }
}

function Get-One($One) {
    $name = [string] $One.Name
    $edge = [string] $One.IsEdgeServer -eq 'True'
    $here = $name -eq $env:COMPUTERNAME
    # On an Edge server the cmdlets ask that server, and take no name.
    $at = @{}
    if (-not $edge) { $at['Server'] = $name }

    Write-Host "Reading $name"
    $result = @{
        name               = $name
        fqdn               = [string] $One.Fqdn
        version            = [string] $One.AdminDisplayVersion
        edge               = $edge
        site               = ([string] $One.Site -split '/')[-1]
        certificates       = [object[]] @(Get-Certificates $name $at)
        receive_connectors = [object[]] @(Get-ReceiveConnectors $name $at)
        internal_transport = Get-InternalTransport $name
    }
    # The directory does not hear of security updates, this program's version tells them.
    $setup = Get-Command 'ExSetup.exe' -ErrorAction SilentlyContinue
    if ($here -and $setup) { $result['version'] = [string] $setup.FileVersionInfo.ProductVersion }
    if ($edge) { return $result }

    $result['client_access'] = [object[]] @(Get-ClientAccess $name $at)
    $result['um'] = [object[]] @(Get-Um $name)
    $directories = [object[]] @(Get-Directories $name)
    if ($here) {
        Get-Part $name 'Get-WebBinding' {
            Import-Module WebAdministration -ErrorAction Stop
            $result['bindings'] = [object[]] @(Get-LocalBindings)
        }
        Get-Part $name 'Get-WebConfigurationProperty' {
            $directories = [object[]] @(Get-LocalDirectories $directories)
            $result['directories'] = $directories
        }
    } else {
        [void] $notRead.Add(@{
            server = $name
            part   = 'Get-WebBinding'
            why    = 'IIS is read on the machine itself: run this script there too, and give both files to mailtrust.'
        })
    }
    if (-not $result.ContainsKey('directories')) { $result['directories'] = $directories }
    $result
}

if (-not (Get-Command 'Get-ExchangeCertificate' -ErrorAction SilentlyContinue)) {
    throw ('Expected the Exchange Management Shell, but Get-ExchangeCertificate is not known here. ' +
        'Start that shell and run the script there.')
}

$asked = @()
if ($Server.Count -gt 0) {
    foreach ($one in $Server) {
        $asked += @(Get-Part $one 'Get-ExchangeServer' { Get-ExchangeServer -Identity $one -ErrorAction Stop })
    }
} else {
    $asked = @(Get-Part '' 'Get-ExchangeServer' { Get-ExchangeServer -ErrorAction Stop })
}

$servers = @()
foreach ($one in $asked) {
    # A subscribed Edge server is listed here, but answers only at itself.
    if ([string] $one.IsEdgeServer -eq 'True' -and [string] $one.Name -ne $env:COMPUTERNAME) {
        [void] $notRead.Add(@{
            server = [string] $one.Name
            part   = 'Get-ExchangeCertificate'
            why    = 'An Edge server answers only itself: run this script there too, and give both files to mailtrust.'
        })
    } else {
        $servers += Get-One $one
    }
}

$export = @{
    schema   = 'mailtrust/exchange/1'
    exported = Get-Moment ([DateTime]::UtcNow)
    servers  = [object[]] @($servers)
}

$export['send_connectors'] = [object[]] @(Get-Part '' 'Get-SendConnector' {
    Get-SendConnector -ErrorAction Stop | ForEach-Object {
        @{
            name                 = [string] $_.Name
            fqdn                 = [string] $_.Fqdn
            source_servers       = Get-Texts $_.SourceTransportServers
            tls_certificate_name = [string] $_.TlsCertificateName
            address_spaces       = Get-Texts $_.AddressSpaces
            smart_hosts          = Get-Texts $_.SmartHosts
            tls_auth_level       = [string] $_.TlsAuthLevel
            tls_domain           = [string] $_.TlsDomain
            require_tls          = Get-Flag $_.RequireTLS
            ignore_starttls      = Get-Flag $_.IgnoreSTARTTLS
            cloud_services_mail  = Get-Flag $_.CloudServicesMailEnabled
            smart_host_auth      = [string] $_.SmartHostAuthMechanism
            enabled              = ([string] $_.Enabled -ne 'False')
        }
    }
})

if (Get-Command 'Get-AuthConfig' -ErrorAction SilentlyContinue) {
    $export['auth'] = Get-Part '' 'Get-AuthConfig' {
        $auth = Get-AuthConfig -ErrorAction Stop
        @{
            current        = [string] $auth.CurrentCertificateThumbprint
            previous       = [string] $auth.PreviousCertificateThumbprint
            next           = [string] $auth.NextCertificateThumbprint
            next_effective = Get-Moment $auth.NextCertificateEffectiveDate
        }
    }
}

if (Get-Command 'Get-EdgeSubscription' -ErrorAction SilentlyContinue) {
    $export['edge_subscriptions'] = [object[]] @(Get-Part '' 'Get-EdgeSubscription' {
        Get-EdgeSubscription -ErrorAction Stop | ForEach-Object {
            @{
                name    = [string] $_.Name
                site    = ([string] $_.Site -split '/')[-1]
                created = Get-Moment $_.WhenCreatedUTC
            }
        }
    })
}

# The cmdlet comes with the hybrid agent's own module.
function Get-AgentTargets {
    $found = @()
    if (Get-Command 'Get-HybridApplication' -ErrorAction SilentlyContinue) {
        $found = @(Get-Part '' 'Get-HybridApplication' {
            Get-HybridApplication -ErrorAction Stop | ForEach-Object { $_.TargetUri }
        })
    }
    Get-Texts $found
}

if (Get-Command 'Get-HybridConfiguration' -ErrorAction SilentlyContinue) {
    $export['hybrid'] = Get-Part '' 'Get-HybridConfiguration' {
        $hybrid = Get-HybridConfiguration -ErrorAction Stop
        if ($hybrid) {
            @{
                tls_certificate_name = [string] $hybrid.TlsCertificateName
                sending_servers      = Get-Texts $hybrid.SendingTransportServers
                receiving_servers    = Get-Texts $hybrid.ReceivingTransportServers
                edge_servers         = Get-Texts $hybrid.EdgeTransportServers
                smart_host           = [string] $hybrid.OnPremisesSmartHost
                agent_targets        = Get-AgentTargets
            }
        }
    }
}

if (Get-Command 'Get-FederationTrust' -ErrorAction SilentlyContinue) {
    $export['federation'] = Get-Texts (Get-Part '' 'Get-FederationTrust' {
        Get-FederationTrust -ErrorAction Stop | ForEach-Object {
            $_.OrgPrivCertificate
            $_.OrgNextPrivCertificate
            $_.OrgPrevPrivCertificate
        }
    })
}

$export['accepted_domains'] = Get-Texts (Get-Part '' 'Get-AcceptedDomain' {
    Get-AcceptedDomain -ErrorAction Stop | ForEach-Object { $_.DomainName }
})

# Where Exchange refused, nothing was said: that is not the same as an empty list.
foreach ($refused in $notRead) {
    switch ($refused.part) {
        'Get-SendConnector' { $export.Remove('send_connectors') }
        'Get-EdgeSubscription' { $export.Remove('edge_subscriptions') }
    }
}
$export['not_read'] = [object[]] @($notRead)

$path = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($OutFile)
$unfinished = $path + '.unfinished'
if (Get-Command 'ConvertTo-Json' -ErrorAction SilentlyContinue) {
    $json = ConvertTo-Json -InputObject $export -Depth 8
    [System.IO.File]::WriteAllText($unfinished, $json, (New-Object System.Text.UTF8Encoding $false))
} else {
    Export-Clixml -InputObject $export -Path $unfinished -Depth 8
}
Move-Item -LiteralPath $unfinished -Destination $path -Force
Write-Host "Wrote $path"
foreach ($refused in $notRead) {
    Write-Host ('Not read: ' + $refused.server + ' ' + $refused.part + ': ' + $refused.why)
}
