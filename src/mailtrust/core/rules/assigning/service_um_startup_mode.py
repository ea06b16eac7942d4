"""A certificate is assigned to Unified Messaging, which does not use it.

"Assign certificates to Exchange Server services": UM and UMCallRouter only where UMStartupMode is TLS or Dual; its
default TCP takes none. Unified Messaging was removed in Exchange 2019 ("What's discontinued").
"""

from collections.abc import Iterable, Iterator

from mailtrust.core.formats.powershell import argument
from mailtrust.core.model.assignment import AssignmentEvidence
from mailtrust.core.model.exchange import (
    UM_SERVICES,
    ExchangeCertificate,
    ExchangeOrganisation,
    ExchangeServer,
    UmService,
)
from mailtrust.core.model.finding import Explanation, Finding, Passed, RuleResult, Severity
from mailtrust.core.model.text import text
from mailtrust.core.rules.assigning.grounds.servers import not_exported, over_servers
from mailtrust.core.rules.assigning.grounds.telling import Fault, found
from mailtrust.core.rules.grounds.voices import NOTHING_TO_DO
from mailtrust.core.services.exchange.certificates import called
from mailtrust.core.services.exchange.versions import has_unified_messaging, startup_mode_cmdlet, windows_services

ID = "service-um-startup-mode"


def judge(evidence: AssignmentEvidence) -> Iterable[RuleResult]:
    """Look at Unified Messaging and its call router on each server."""
    return over_servers(evidence, ID, _look, text("No server here has Unified Messaging, as far as was exported."))


def _look(
    _evidence: AssignmentEvidence, organisation: ExchangeOrganisation, server: ExchangeServer
) -> Iterator[RuleResult]:
    for service in UM_SERVICES:
        subject = f"{server.name}/{service}"
        assigned = [one for one in server.certificates if service in (one.services or ())]
        settings = next((one for one in server.um if one.service == service), None)
        has_it = has_unified_messaging(server, service)
        if not assigned:
            if settings is not None or has_it is False:
                yield Passed(ID, subject)
            continue
        if has_it is False:
            yield _gone(server, service, assigned)
        elif settings is None or not settings.startup_mode:
            part = "Get-UMService" if service == "UM" else "Get-UMCallRouterSettings"
            yield not_exported(ID, organisation, server.name, part, subject)
        elif settings.startup_mode == "TCP":
            yield _unused(server, service, assigned)
        else:
            yield Passed(ID, subject)


def _unused(server: ExchangeServer, service: UmService, assigned: list[ExchangeCertificate]) -> Finding:
    return _finding(
        server,
        service,
        assigned,
        Fault(
            "tcp",
            Severity.WARNING,
            text("{service} on {server} has a certificate and starts without TLS", service=service, server=server.name),
        ),
        Explanation(
            text(
                "UMStartupMode of {service} is TCP, so {certificates} is used for nothing, and calls are not "
                "encrypted. {command}, then Restart-Service {windows}. Partners (IP PBX, Skype for Business) must "
                "speak TLS too; Dual takes both.",
                service=service,
                certificates=tuple(map(called, assigned)),
                command=f"{startup_mode_cmdlet(server, service)} {argument(server.name)} -UMStartupMode TLS",
                windows=windows_services(server, service),
            ),
            text(
                "Voice messages travel unencrypted, although a certificate was given to them. One setting changes that."
            ),
            NOTHING_TO_DO,
        ),
    )


def _gone(server: ExchangeServer, service: UmService, assigned: list[ExchangeCertificate]) -> Finding:
    return _finding(
        server,
        service,
        assigned,
        Fault(
            "no-um",
            Severity.INFO,
            text("{server} has no Unified Messaging to use its certificate", server=server.name),
        ),
        Explanation(
            text(
                "{certificates} is assigned to {service}, and this release of Exchange has no such service. "
                "Nothing is broken. An assignment cannot be taken away, so it goes when the certificate is "
                "replaced: leave UM and UMCallRouter out of -Services from now on.",
                certificates=tuple(map(called, assigned)),
                service=service,
            ),
            text("A certificate is noted for a service that this mail server no longer has. Nothing need be done."),
            NOTHING_TO_DO,
        ),
    )


def _finding(
    server: ExchangeServer,
    service: UmService,
    assigned: list[ExchangeCertificate],
    fault: Fault,
    explanation: Explanation,
) -> Finding:
    return found(
        ID,
        fault.severity,
        fault.why,
        explanation,
        subject=f"{server.name}/{service}",
        server=server.name,
        certificates=assigned,
        facts=(("service", service), ("problem", fault.code)),
    )
