"""Servers that were given another certificate and never told: each is to take up what its files hold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.endpoint import Offer
from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.proof import Noted
from mailtrust.core.rules.grounds import taking_up
from mailtrust.core.rules.grounds.comparing import NOT_ASSIGNED, wanted_served
from mailtrust.core.rules.grounds.hosts import met_under
from mailtrust.core.targets.mending.surveyed import Surveyed
from mailtrust.core.targets.mending.work import Chain, Material, TakeUp, Work, passed_through


@dataclass(frozen=True)
class Forgotten:
    """One server, what it is to present, and the work that has it presented."""

    noted: tuple[Noted, ...]
    work: Work


def forgotten(evidence: Evidence, servers: Sequence[Surveyed], material: Material | None) -> tuple[Forgotten, ...]:
    """Each server that presents what its files hold no more. `material`: where it goes, nothing else is taken up."""
    return tuple(found for server in servers if (found := _at(server, evidence, material)) is not None)


def _at(server: Surveyed, evidence: Evidence, material: Material | None) -> Forgotten | None:
    if server.product.take_up(server.server) is None:
        return None
    held = {server.leaf_of(place) for place in server.places}
    ports: dict[Chain, list[str]] = {}
    presented: dict[str, Chain] = {}
    for one in evidence.case.observations:
        leaf = evidence.leaf(one)
        # Without a name, or to an old client, another certificate may be presented by right.
        if one.offer is not Offer.DEFAULT or not isinstance(leaf, Certificate) or not server.serves(one.endpoint):
            continue
        if leaf in held or passed_through([(one, server)]) is not None:
            continue
        if material is not None and met_under(one.endpoint.host, material.names):
            continue
        chains = (server.chain_of(place) for place in server.places_at(one.endpoint, None))
        files = tuple(dict.fromkeys(filter(None, chains)))
        better = taking_up.forgotten(files, leaf, evidence.now)
        if better is not None:
            ports.setdefault(better, []).append(one.id)
        if better is not None or len(files) == 1:  # what is worse is taken up with it
            presented |= _wherever_shown(evidence, one.endpoint.id, leaf, better or files[0])
    if not ports:
        return None
    noted = tuple(wanted_served(server.server.name, new[0], where, rule=NOT_ASSIGNED) for new, where in ports.items())
    ids = tuple(one.id for one in noted)
    return Forgotten(noted, Work(ids, (TakeUp(server),), presented, declared=ids))


def _wherever_shown(evidence: Evidence, endpoint: str, leaf: Certificate, chain: Chain) -> Mapping[str, Chain]:
    """The same at a port whatever was said in the hello, where it made no difference."""
    return {
        one.id: chain
        for one in evidence.case.observations
        if one.endpoint.id == endpoint and evidence.leaf(one) == leaf
    }
