"""Windows Extended Protection is on, and clients see another certificate than IIS has: endless password prompts.

Microsoft, "Configure Windows Extended Protection in Exchange Server": the client binds its token to the certificate
that it saw. Passing TLS through is fine, offloading is not supported, bridging only with the identical certificate; the
front end of EWS must be without it where the hybrid agent leads; setup of 2019 CU14 and later turns it on.
"""

from collections.abc import Iterable, Iterator

from mailtrust.core.formats.powershell import argument, within_quotes
from mailtrust.core.model.assignment import AssignmentEvidence, Served
from mailtrust.core.model.exchange import ExchangeOrganisation, ExchangeServer
from mailtrust.core.model.finding import Explanation, Finding, Passed, RuleResult, Severity, Unknown
from mailtrust.core.model.text import Text, text
from mailtrust.core.rules.assigning.grounds.servers import not_exported, over_servers
from mailtrust.core.rules.assigning.grounds.telling import Fault, found
from mailtrust.core.rules.grounds.naming import called_leaf
from mailtrust.core.rules.grounds.voices import NOTHING_TO_DO
from mailtrust.core.services.exchange.enabling.protection import ON, SCRIPT, extended_protection
from mailtrust.core.services.exchange.serving import front_thumbprint
from mailtrust.core.services.exchange.versions import extended_protection_by_setup, takes_extended_protection
from mailtrust.core.x509.thumbprint import thumbprint

ID = "extended-protection-mismatch"


def judge(evidence: AssignmentEvidence) -> Iterable[RuleResult]:
    """Look at each server that clients reach, and at what stands in front of it."""
    nothing = text("No server here knows Extended Protection: it came in August 2022, for Exchange 2013 and later.")
    return over_servers(evidence, ID, _look, nothing)


def _look(
    evidence: AssignmentEvidence, organisation: ExchangeOrganisation, server: ExchangeServer
) -> Iterator[RuleResult]:
    if not takes_extended_protection(server):
        return
    said = [one for one in server.directories or () if one.site == "front" and one.extended_protection]
    if not said:
        yield _not_said(organisation, server)
        return
    if extended_protection(server) == "off":
        yield Passed(ID, server.name)
        return
    faults = list(_faults(evidence, organisation, server))
    for fault in faults:
        yield _finding(server, fault)
    others = list(_shown_in_front(evidence, organisation, server))
    yield from others
    if not faults and not others:
        yield _whether_seen(evidence, server)


def _not_said(organisation: ExchangeOrganisation, server: ExchangeServer) -> Unknown:
    if server.directories is None and not extended_protection_by_setup(server.version):
        return not_exported(ID, organisation, server.name, "Get-WebConfigurationProperty")
    on = (
        text("Setup of this build turns it on unless it was told not to.")
        if extended_protection_by_setup(server.version)
        else text("This build knows it.")
    )
    why = text(
        "The export does not say whether Extended Protection is on for {server}. {on} {script} -ShowExtendedProtection "
        "(CSS-Exchange) shows it, and the script of `mailtrust services collect` exports it.",
        server=server.name,
        on=on,
        script=SCRIPT,
    )
    return Unknown(ID, why, server.name)


def _faults(
    evidence: AssignmentEvidence, organisation: ExchangeOrganisation, server: ExchangeServer
) -> Iterator[Fault]:
    """What is wrong by configuration alone."""
    if evidence.balancer == "offloading":
        yield Fault(
            "offloading",
            Severity.ERROR,
            text(
                "the balancer decrypts and sends plain HTTP on, which Microsoft does not support with Extended "
                "Protection. Let it pass TLS through (layer 4), or encrypt again with the very certificate of IIS; "
                "until then {script} -DisableExtendedProtection -ExchangeServerNames {server}",
                script=SCRIPT,
                server=argument(server.name),
            ),
        )
    if any(one.ssl_offloading and one.name == "RPC" for one in server.directories or ()):
        yield Fault(
            "ssl-offloading",
            Severity.ERROR,
            text(
                "SSLOffloading of Outlook Anywhere is on, which Microsoft does not support with it: "
                "Set-OutlookAnywhere '{server}\\RPC (Default Web Site)' -SSLOffloading $false "
                "-InternalClientsRequireSsl $true -ExternalClientsRequireSsl $true",
                server=within_quotes(server.name),
            ),
        )
    ews = next((one for one in server.directories or () if one.site == "front" and one.name == "EWS"), None)
    if ews is not None and ews.extended_protection in ON and _published(organisation, server):
        yield Fault(
            "hybrid-agent",
            Severity.ERROR,
            text(
                "the hybrid agent leads to its EWS, where it must be off in front: mailbox moves and free/busy fail "
                "otherwise. {script} -ExchangeServerNames {server} -ExcludeVirtualDirectories EWSFrontEnd",
                script=SCRIPT,
                server=argument(server.name),
            ),
        )


def _published(organisation: ExchangeOrganisation, server: ExchangeServer) -> bool:
    """Whether the hybrid agent leads to it; a target that is no server's name is a balancer's, and means all."""
    targets = organisation.hybrid.agent_targets if organisation.hybrid is not None else ()
    hosts = [one.partition("://")[2].partition("/")[0].partition(":")[0].lower() or one.lower() for one in targets]
    known = {name.lower() for one in organisation.servers for name in (one.name, one.fqdn) if name}
    return any(host in (server.name.lower(), server.fqdn.lower()) or host not in known for host in hosts)


def _shown_in_front(
    evidence: AssignmentEvidence, organisation: ExchangeOrganisation, server: ExchangeServer
) -> Iterator[Finding]:
    own = _own(evidence, server)
    if own is None:
        return
    fitting = own
    if evidence.balancer != "bridging":
        # Where TLS is passed through, clients meet one server or the other, each with its own.
        each = [_own(evidence, one) or frozenset() for one in organisation.servers]
        fitting = own.union(*each)
    strange = [one for one in _in_front(evidence) if thumbprint(one.leaf) not in fitting]
    if strange:
        leaf = strange[0].leaf
        place = strange[0].place or strange[0].observation
        fault = Fault(
            "mismatch",
            Severity.ERROR,
            text(
                "clients see {leaf} ({print}) at {place}, and IIS on the server has {own}. {cure}",
                leaf=called_leaf(leaf),
                print=thumbprint(leaf),
                place=place,
                own=tuple(sorted(own)),
                cure=_cure(evidence),
            ),
        )
        yield _finding(server, fault, strange)


def _cure(evidence: AssignmentEvidence) -> Text:
    if evidence.balancer in ("none", "layer-4"):
        return text(
            "Nothing was said to decrypt in between, and something does: a proxy, another balancer, or an antivirus "
            "program. Take it out of the way, or give it the very certificate of IIS"
        )
    return text(
        "Bring both to the same certificate with the same key, in Microsoft's order: {script} "
        "-DisableExtendedProtection; Enable-ExchangeCertificate -Services IIS on every server, and the same PFX on the "
        "balancer; {script} to turn it on again. A certificate of its own for the same names will not do",
        script=SCRIPT,
    )


def _whether_seen(evidence: AssignmentEvidence, server: ExchangeServer) -> RuleResult:
    """What to say where nothing is wrong that can be seen."""
    own, seen = _own(evidence, server), _in_front(evidence)
    fits = own is not None and bool(seen) and all(thumbprint(one.leaf) in own for one in seen)
    if fits or evidence.balancer in ("none", "layer-4"):
        return Passed(ID, server.name, tuple(one.observation for one in seen))
    why = text(
        "Extended Protection is on for {server}. Whether clients see the certificate of IIS nobody has looked: name "
        "the address that clients use as a TARGET, or say by --balancer what stands in front.",
        server=server.name,
    )
    return Unknown(ID, why, server.name)


def _own(evidence: AssignmentEvidence, server: ExchangeServer) -> frozenset[str] | None:
    """The thumbprints that the server itself presents to browsers; None: nobody knows."""
    bound = front_thumbprint(server)
    seen = {thumbprint(one.leaf) for one in evidence.served if one.server == server.name and one.service == "IIS"}
    known = seen | ({bound} if bound else set())
    return frozenset(known) or None


def _in_front(evidence: AssignmentEvidence) -> list[Served]:
    return [one for one in evidence.served if not one.server and one.service == "IIS"]


def _finding(server: ExchangeServer, fault: Fault, seen: Iterable[Served] = ()) -> Finding:
    ports = tuple(seen)
    return found(
        ID,
        fault.severity,
        text("Extended Protection on {server} does not fit what stands in front", server=server.name)
        if fault.code != "hybrid-agent"
        else text("Extended Protection on {server} does not fit the hybrid agent", server=server.name),
        Explanation(
            text(
                "Extended Protection is on for {server}, and {why}. {shows}",
                server=server.name,
                why=fault.why,
                shows=text("Moves end with errors of authentication; users inside notice nothing.")
                if fault.code == "hybrid-agent"
                else text(
                    "Outlook asks for the password for ever (the Security log has 0xC000035B); browsers and phones "
                    "with a login page go on working, which misleads."
                ),
            ),
            text("Moving mailboxes to the cloud and seeing each other's calendars fails. One setting mends it.")
            if fault.code == "hybrid-agent"
            else text(
                "Outlook asks people for their passwords again and again and accepts none. It comes from how the mail "
                "server and what stands in front of it are set up; no password is wrong."
            ),
            NOTHING_TO_DO
            if fault.code == "hybrid-agent"
            else text("Outlook asks for your password again and again. Your password is right: do not change it."),
        ),
        subject=f"{server.name}#{fault.code}",
        server=server.name,
        facts=(("problem", fault.code), ("served", tuple(dict.fromkeys(thumbprint(one.leaf) for one in ports)))),
        observations=tuple(one.observation for one in ports),
    )
