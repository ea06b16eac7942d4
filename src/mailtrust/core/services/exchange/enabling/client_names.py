"""IMAP and POP find their certificate by one name: X509CertificateName (Set-ImapSettings.md, Set-PopSettings.md)."""

from datetime import datetime

from mailtrust.core.formats.powershell import quoted
from mailtrust.core.model.exchange import ClientAccessSettings, ClientService, ExchangeCertificate, ExchangeServer
from mailtrust.core.model.exchange_change import ExchangeStep, Refusal, SetClientAccessName
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.text import Text, text
from mailtrust.core.services.exchange.certificates import bears, called, wildcards
from mailtrust.core.services.exchange.client_access import connected_to, settings_cmdlet, settings_of
from mailtrust.core.services.exchange.roles import role_groups
from mailtrust.core.services.exchange.serving import chosen_by_name
from mailtrust.core.services.exchange.versions import at_server

WILDCARD = "service-wildcard"


@frozen
class Naming:
    """What it takes that the service finds the certificate."""

    assign: bool
    """Whether the service is assigned to it besides: a wildcard is found by the name alone."""
    steps: tuple[ExchangeStep, ...] = ()
    name: str | None = None
    """X509CertificateName afterwards; None: as it is."""
    refusal: Refusal | None = None
    remarks: tuple[Text, ...] = ()


def naming(server: ExchangeServer, service: ClientService, certificate: ExchangeCertificate, now: datetime) -> Naming:
    """The name that users connect to, if the certificate bears it."""
    settings = settings_of(server, service)
    wild = bool(wildcards(certificate))
    if settings is None:
        return _unsaid(server, service, certificate) if wild else Naming(assign=True, remarks=(_look(service),))
    hosts = connected_to(settings)
    named = settings.certificate_name
    borne = next((one for one in (*hosts, named) if one and "*" not in one and bears(certificate, one)), None)
    if borne is None and wild:
        return Naming(assign=False, refusal=_nothing_fits(server, service, certificate, hosts))
    remarks = _missing(server, service, certificate, hosts)
    if borne is None:
        # None of the names that users have, but it shall be found: by a name of its own.
        borne = next(iter(certificate.domains), "")
    if not borne or (
        borne.lower() == named.lower() and (not wild or certificate in chosen_by_name(server, service, now))
    ):
        return Naming(assign=not wild, remarks=remarks)
    return Naming(
        assign=not wild,
        steps=(_set(server, service, certificate, settings, borne, wild=wild),),
        name=borne,
        remarks=remarks,
    )


def _set(
    server: ExchangeServer,
    service: ClientService,
    certificate: ExchangeCertificate,
    settings: ClientAccessSettings,
    name: str,
    *,
    wild: bool,
) -> ExchangeStep:
    act = SetClientAccessName(server.name, service, name)
    if wild:
        say = text(
            "{service} on {server} takes no wildcard certificate by assignment. It is told the name {name}, and finds "
            "{certificate} by it.",
            service=service,
            server=server.name,
            name=name,
            certificate=called(certificate),
        )
    else:
        say = text(
            "{service} on {server} looks for its certificate by the name {name}, which {certificate} bears.",
            service=service,
            server=server.name,
            name=name,
            certificate=called(certificate),
        )
    undo = SetClientAccessName(server.name, service, settings.certificate_name)
    return ExchangeStep(say, act, (undo,), role_groups(act, edge=server.edge), "restart")


def _unsaid(server: ExchangeServer, service: ClientService, certificate: ExchangeCertificate) -> Naming:
    refusal = Refusal(
        WILDCARD,
        service,
        text(
            "{service} takes no wildcard certificate by assignment ({certificate}), and the export does not say which "
            "name users connect to.",
            service=service,
            certificate=called(certificate),
        ),
        text(
            "Export again with what {cmdlet} says, or run {setting} with the name that users have in their mail "
            "programs.",
            cmdlet=settings_cmdlet("Get", service),
            setting=f"{settings_cmdlet('Set', service)}{at_server(server)} -X509CertificateName",
        ),
        server.name,
    )
    return Naming(assign=False, refusal=refusal)


def _nothing_fits(
    server: ExchangeServer, service: ClientService, certificate: ExchangeCertificate, hosts: tuple[str, ...]
) -> Refusal:
    return Refusal(
        WILDCARD,
        service,
        text(
            "{service} finds a wildcard certificate only by a name that it covers. {certificate} covers {names}; users "
            "of {server} connect to {hosts}.",
            service=service,
            certificate=called(certificate),
            names=wildcards(certificate),
            server=server.name,
            hosts=hosts or text("no name that the export tells"),
        ),
        text(
            "Tell users a name that it covers: {command}; export again, and repeat this.",
            command=(
                f"{settings_cmdlet('Set', service)}{at_server(server)} -ExternalConnectionSettings"
                f" {quoted(f'{_example(certificate)}:{_PORTS[service]}:SSL')}"
            ),
        ),
        server.name,
    )


def _missing(
    server: ExchangeServer, service: ClientService, certificate: ExchangeCertificate, hosts: tuple[str, ...]
) -> tuple[Text, ...]:
    lacking = tuple(host for host in hosts if not bears(certificate, host))
    if not lacking:
        return ()
    return (
        text(
            "Who connects to {service} on {server} as {names} will be warned: {certificate} does not bear that name.",
            service=service,
            server=server.name,
            names=lacking,
            certificate=called(certificate),
        ),
    )


def _look(service: ClientService) -> Text:
    return text(
        "The export does not say by which name {service} looks for its certificate. {cmdlet} shows it: "
        "X509CertificateName must be a name that the certificate bears.",
        service=service,
        cmdlet=settings_cmdlet("Get", service),
    )


def _example(certificate: ExchangeCertificate) -> str:
    return f"mail.{wildcards(certificate)[0].removeprefix('*.')}"


_PORTS: dict[ClientService, int] = {"IMAP": 993, "POP": 995}
