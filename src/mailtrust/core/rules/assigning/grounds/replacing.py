"""What a certificate of a server is used for, which other one could take its place, and which one has."""

from collections.abc import Iterable

from mailtrust.core.formats.powershell import argument
from mailtrust.core.model.assignment import AssignmentEvidence
from mailtrust.core.model.exchange import (
    EXCHANGE_SERVICES,
    ExchangeCertificate,
    ExchangeOrganisation,
    ExchangeServer,
    ExchangeService,
)
from mailtrust.core.model.text import Text, in_a_row, text
from mailtrust.core.services.exchange.certificates import bears_all_of, usable
from mailtrust.core.services.exchange.enabling.enable import Enable, enable
from mailtrust.core.services.exchange.serving import BACK_SITE
from mailtrust.core.services.exchange.versions import at_server


def uses(
    organisation: ExchangeOrganisation, server: ExchangeServer, certificate: ExchangeCertificate
) -> frozenset[str]:
    """The services that it serves: assigned and, as far as the export says, in use. The back end has its own rule.

    What setup made keeps IMAP, POP and IIS in its list when others have taken over.
    """
    used = set[str](certificate.services or ())
    if server.bindings is not None:
        used.discard("IIS")
        if any(one.thumbprint == certificate.thumbprint and one.site != BACK_SITE for one in server.bindings):
            used.add("IIS")
    idle = {one.service for one in server.client_access if one.running is False}
    if certificate.thumbprint in organisation.federation:
        used.add("Federation")
    return frozenset(used - idle)


def replacement(
    evidence: AssignmentEvidence, server: ExchangeServer, certificate: ExchangeCertificate
) -> ExchangeCertificate | None:
    """Another one of the server that Exchange would take, with all its names; of several the one that lasts longest."""
    others = [
        one
        for one in server.certificates
        if one.thumbprint != certificate.thumbprint
        and usable(one, evidence.now)
        and bears_all_of(one, certificate)
        and (one.not_after is None or (certificate.not_after or evidence.now) < one.not_after)
    ]
    return max(others, key=lambda one: one.not_after or evidence.now, default=None)


def superseded(
    evidence: AssignmentEvidence,
    organisation: ExchangeOrganisation,
    server: ExchangeServer,
    certificate: ExchangeCertificate,
) -> ExchangeCertificate | None:
    """A newer one with all its names that serves all that it serves, so that it is presented no more."""
    bound = any(one.thumbprint == certificate.thumbprint for one in server.bindings or ())
    own, begin = uses(organisation, server, certificate), certificate.not_before
    # Of IIS the bindings tell; without them nobody knows which one it presents.
    if bound or begin is None or not own <= {"SMTP", "IMAP", "POP"}:
        return None
    for one in server.certificates:
        newer = one.not_before
        if (
            one.thumbprint != certificate.thumbprint
            and usable(one, evidence.now)
            and own <= uses(organisation, server, one)
            and bears_all_of(one, certificate)
            and newer is not None
            and newer > begin
        ):
            return one
    return None


def assigned_by(
    evidence: AssignmentEvidence,
    organisation: ExchangeOrganisation,
    server: ExchangeServer,
    one: ExchangeCertificate,
    services: Iterable[str],
) -> Text | None:
    """How it is assigned by Exchange's rules, and the command that writes the script; None where Exchange refuses."""
    wanted = _assignable(services)
    if not wanted:
        return None
    wish = Enable((server.name,), one.thumbprint, wanted, balancer=evidence.balancer)
    change = enable(organisation, wish, evidence.now)
    if change.refusals or not change.steps:
        return None
    return text(
        "{steps} This writes the script: {command}.",
        steps=in_a_row(step.say for step in change.steps),
        command=f"mailtrust services enable --export FILE --server {argument(server.name)} "
        f"--thumbprint {one.thumbprint} --services {','.join(wanted)} -o assign.ps1",
    )


def enable_command(server: ExchangeServer, thumbprint: str, services: Iterable[str]) -> str:
    """The cmdlet that assigns a certificate; without the federation, which Set-FederationTrust gives its own."""
    wanted = ",".join(_assignable(services))
    return f"Enable-ExchangeCertificate{at_server(server)} -Thumbprint {thumbprint} -Services {wanted}"


def _assignable(services: Iterable[str]) -> tuple[ExchangeService, ...]:
    named = set(services)
    return tuple(one for one in EXCHANGE_SERVICES if one in named and one != "Federation")
