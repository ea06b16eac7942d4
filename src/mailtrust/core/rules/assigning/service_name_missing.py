"""Clients are given a name that the certificate which they will be shown does not hold.

The URLs of the front site's virtual directories and the connection settings of IMAP and POP are what Outlook, phones
and Autodiscover are told; clients compare them with the certificate (RFC 9525 6.1; Microsoft, "Digital certificates
and encryption in Exchange Server"). Whose TLS a balancer ends is shown that one's certificate: that is looked at on the
wire.
"""

from collections.abc import Iterable, Iterator

from mailtrust.core.formats.url import parts_of
from mailtrust.core.model.assignment import AssignmentEvidence
from mailtrust.core.model.exchange import ExchangeCertificate, ExchangeOrganisation, ExchangeServer
from mailtrust.core.model.finding import Explanation, Finding, Passed, RuleResult, Severity, Unknown
from mailtrust.core.model.text import Text, text
from mailtrust.core.rules.assigning.grounds.servers import over_servers
from mailtrust.core.rules.assigning.grounds.telling import found
from mailtrust.core.rules.grounds.voices import NOT_PAST_THE_WARNING
from mailtrust.core.services.exchange.certificates import bears, called
from mailtrust.core.services.exchange.client_access import settings_cmdlet
from mailtrust.core.services.exchange.fronts import FrontService, fronts_of
from mailtrust.core.services.exchange.selecting.select import select_on
from mailtrust.core.services.exchange.selecting.selection import Chosen, SelectionOutcome, SelectionUnknown
from mailtrust.core.services.exchange.serving import FRONT_SITE
from mailtrust.core.services.exchange.versions import at_server
from mailtrust.core.validation.names.internal import is_internal

ID = "service-name-missing"


def judge(evidence: AssignmentEvidence) -> Iterable[RuleResult]:
    """Look at every service of every server by which clients come."""
    if evidence.balancer in ("bridging", "offloading"):
        nothing = text("What stands in front decrypts: clients see its certificate, and not the servers'.")
    else:
        nothing = text("No server here gives clients a name, as far as was exported.")
    return over_servers(evidence, ID, _look, nothing)


def _look(
    evidence: AssignmentEvidence, organisation: ExchangeOrganisation, server: ExchangeServer
) -> Iterator[RuleResult]:
    if evidence.balancer in ("bridging", "offloading"):
        return
    hosts: dict[FrontService, list[str]] = {}
    for front in fronts_of(server):
        hosts.setdefault(front.service, []).append(front.host)
    shown = _shown(evidence, organisation, server)
    for service, given in hosts.items():
        match shown.get(service):
            case Chosen(certificate=certificate):
                named = _named_bindings(server) if service == "IIS" else {}
                lacking = tuple(dict.fromkeys(host for host in given if not bears(named.get(host, certificate), host)))
                if lacking:
                    yield _finding(evidence, server, service, certificate, lacking)
                else:
                    yield Passed(ID, f"{server.name}/{service}")
            case SelectionUnknown(reason=reason):
                yield Unknown(ID, reason, f"{server.name}/{service}")
            case _:
                continue  # That there is none is service-absent's.


def _shown(
    evidence: AssignmentEvidence, organisation: ExchangeOrganisation, server: ExchangeServer
) -> dict[FrontService, SelectionOutcome]:
    """What IIS, IMAP and POP present; of several bindings the first, as `front_thumbprint` has it."""
    places: dict[str, FrontService] = {f"{FRONT_SITE}:443": "IIS", "IMAP": "IMAP", "POP": "POP"}
    found: dict[FrontService, SelectionOutcome] = {}
    for one in select_on(server, organisation, evidence.now):
        if one.name in places:
            found.setdefault(places[one.name], one.outcome)
    return found


def _named_bindings(server: ExchangeServer) -> dict[str, ExchangeCertificate]:
    """Bindings of the front site for one name alone (SNI)."""
    return {
        one.host.lower(): certificate
        for one in server.bindings or ()
        if one.site == FRONT_SITE and one.host and (certificate := server.certificate(one.thumbprint)) is not None
    }


def _finding(
    evidence: AssignmentEvidence,
    server: ExchangeServer,
    service: FrontService,
    certificate: ExchangeCertificate,
    lacking: tuple[str, ...],
) -> Finding:
    # Inside names may be nobody's way any more, and what nobody has told about may stand in front.
    outside = any(not is_internal(host) and host != server.fqdn.lower() for host in lacking)
    sure = outside and evidence.balancer in ("none", "layer-4")
    return found(
        ID,
        Severity.ERROR if sure else Severity.WARNING,
        text(
            "The certificate of {service} on {server} does not hold {names}",
            service=service,
            server=server.name,
            names=lacking,
        ),
        Explanation(
            text(
                "Clients are sent to {names} by {where} on {server}, and {certificate}, which {service} presents "
                "there, does not hold it: each of them warns. Either name there what it holds: {change}; or take a "
                "certificate that holds all names: `mailtrust services least --export FILE` says which. {front}",
                where=_where(server, service, lacking),
                server=server.name,
                names=lacking,
                certificate=called(certificate),
                service=service,
                change=_change(server, service),
                front=""
                if evidence.balancer != "unknown"
                else text("Where something in front decrypts, its certificate counts: say so by --balancer."),
            ),
            text(
                "Mail programs are sent to a name of the mail server that its certificate does not carry, so they warn "
                "their users. A setting of the server, or a certificate with one more name, mends it."
            ),
            text("Your mail program may warn about the server's name. {safe}", safe=NOT_PAST_THE_WARNING),
        ),
        subject=f"{server.name}/{service}",
        server=server.name,
        certificates=(certificate,),
        facts=(("service", service), ("names", lacking)),
    )


def _where(server: ExchangeServer, service: FrontService, lacking: tuple[str, ...]) -> tuple[str, ...] | Text:
    if service != "IIS":
        return text("the connection settings of {service}", service=service)
    return tuple(
        one.name
        for one in server.directories or ()
        if one.site == "front" and any(parts_of(url.strip())[1] in lacking for url in one.urls)
    )


def _change(server: ExchangeServer, service: FrontService) -> str:
    if service == "IIS":
        return "Set-OwaVirtualDirectory, Set-WebServicesVirtualDirectory ... -InternalUrl, -ExternalUrl"
    setting = settings_cmdlet("Set", service)
    return f"{setting}{at_server(server)} -ExternalConnectionSettings, -InternalConnectionSettings"
