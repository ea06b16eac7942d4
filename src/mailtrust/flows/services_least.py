"""The least set of certificates for what is known: needs, what is there already, who stands behind it."""

from collections.abc import Sequence
from datetime import datetime

from mailtrust.core.clients import CLIENTS
from mailtrust.core.formats.target import Address, Host, HostPort, Url, parse_target
from mailtrust.core.model.assignment import Assigned
from mailtrust.core.model.case_file import CaseFile
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.kept import Holdings
from mailtrust.core.model.pool import Pool, PoolEntry, Source
from mailtrust.core.model.settings import Settings
from mailtrust.core.services.assigned import EXCHANGE
from mailtrust.core.services.candidates import candidates_of
from mailtrust.core.services.least_set import Ca, least_set
from mailtrust.core.services.least_words import Least
from mailtrust.core.services.needs import Need, Needs, of_configuration, of_exchange, of_others
from mailtrust.core.validation.kinds import Kind, kind_of
from mailtrust.core.validation.names.internal import is_internal
from mailtrust.flows.check import Edge
from mailtrust.flows.services_assigned import Told
from mailtrust.version import __version__


def least(
    told: Told,
    targets: Sequence[str],
    holdings: Holdings,
    settings: Settings,
    edge: Edge,
    *,
    ca: Ca,
    sni: bool,
    most_names: int,
) -> Least:
    """Compute it. `targets`: hosts that are wanted besides. Raises TargetError for what is none."""
    parts = [of_exchange(told.organisation)] if told.organisation is not None else []
    for one in told.surveyed:
        places = [(place, one.leaf_of(place)) for place in one.places]
        parts.append(of_configuration(one.server, one.product.ID, places))
    parts += [of_others(server) for server in told.others if server.product != EXCHANGE or told.organisation is None]
    parts.append(Needs(tuple(map(_target, targets))))
    needs = tuple(need for part in parts for need in part.needs)
    now = edge.now()
    behind = _Behind(told, holdings, settings, edge, now)
    there = candidates_of(told.organisation, told.assigned, holdings, ca_of=behind.ca_of, warn=settings.warn, now=now)
    found = least_set(needs, there, ca=ca, sni=sni, most_names=most_names)
    remarks = tuple(remark for part in parts for remark in part.remarks)
    return Least(found, _today(told.assigned, needs), told.assigned, remarks)


def _target(given: str) -> Need:
    match parse_target(given):
        case Host(host=host):
            return Need(host, "", "", (host,))
        case HostPort(host=host) | Url(host=host) as target:
            service = target.protocol.value if isinstance(target, Url) else str(target.port)
            return Need(host, "", service, (host,), frozenset({(host, target.port)}))
        case Address(domain=domain):
            # Its servers are not looked for here: what every client tries first is meant.
            return Need(f"autodiscover.{domain}", "", "https", (f"autodiscover.{domain}",))


def _today(assigned: Sequence[Assigned], needs: Sequence[Need]) -> tuple[Assigned, ...]:
    wanted = {(need.server, need.service) for need in needs}
    servers = {need.server for need in needs if not need.service}
    serving = [
        one
        for one in assigned
        if (one.services and one.server in servers) or any((one.server, service) in wanted for service in one.services)
    ]
    # The self-signed certificates of Exchange's setup stay where they are, whatever is ordered.
    counted = [one for one in serving if one.product != EXCHANGE or any("." in name for name in _public(one))]
    return tuple({one.thumbprint: one for one in counted}.values())


def _public(one: Assigned) -> tuple[str, ...]:
    return tuple(name for name in one.domains if not is_internal(name))


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
