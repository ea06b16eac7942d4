"""A wildcard certificate is assigned to IMAP or POP, or their X509CertificateName is a wildcard.

Exchange takes no wildcard certificate for these two by Enable-ExchangeCertificate; it is chosen by the name that
Set-ImapSettings or Set-PopSettings gives ("Assign certificates to Exchange Server services", table of services;
Set-ImapSettings, -X509CertificateName).
"""

from collections.abc import Iterable, Iterator

from mailtrust.core.formats.powershell import argument
from mailtrust.core.model.assignment import AssignmentEvidence
from mailtrust.core.model.exchange import (
    CLIENT_SERVICES,
    ClientAccessSettings,
    ClientService,
    ExchangeCertificate,
    ExchangeOrganisation,
    ExchangeServer,
)
from mailtrust.core.model.finding import Explanation, Finding, Passed, RuleResult, Severity
from mailtrust.core.model.text import text
from mailtrust.core.rules.assigning.grounds.servers import not_exported, over_servers, services_not_said
from mailtrust.core.rules.assigning.grounds.telling import found
from mailtrust.core.rules.grounds.voices import NOT_PAST_THE_WARNING
from mailtrust.core.services.exchange.certificates import called, holds, wildcards
from mailtrust.core.services.exchange.client_access import connected_to, settings_cmdlet, settings_of
from mailtrust.core.services.exchange.versions import at_server, windows_services

ID = "service-wildcard"


def judge(evidence: AssignmentEvidence) -> Iterable[RuleResult]:
    """Look at IMAP and POP of each server."""
    return over_servers(evidence, ID, _look, text("No server here speaks IMAP or POP."))


def _look(
    _evidence: AssignmentEvidence, organisation: ExchangeOrganisation, server: ExchangeServer
) -> Iterator[RuleResult]:
    if server.edge:
        return
    for service in CLIENT_SERVICES:
        subject = f"{server.name}/{service}"
        settings = settings_of(server, service)
        if settings is not None and settings.certificate_name.strip().startswith("*"):
            yield _named(server, settings)
            continue
        silent = [one for one in server.certificates if one.services is None]
        assigned = [one for one in server.certificates if service in (one.services or ()) and wildcards(one)]
        # Chosen by a name that it covers, it is used as Microsoft wants it, whatever the list of services shows.
        chosen = settings.certificate_name if settings is not None else ""
        wrong = [one for one in assigned if not (chosen and holds(one, chosen))]
        if wrong:
            yield _assigned(server, service, wrong[0], settings)
        elif silent or not server.certificates:
            yield services_not_said(ID, server, subject)
        elif settings is None:
            yield not_exported(ID, organisation, server.name, settings_cmdlet("Get", service), subject)
        else:
            yield Passed(ID, subject)


def _assigned(
    server: ExchangeServer,
    service: ClientService,
    certificate: ExchangeCertificate,
    settings: ClientAccessSettings | None,
) -> Finding:
    idle = settings is not None and settings.running is False
    return found(
        ID,
        Severity.INFO if idle else Severity.WARNING,
        text("A wildcard certificate is assigned to {service} on {server}", service=service, server=server.name),
        Explanation(
            text(
                "{certificate} carries {names}. Exchange picks the certificate of {service} by one name, and Microsoft "
                "advises against a wildcard there; Enable-ExchangeCertificate refuses it. Keep the certificate, and "
                "tell the service its name instead: {settings}{at} -X509CertificateName {name}, with the "
                "name that users have in their mail programs; then Restart-Service {windows}.",
                certificate=called(certificate),
                names=wildcards(certificate),
                service=service,
                settings=settings_cmdlet("Set", service),
                at=at_server(server),
                name=argument(_host(settings, wildcards(certificate)[0])),
                windows=windows_services(server, service),
            ),
            text(
                "Mail programs that fetch mail by {service} can be shown the wrong certificate, or none. One setting "
                "on the server mends it; no new certificate is needed.",
                service=service,
            ),
            text("Your mail program may warn about a certificate. {safe}", safe=NOT_PAST_THE_WARNING),
        ),
        subject=f"{server.name}/{service}",
        server=server.name,
        certificates=(certificate,),
        facts=(("service", service), ("names", wildcards(certificate))),
    )


def _named(server: ExchangeServer, settings: ClientAccessSettings) -> Finding:
    service = settings.service
    return found(
        ID,
        Severity.INFO if settings.running is False else Severity.WARNING,
        text("{service} on {server} looks for its certificate by a wildcard", service=service, server=server.name),
        Explanation(
            text(
                "X509CertificateName of {service} is {name}. It must be the full name of a host, the one that users "
                "have in their mail programs, even where the certificate is a wildcard: {settings}{at} "
                "-X509CertificateName {example}; then Restart-Service {windows}.",
                service=service,
                name=settings.certificate_name,
                settings=settings_cmdlet("Set", service),
                at=at_server(server),
                example=argument(_host(settings, settings.certificate_name)),
                windows=windows_services(server, service),
            ),
            text(
                "Mail programs that fetch mail by {service} can be shown the wrong certificate, or none. One setting "
                "on the server mends it.",
                service=service,
            ),
            text("Your mail program may warn about a certificate. {safe}", safe=NOT_PAST_THE_WARNING),
        ),
        subject=f"{server.name}/{service}",
        server=server.name,
        facts=(("service", service), ("names", (settings.certificate_name,))),
    )


def _host(settings: ClientAccessSettings | None, wildcard: str) -> str:
    """The name in users' mail programs; where nobody says it, one that the wildcard holds."""
    told = connected_to(settings) if settings is not None else ()
    return told[0] if told else f"mail.{wildcard.strip().lstrip('*.')}"
