"""The changes by which clients find their server, as steps: zone lines and RFC 2136 updates, PowerShell, words."""

from mailtrust.core.formats import autodiscover
from mailtrust.core.formats.mta_sts import policy_url
from mailtrust.core.model.remedy import Human, Run, Step, Write
from mailtrust.core.model.rights import ADMINISTRATOR, ORGANIZATION_MANAGEMENT
from mailtrust.core.model.text import Text, text
from mailtrust.core.remedies.finding.bonds import NOTHING_HOLDS, Bonds
from mailtrust.core.remedies.finding.changes import (
    POLICY_OFFICE,
    AddAlias,
    AddInsideHost,
    AddNames,
    AddRedirectHost,
    AddSrv,
    Change,
    CloseHttps,
    NameInPolicy,
    NameWebsite,
    PublishTlsa,
    RemoveHost,
    SetInternalUri,
    SetRegistry,
)
from mailtrust.core.remedies.finding.server import MailServer
from mailtrust.core.targets.parts.next_certificate import new_certificate
from mailtrust.core.targets.parts.zone_records import TTL, records

DOMAIN_ADMINS = "Domain Admins"
# Group Policy writes under Policies, which wins over the plain key (Microsoft SupportArticles-docs).
POLICY_KEY = rf"HKCU\Software\Policies\Microsoft\Office\{POLICY_OFFICE}\Outlook\AutoDiscover"


def steps_for(change: Change, server: MailServer | None = None, bonds: Bonds = NOTHING_HOLDS) -> tuple[Step, ...]:
    """What to do so that the change is made; each step says how to take it back.

    `server`: the mail server as it is today; `bonds`: what holds on to its certificate.
    """
    match change:
        case AddNames(names=names):
            return new_certificate(names, server, bonds)
        case AddSrv(domain=domain, target=target):
            return records(
                text("Publish an SRV record for {domain}, in the inside zone too where there is one.", domain=domain),
                add=(f"_autodiscover._tcp.{domain}. {TTL} IN SRV 0 0 443 {target}.",),
            )
        case RemoveHost(name=name):
            say = text(
                "Delete every address record and alias of {name}, inside and outside. Note their values first: only "
                "with them can they be put back.",
                name=name,
            )
            return records(say, remove=(f"{name}. A", f"{name}. AAAA", f"{name}. CNAME"))
        case AddAlias(name=name, target=target):
            return records(
                text(
                    "Make {name} an alias of {target}, in the inside zone too where there is one; no other record may "
                    "stand at that name.",
                    name=name,
                    target=target,
                ),
                add=(f"{name}. {TTL} IN CNAME {target}.",),
                remove=(f"{name}. A", f"{name}. AAAA"),
            )
        case AddRedirectHost(name=name, target=target):
            return (_redirecting_site(name, target),)
        case CloseHttps(host=host):
            return (
                _human(
                    text(
                        "Close port 443 of {host}, so that clients go on to the next place. Look first who visits it "
                        "by https: web sites with HSTS are then out of reach.",
                        host=host,
                    ),
                    undo=text("Open the port again."),
                ),
            )
        case NameWebsite(host=host):
            return (
                _human(
                    text(
                        "Have the web server at {host} present a certificate for {host}; whoever runs the web site can "
                        "get one at no charge. That it knows nothing of Autodiscover does no harm then.",
                        host=host,
                    ),
                    undo=text("Put the former certificate back."),
                ),
            )
        case SetInternalUri(target=target):
            return _internal_uri(target)
        case AddInsideHost(name=name, face=face, addresses=addresses):
            return _inside_zone(name, face, addresses)
        case SetRegistry(value=value):
            return _policy(value)
        case PublishTlsa(place=place, record=record, stale=stale, ttl=ttl):
            return records(
                text(
                    "Publish at {place} the record of the key that is served now, and take the records away that fit "
                    "nothing. Senders that know these still wait until they have run out: {seconds} seconds. Is the "
                    "former key still there, serving it again is quicker.",
                    place=place,
                    seconds=ttl,
                ),
                add=(f"{place}. {ttl or TTL} IN TLSA {record}",),
                remove=tuple(f"{place}. TLSA {one}" for one in stale),
            )
        case NameInPolicy(domain=domain, hosts=hosts):
            return (_policy_file(domain, hosts),)


def _policy_file(domain: str, hosts: tuple[str, ...]) -> Step:
    say = text(
        "Add these lines to the MTA-STS policy at {url}, and then change the id in the record _mta-sts.{domain}, so "
        "that senders fetch it anew (RFC 8461 3.1):",
        url=policy_url(domain),
        domain=domain,
    )
    lines = "".join(f"mx: {host}\n" for host in hosts)
    return Step(say, Write("mta-sts.txt", lines), text("Take the lines out, and change the id once more."))


def _redirecting_site(name: str, target: str) -> Step:
    site = (
        f"server {{\n    listen 80;\n    server_name {name};\n    location = {autodiscover.PATH} {{\n"
        f"        return 302 https://{target}{autodiscover.PATH};\n    }}\n    location / {{ return 404; }}\n}}\n"
    )
    say = text(
        "Let {name} lead to an address where port 443 is closed and port 80 sends clients to {target}; for nginx:",
        name=name,
        target=target,
    )
    return Step(
        say, Write(f"{name}.conf", site), text("Let {name} lead to its former address.", name=name), needs="DNS"
    )


def _internal_uri(target: str) -> tuple[Step, ...]:
    uri = f"https://{target}/Autodiscover/Autodiscover.xml"
    # Set-ClientAccessServer up to Exchange 2013, Set-ClientAccessService from 2016 on.
    return (
        Step(
            text("Note what every server's service connection point says today."),
            Run("Get-ClientAccessService | Format-List Name,AutoDiscoverServiceInternalUri", "exchange"),
            text("Nothing was changed."),
            needs=ORGANIZATION_MANAGEMENT,
        ),
        Step(
            text("Let all of them name the server as its certificate does. Up to Exchange 2013 the cmdlet is "
                 "Set-ClientAccessServer."),
            Run(f"Get-ClientAccessService | Set-ClientAccessService -AutoDiscoverServiceInternalUri {uri}", "exchange"),
            text("The same cmdlet with the former address of each server."),
            needs=ORGANIZATION_MANAGEMENT,
        ),
        Step(
            text("Have the change taken up, and let {target} lead to the server inside too.", target=target),
            Run("Restart-WebAppPool MSExchangeAutodiscoverAppPool", "powershell"),
            text("Nothing to take back."),
            disruption="reload",
            needs=ADMINISTRATOR,
        ),
    )  # fmt: skip


def _inside_zone(name: str, face: str, addresses: tuple[str, ...]) -> tuple[Step, ...]:
    """A zone for this one name: a whole one would have to repeat every public record of the domain."""
    say = text(
        "On the DNS servers inside alone, make a zone for {name} and nothing else, which leads to the address of "
        "{face}. Outside nothing changes. Where such a zone for the whole domain exists inside, put the record there.",
        name=name,
        face=face,
    )
    types = {True: ("AAAA", "IPv6Address"), False: ("A", "IPv4Address")}
    records = "; ".join(
        f'Add-DnsServerResourceRecord{types[":" in one][0]} -ZoneName {name} -Name "@" -{types[":" in one][1]} {one}'
        for one in addresses
    )
    command = f"Add-DnsServerPrimaryZone -Name {name} -ReplicationScope Forest; {records}"
    undo = text("Remove-DnsServerZone -Name {name}", name=name)
    return (Step(say, Run(command, "powershell"), undo, needs="DnsAdmins"),)


def _policy(value: str) -> tuple[Step, ...]:
    name = f"Outlook {value}"
    set_value = f'Set-GPRegistryValue -Name "{name}" -Key "{POLICY_KEY}" -ValueName {value} -Type DWord -Value 1'
    return (
        Step(
            text(
                "Have a Group Policy set {value}. It reaches managed computers with Outlook 2016 and later alone, and "
                "stands in the way should the mailboxes move later.",
                value=value,
            ),
            Run(f'New-GPO "{name}" | Out-Null; {set_value}', "powershell"),
            text('Remove-GPO "{name}"', name=name),
            needs=DOMAIN_ADMINS,
        ),
        _human(
            text("Link the policy to the organisational unit that holds the users."),
            undo=text("Take the link away."),
            needs=DOMAIN_ADMINS,
        ),
    )


def _human(say: Text, undo: Text, needs: str = "", disruption: str = "none") -> Step:
    return Step(say, Human(), undo, disruption, needs)  # type: ignore[arg-type]
