"""The connectors over which mail goes to and comes from Exchange Online, and the certificate that they show."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from mailtrust.core.formats.exchange.tls_certificate_name import name_of, names
from mailtrust.core.model.assignment import AssignmentEvidence
from mailtrust.core.model.exchange import (
    ExchangeCertificate,
    ExchangeOrganisation,
    ExchangeServer,
    ReceiveConnector,
    SendConnector,
)
from mailtrust.core.model.finding import NotApplicable, RuleResult
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.text import text
from mailtrust.core.rules.assigning.grounds.servers import NO_EXCHANGE, not_exported, refusal
from mailtrust.core.services.exchange.certificates import takes_the_place_of, usable
from mailtrust.core.services.exchange.versions import release

HYBRID = "Get-HybridConfiguration"
_SMART_HOST = ".mail.protection.outlook.com"
_ADDRESS_SPACE = ".mail.onmicrosoft.com"


@frozen
class HybridMail:
    """How hybrid mail flows."""

    sending: tuple[SendConnector, ...]
    """To Exchange Online (CSS-Exchange: by smart host, by address space, or by CloudServicesMailEnabled)."""
    receiving: tuple[ReceiveConnector, ...]
    """What takes mail from outside on the servers that receive from Exchange Online."""
    servers: tuple[ExchangeServer, ...]
    """Those that send to it or receive from it, as far as they were exported."""
    unread: tuple[str, ...]
    """Those of which nothing was exported."""


def over_hybrid_mail(
    evidence: AssignmentEvidence,
    rule: str,
    look: Callable[[AssignmentEvidence, ExchangeOrganisation, HybridMail], Iterable[RuleResult]],
) -> Iterator[RuleResult]:
    """What `look` says of hybrid mail, where there is any."""
    organisation = evidence.organisation
    mail = hybrid_mail(organisation) if organisation is not None else None
    if organisation is None:
        yield NotApplicable(rule, NO_EXCHANGE)
    elif mail is None:
        asked = _not_told(organisation)
        nothing = text("There is no hybrid mail here, as far as was exported.")
        yield not_exported(rule, organisation, "", asked) if asked else NotApplicable(rule, nothing)
    else:
        yield from look(evidence, organisation, mail)


def _not_told(organisation: ExchangeOrganisation) -> str:
    """The cmdlet whose answer is missing to say that there is none; empty: there is none."""
    if all(release(one.version) == "2007" for one in organisation.servers):
        return ""
    if organisation.send_connectors is None:
        return "Get-SendConnector"
    return HYBRID if refusal(organisation, "", HYBRID) is not None else ""


def hybrid_mail(organisation: ExchangeOrganisation) -> HybridMail | None:
    """What belongs to it; None: there is no hybrid mail here, as far as is known."""
    sending = tuple(one for one in organisation.send_connectors or () if one.enabled and _to_the_cloud(one))
    hybrid = organisation.hybrid
    told = hybrid is not None and (
        hybrid.tls_certificate_name or hybrid.sending_servers or hybrid.receiving_servers or hybrid.edge_servers
    )
    # The hybrid agent alone carries no mail (ExchangeHybrid, hybrid-agent.md).
    if not told and not sending:
        return None
    names = [name for one in sending for name in one.source_servers]
    receivers: tuple[str, ...] = ()
    if hybrid is not None:
        receivers = (*hybrid.receiving_servers, *hybrid.edge_servers)
        names += (*hybrid.sending_servers, *receivers)
    each = [(name, organisation.server(name)) for name in dict.fromkeys(name.lower() for name in names)]
    servers = tuple(dict.fromkeys(one for _, one in each if one is not None))
    into = [found for name in receivers if (found := organisation.server(name)) is not None]
    return HybridMail(
        sending,
        tuple(one for server in dict.fromkeys(into) for one in server.receive_connectors if _from_outside(server, one)),
        servers,
        tuple(name for name, one in each if one is None),
    )


def names_told(organisation: ExchangeOrganisation, mail: HybridMail) -> tuple[str, ...]:
    """Every TlsCertificateName of hybrid mail, each once."""
    told = [one.tls_certificate_name for one in mail.sending]
    told += [one.tls_certificate_name for one in mail.receiving]
    if organisation.hybrid is not None:
        told.append(organisation.hybrid.tls_certificate_name)
    return tuple(dict.fromkeys(filter(None, told)))


def successors(
    organisation: ExchangeOrganisation, mail: HybridMail, now: datetime
) -> Iterator[tuple[ExchangeServer, ExchangeCertificate]]:
    """Newer certificates that can be meant to take the place of a named one, and have another issuer or subject."""
    told = names_told(organisation, mail)
    for server in mail.servers:
        named = [one for one in server.certificates if any(names(name, one) for name in told)]
        for one in server.certificates:
            newer = one.not_before
            if one in named or newer is None or one.thumbprint == server.internal_transport or not usable(one, now):
                continue
            if any(
                (older := old.not_before) is not None
                and newer > older
                and name_of(one).key != name_of(old).key
                and takes_the_place_of(one, old, now)
                for old in named
            ):
                yield server, one


def _to_the_cloud(connector: SendConnector) -> bool:
    hosts = any(one.strip().strip("[]").lower().endswith(_SMART_HOST) for one in connector.smart_hosts)
    spaces = any(_space(one).endswith(_ADDRESS_SPACE) for one in connector.address_spaces)
    return hosts or spaces or bool(connector.cloud_services_mail)


def _space(written: str) -> str:
    """`SMTP:contoso.mail.onmicrosoft.com;1` without type and cost."""
    return written.rpartition(":")[2].partition(";")[0].strip().lower()


def _from_outside(server: ExchangeServer, connector: ReceiveConnector) -> bool:
    """The Default Frontend connector; on an Edge server its only one."""
    by_name = connector.name.lower().startswith("default frontend")
    port_25 = any(one.rpartition(":")[2] == "25" for one in connector.bindings)
    return connector.enabled and (server.edge or by_name or (connector.role == "FrontendTransport" and port_25))
