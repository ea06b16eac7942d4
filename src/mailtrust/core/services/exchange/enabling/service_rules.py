"""Services that cannot be assigned on a server, whatever the certificate."""

from typing import Literal

from mailtrust.core.formats.powershell import argument
from mailtrust.core.model.exchange import ExchangeServer, ExchangeService, UmService
from mailtrust.core.model.exchange_change import Refusal
from mailtrust.core.model.text import Text, text
from mailtrust.core.services.exchange.versions import (
    has_unified_messaging,
    release,
    startup_mode_cmdlet,
    windows_services,
)

ABSENT = "service-absent"
STARTUP_MODE = "service-um-startup-mode"


def refused_service(server: ExchangeServer, service: ExchangeService | Literal["None"]) -> Refusal | None:
    """Why; None: nothing known speaks against it."""
    if service == "None":
        return Refusal(
            "services-only-added",
            None,
            text("“None” takes nothing away: services are only added to a certificate."),
            text("Assign another certificate to the services; then `mailtrust services remove` can remove this one."),
            server.name,
        )
    if service == "Federation":
        return _refusal(
            "service-federation",
            server,
            service,
            text("Federation is not assigned in this way (Enable-ExchangeCertificate, -Services)."),
            text(
                "Use Set-FederationTrust -Thumbprint, and afterwards Set-FederationTrust -PublishFederationCertificate."
            ),
        )
    if server.edge and service != "SMTP":
        why = text("{server} is an Edge server, which has SMTP and no {service}.", server=server.name, service=service)
        return _refusal(ABSENT, server, service, why, text("Leave it out there."))
    if service in ("UM", "UMCallRouter"):
        return _unified_messaging(server, service)
    return None


def _unified_messaging(server: ExchangeServer, service: UmService) -> Refusal | None:
    leave_out = text("Leave it out there.")
    if has_unified_messaging(server, service) is False:
        # discontinued-features.md: Unified Messaging was removed with 2019.
        why = text(
            "{server} has no {service}: Exchange {release} does not know it.",
            server=server.name,
            service=service,
            release=release(server.version),
        )
        return _refusal(ABSENT, server, service, why, leave_out)
    if not server.um:
        return None
    mode = next((one.startup_mode for one in server.um if one.service == service), None)
    if mode is None:
        why = text("{server} has no {service}.", server=server.name, service=service)
        return _refusal(ABSENT, server, service, why, leave_out)
    if mode in ("TLS", "Dual", ""):
        return None
    return _refusal(
        STARTUP_MODE,
        server,
        service,
        text(
            "{service} on {server} starts in the mode TCP: a certificate can be assigned only with TLS or Dual.",
            service=service,
            server=server.name,
        ),
        text(
            "{cmdlet} {server} -UMStartupMode Dual, restart {windows}, export again, and repeat this.",
            cmdlet=startup_mode_cmdlet(server, service),
            server=argument(server.name),
            windows=windows_services(server, service),
        ),
    )


def _refusal(code: str, server: ExchangeServer, service: ExchangeService, why: Text, instead: Text) -> Refusal:
    return Refusal(code, service, why, instead, server.name)
