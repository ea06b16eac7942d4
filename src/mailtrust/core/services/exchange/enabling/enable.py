"""A certificate is assigned to services by Exchange's own rules: the steps, what is refused, and what comes of it.

"Assign certificates to Exchange Server services" and Enable-ExchangeCertificate.md unless a line says otherwise.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Literal

from mailtrust.core.model.assignment import Balancer
from mailtrust.core.model.exchange import (
    EXCHANGE_SERVICES,
    ExchangeOrganisation,
    ExchangeServer,
    ExchangeService,
)
from mailtrust.core.model.exchange_change import (
    ExchangeChange,
    ExchangeStep,
    Refusal,
    RestartServices,
)
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.text import Text, text
from mailtrust.core.services.exchange.client_access import settings_of
from mailtrust.core.services.exchange.enabling import statuses
from mailtrust.core.services.exchange.enabling.assigning import Assigning, assigning
from mailtrust.core.services.exchange.enabling.client_names import Naming, naming
from mailtrust.core.services.exchange.enabling.connectors import follow, keep_another
from mailtrust.core.services.exchange.enabling.default_smtp import Answer
from mailtrust.core.services.exchange.enabling.edge_subscriptions import subscribe_again
from mailtrust.core.services.exchange.enabling.incoming import (
    Incoming,
    as_exchange_shows_it,
    by_hand,
    import_steps,
    incoming_remarks,
)
from mailtrust.core.services.exchange.enabling.protection import around
from mailtrust.core.services.exchange.enabling.service_rules import refused_service
from mailtrust.core.services.exchange.roles import role_groups
from mailtrust.core.services.exchange.serving import unknown_server
from mailtrust.core.services.exchange.versions import release, windows_services


@frozen
class Enable:
    """What is wished."""

    servers: tuple[str, ...]
    thumbprint: str
    services: tuple[ExchangeService | Literal["None"], ...]
    overwrite_default_smtp: Answer = "advised"
    balancer: Balancer = "unknown"
    require_ssl: bool = True
    """Whether IIS may turn on "Require SSL" on its default site, as Exchange does unless it is told not to."""
    incoming: Incoming | None = None
    """The certificate, where it is in a file yet."""


@frozen
class _OnServer:
    """What is done on one server."""

    after: ExchangeServer
    imports: tuple[ExchangeStep, ...] = ()
    changes: tuple[ExchangeStep, ...] = ()
    edge: tuple[ExchangeStep, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    remarks: tuple[Text, ...] = ()
    touched: tuple[ExchangeService, ...] = ()
    """Services that take up another certificate."""
    sends_by_it: bool = False
    """Whether it has the certificate for SMTP now, as was wished."""


def enable(organisation: ExchangeOrganisation, wish: Enable, now: datetime) -> ExchangeChange:
    """The steps in the order in which they must be done, on all servers.

    A certificate that cannot serve is refused for all services of that server; else each service is refused by itself.
    """
    done = {server.name: _on(server, organisation, wish, now) for server in _chosen(organisation, wish.servers)}
    parts = tuple(done.values())
    unknown = tuple(unknown_server(name, organisation) for name in wish.servers if organisation.server(name) is None)
    between = replace(
        organisation,
        servers=tuple(done[one.name].after if one.name in done else one for one in organisation.servers),
    )
    # Connectors only once every server has it; restarts only once everything is set; IIS last: the shell needs it.
    following = follow(between, [name for name, part in done.items() if part.sends_by_it], wish.thumbprint, now)
    sites = [organisation.server(name) for name, part in done.items() if "IIS" in part.touched]
    front = around(organisation, [one for one in sites if one is not None], wish.balancer)
    restarts = tuple(step for part in parts for step in _restarts(part))
    steps = (
        *(step for part in parts for step in part.imports),
        *front.before,
        *(step for part in parts for step in part.changes),
        *following.steps,
        *front.after,
        *restarts,
        *front.restarts,
        *(step for part in parts for step in part.edge),
    )
    smtp = [name for name, part in done.items() if "SMTP" in part.touched]
    unsaid = organisation.send_connectors is None and bool(smtp)
    keeping = keep_another(following.after, smtp, wish.thumbprint)
    remarks = (
        *(one for part in parts for one in part.remarks),
        *following.remarks,
        *((_SEND_CONNECTORS,) if unsaid else ()),
        *((keeping,) if keeping is not None else ()),
        *front.remarks,
    )
    return ExchangeChange(
        steps,
        (*unknown, *(one for part in parts for one in part.refusals)),
        tuple(dict.fromkeys(remarks)),
        following.after,
    )


def _chosen(organisation: ExchangeOrganisation, names: Iterable[str]) -> Iterator[ExchangeServer]:
    found = (organisation.server(name) for name in names)
    yield from dict.fromkeys(server for server in found if server is not None)


def _on(server: ExchangeServer, organisation: ExchangeOrganisation, wish: Enable, now: datetime) -> _OnServer:
    certificate = server.certificate(wish.thumbprint)
    imports: tuple[ExchangeStep, ...] = ()
    said: tuple[Text, ...] = ()
    ready = server
    if certificate is None:
        if wish.incoming is None or wish.incoming.thumbprint != wish.thumbprint:
            return _OnServer(server, refusals=(statuses.absent(wish.thumbprint, server, organisation),))
        if release(server.version) == "2007":
            return _OnServer(server, refusals=(by_hand(wish.incoming, server),))
        certificate = as_exchange_shows_it(wish.incoming, now)
        imports = import_steps(wish.incoming, certificate, server)
        said = incoming_remarks(wish.incoming, server)
        ready = replace(server, certificates=(*server.certificates, certificate))
    if (refusal := statuses.refusal_of(certificate, server, now)) is not None:
        return _OnServer(server, refusals=(refusal,))
    refusals: list[Refusal] = []
    remarks: list[Text] = []
    wanted: list[ExchangeService] = []
    names: dict[ExchangeService, Naming] = {}
    for service in dict.fromkeys(wish.services):
        refused = refused_service(server, service)
        if refused is not None or service == "None":
            refusals += [refused] if refused is not None else []
            continue
        if service in ("IMAP", "POP"):
            found = naming(ready, service, certificate, now)
            remarks += found.remarks
            if found.refusal is not None:
                refusals.append(found.refusal)
                continue
            names[service] = found
            if not found.assign:
                continue
        wanted.append(service)
    ordered = tuple(one for one in EXCHANGE_SERVICES if one in wanted)
    assigned = assigning(ready, certificate, ordered, wish.overwrite_default_smtp, now, require_ssl=wish.require_ssl)
    changes = (*assigned.steps, *(step for one in names.values() for step in one.steps))
    named = tuple(service for service, one in names.items() if one.steps)
    doubts = statuses.doubts_of(certificate, server) if changes else ()
    accepted = bool(ordered or names)
    return _OnServer(
        _named(assigned.after, names) if accepted else server,
        imports if accepted else (),
        changes,
        _edge(server, organisation, wish.thumbprint, assigned),
        tuple(refusals),
        (*(said if accepted else ()), *doubts, *remarks, *assigned.remarks),
        tuple(dict.fromkeys((*assigned.touched, *named))),
        "SMTP" in ordered,
    )


def _named(server: ExchangeServer, names: dict[ExchangeService, Naming]) -> ExchangeServer:
    return replace(
        server,
        client_access=tuple(
            replace(one, certificate_name=found.name)
            if (found := names.get(one.service)) is not None and found.name is not None
            else one
            for one in server.client_access
        ),
    )


def _edge(
    server: ExchangeServer, organisation: ExchangeOrganisation, thumbprint: str, assigned: Assigning
) -> tuple[ExchangeStep, ...]:
    if not server.edge or "SMTP" not in assigned.touched:
        return ()
    return subscribe_again(server, thumbprint, organisation, default_replaced=assigned.default_replaced)


def _restarts(part: _OnServer) -> Iterator[ExchangeStep]:
    """IMAP and POP take up a certificate when they start (configure-imap4.md), UM too; transport is told to as well."""
    server = part.after
    for service in part.touched:
        if service == "IIS" or not _may_run(server, service):
            continue
        act = RestartServices(server.name, windows_services(server, service))
        yield ExchangeStep(
            text(
                "Restart what serves {service} on {server}, so that it takes up the certificate. Sessions are cut; "
                "mail that comes meanwhile is tried again by its senders.",
                service=service,
                server=server.name,
            )
            if service == "SMTP"
            else text(
                "Restart what serves {service} on {server}, so that it takes up the certificate. Sessions are cut.",
                service=service,
                server=server.name,
            ),
            act,
            text("There is nothing to take back."),
            role_groups(act),
            "restart",
        )


def _may_run(server: ExchangeServer, service: ExchangeService) -> bool:
    """IMAP and POP are off after setup: what does not run is not started by us."""
    settings = settings_of(server, service)
    return settings is None or settings.running is not False


_SEND_CONNECTORS = text(
    "The export does not say which certificate Send connectors name. Look with Get-SendConnector | Format-List "
    "Name,TlsCertificateName: one that names the former certificate keeps its mail when that is gone."
)
