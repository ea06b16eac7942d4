"""The least set of certificates for what is known: needs, what is there already, who stands behind it."""

from collections.abc import Sequence
from datetime import datetime

from mailtrust.core.clients import CLIENTS
from mailtrust.core.formats.connect_to import Detours
from mailtrust.core.formats.target import Address, Host, HostPort, Url, parse_target
from mailtrust.core.model.assignment import Assigned
from mailtrust.core.model.case_file import CaseFile
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.kept import Holdings
from mailtrust.core.model.pool import Pool, PoolEntry, Source
from mailtrust.core.model.settings import Settings
from mailtrust.core.model.text import Text, text
from mailtrust.core.services.assigned import EXCHANGE
from mailtrust.core.services.candidates import candidates_of
from mailtrust.core.services.least_set import Ca, least_set
from mailtrust.core.services.least_words import Least, would_do
from mailtrust.core.services.needs import Need, Needs, of_configuration, of_exchange, of_others
from mailtrust.core.validation.kinds import Kind, kind_of
from mailtrust.core.validation.names.internal import is_internal
from mailtrust.edge.lookup.dns import Resolver
from mailtrust.edge.lookup.dns_answers import Found
from mailtrust.flows.check import Edge
from mailtrust.flows.endpoints import find_endpoints
from mailtrust.flows.services_assigned import Told
from mailtrust.version import __version__


def least(
    told: Told,
    besides: Needs,
    holdings: Holdings,
    settings: Settings,
    edge: Edge,
    *,
    ca: Ca,
    sni: bool,
    most_names: int,
) -> Least:
    """Compute it; `besides`: what is needed for other reasons, as `of_targets` finds it."""
    parts = [of_exchange(told.organisation)] if told.organisation is not None else []
    for one in told.surveyed:
        places = [(place, one.leaf_of(place)) for place in one.places]
        parts.append(of_configuration(one.server, one.product.ID, places))
    parts += [of_others(server) for server in told.others if server.product != EXCHANGE or told.organisation is None]
    parts.append(besides)
    needs = tuple(need for part in parts for need in part.needs)
    now = edge.now()
    behind = _Behind(told, holdings, settings, edge, now)
    there = candidates_of(told.organisation, told.assigned, holdings, ca_of=behind.ca_of, warn=settings.warn, now=now)
    found = least_set(needs, there, ca=ca, sni=sni, most_names=most_names)
    remarks = tuple(remark for part in parts for remark in part.remarks)
    return Least(found, _today(told.assigned, needs), told.assigned, (*remarks, *would_do(found, there)))


async def of_targets(targets: Sequence[str], resolver: Resolver, detours: Detours) -> Needs:
    """What TARGETs need: of a mail domain the hosts that it has, with those that clients ask for its settings.

    Raises TargetError for what is none.
    """
    needs: list[Need] = []
    remarks: list[Text] = []
    for target in map(parse_target, targets):
        match target:
            case HostPort(host=host) | Url(host=host):
                service = target.protocol.value if isinstance(target, Url) else str(target.port)
                needs.append(Need(host, "", service, (host,), frozenset({(host, target.port)})))
            case Host(host=name) | Address(domain=name):
                found = (await find_endpoints(target, resolver, detours=detours)).endpoints
                hosts = tuple(dict.fromkeys(one.host for one in found if one.address)) or (name,)
                if hosts != (name,):
                    asked = [one for one in _asked_for(name) if await _is(one, resolver)]
                    hosts = tuple(dict.fromkeys((*hosts, *asked)))
                strangers = tuple(host for host in hosts if host != name and not host.endswith(f".{name}"))
                if strangers:
                    remarks.append(
                        text(
                            "Mail for {domain} goes to {hosts}, named in another domain: whoever runs them has their "
                            "certificates.",
                            hosts=strangers,
                            domain=name,
                        )
                    )
                needs += [Need(host, "", "", (host,)) for host in hosts if host not in strangers]
    return Needs(tuple(dict.fromkeys(needs)), tuple(remarks))


def _asked_for(domain: str) -> tuple[str, ...]:
    """Where clients and servers ask for a domain's settings (MS-OXDISCO, Thunderbird's autoconfig, RFC 8461 3.3)."""
    return f"autodiscover.{domain}", f"autoconfig.{domain}", f"mta-sts.{domain}"


async def _is(host: str, resolver: Resolver) -> bool:
    return isinstance(await resolver.addresses(host), Found)


def _today(assigned: Sequence[Assigned], needs: Sequence[Need]) -> tuple[Assigned, ...]:
    wanted = {(need.server, need.service) for need in needs}
    servers = {need.server for need in needs if not need.service}
    serving = [
        one
        for one in assigned
        if (one.services and one.server in servers) or any((one.server, service) in wanted for service in one.services)
    ]
    # The self-signed certificates of Exchange's setup stay where they are, whatever is ordered.
    counted = [one for one in serving if one.product != EXCHANGE or not _is_among_servers(one)]
    return tuple({one.thumbprint: one for one in counted}.values())


def _is_among_servers(one: Assigned) -> bool:
    """Whether it names the server by its NetBIOS name, as setup does and no public CA, or nothing that clients know."""
    named = {name.lower() for name in one.domains}
    return one.server.lower() in named or not any("." in name and not is_internal(name) for name in named)


class _Behind:
    """Who stands behind certificates, by all that is known of their issuers."""

    def __init__(self, told: Told, holdings: Holdings, settings: Settings, edge: Edge, now: datetime) -> None:
        every = [one.certificate for one in told.assigned if one.certificate is not None]
        chains = [server.chain_in(place.chain_file) for server in told.surveyed for place in server.places]
        every += [one for chain in chains for one in chain]
        every += [one for kept in holdings.certificates for one in kept.chain]
        pool = Pool.merge(PoolEntry(one, frozenset({Source.GIVEN})) for one in every)
        stores = edge.load_stores(sorted({client.anchor_store for client in CLIENTS}))
        case = CaseFile("", now, __version__, (), pool)
        self._evidence = Evidence(case, now, settings, {}, stores, ())

    def ca_of(self, certificate: Certificate) -> Ca:
        """A CA of which nobody knows that it is public is taken for one's own."""
        return "public" if kind_of(certificate, self._evidence) is Kind.PUBLIC_CA else "own"
