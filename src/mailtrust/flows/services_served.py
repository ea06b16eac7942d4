"""What is presented: each server asked itself, at its own address, and the names that clients use, whoever answers."""

from dataclasses import replace
from typing import TYPE_CHECKING

from mailtrust.core.formats.connect_to import Detours
from mailtrust.core.model.acceptance import settled
from mailtrust.core.model.assignment import AssignmentEvidence, Balancer, Served
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.endpoint import Offer
from mailtrust.core.model.finding import Finding, worst_first
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.observation import Observation, ProbeFailure
from mailtrust.core.model.settings import Settings
from mailtrust.core.model.text import Text, text
from mailtrust.core.rules.assigning import judge_assignments, served_not_assigned
from mailtrust.core.rules.assigning.grounds.accepting import settle_assignments
from mailtrust.core.services import mailstore
from mailtrust.flows.services_assigned import Told
from mailtrust.flows.services_ports import Port, Ports

if TYPE_CHECKING:
    from mailtrust.flows.check import Edge, OnProgress


@frozen
class Shown:
    """What came of asking."""

    served: tuple[Served, ...] = ()
    notes: tuple[Text, ...] = ()
    """Ports that were to present a certificate and did not, and those that were not asked; a sentence each."""


async def shown(
    told: Told, edge: "Edge", detours: Detours | None = None, on_progress: "OnProgress | None" = None
) -> Shown:
    """Ask every port of the servers. Raises nothing for what a server or a network does."""
    asking = Ports(edge.resolver, edge.now(), detours or Detours())
    ports = await asking.of_all(told)
    wishes = [(one.endpoint, Offer.DEFAULT) for one in ports]
    seen = {one.endpoint: one for one in await edge.probe(wishes, per_host=None, on_progress=on_progress)}
    served: list[Served] = []
    notes = asking.notes
    for port in ports:
        observation = seen.get(port.endpoint)
        if observation is None:
            notes.append(
                text("{place} was not asked: this port has seen four connections already.", place=port.endpoint.id)
            )
        elif (found := _served(port, observation)) is not None:
            served.append(found)
        elif port.expected:
            notes.append(nothing_at(observation))
    return Shown(tuple(served), tuple(dict.fromkeys(notes)))


async def shown_by_mailstore(
    told: Told, edge: "Edge", detours: Detours | None = None, on_progress: "OnProgress | None" = None
) -> Shown:
    """The same of MailStore's servers alone: of them nothing else can be known."""
    theirs = tuple(one for one in told.others if one.product == mailstore.ID)
    if not theirs:
        return Shown()
    return await shown(
        replace(told, assigned=(), surveyed=(), others=theirs, organisation=None), edge, detours, on_progress
    )


def evidence_of(
    told: Told, shown: Shown, settings: Settings, edge: "Edge", *, balancer: Balancer = "unknown"
) -> AssignmentEvidence:
    """What the rules about assignments look at."""
    return AssignmentEvidence(
        now=edge.now(),
        settings=settings,
        stores={},
        organisation=told.organisation,
        assigned=told.assigned,
        served=shown.served,
        balancer=balancer,
    )


def untold(evidence: AssignmentEvidence) -> tuple[Finding, ...]:
    """What is presented without having been told, but for what the organisation has accepted; the heaviest first."""
    results = judge_assignments(evidence, (served_not_assigned,))
    accepted = settled(settle_assignments(evidence, results))
    return tuple(one for one in worst_first(results) if one.id not in accepted)


def nothing_at(observation: Observation) -> Text:
    """What is said of a port that was to present a certificate and did not."""
    place = observation.endpoint.id
    match observation.result:
        case ProbeFailure(detail=detail, kind=kind):
            return text("{place} presents no certificate: {why}", place=place, why=detail or kind.value)
        case _:
            return text("{place} presents nothing that can be read as a certificate.", place=place)


def _served(port: Port, observation: Observation) -> Served | None:
    leaf = next(iter(observation.presented_chain), None)
    if not isinstance(leaf, Certificate):
        return None
    service = port.service
    if port.surveyed is not None:
        here = port.surveyed.places_at(port.endpoint, leaf)
        service = here[0].service if here else service
    place = observation.endpoint.id
    return Served(observation.id, port.server, port.product, service, leaf, place, port.configured, _take_up(port))


def _take_up(port: Port) -> tuple[str, ...]:
    command = port.surveyed.product.take_up(port.surveyed.server) if port.surveyed is not None else None
    return command.command if command is not None else ()
