"""What servers are told to present, judged: by what was exported, and by what is seen where clients look."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from mailtrust.core.formats.connect_to import Detours
from mailtrust.core.formats.target import Target, scheme_of_port
from mailtrust.core.model.assignment import AssignmentEvidence, Served
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.endpoint import Endpoint, Offer
from mailtrust.core.model.exchange import ExchangeOrganisation
from mailtrust.core.model.observation import Observation
from mailtrust.core.model.text import Text
from mailtrust.core.report.services_review import Reviewed
from mailtrust.core.rules.assigning import judge_assignments
from mailtrust.core.rules.assigning.grounds.accepting import settle_assignments
from mailtrust.core.services.assigned import EXCHANGE, presentable
from mailtrust.core.services.exchange.due import due
from mailtrust.flows.endpoints import find_endpoints
from mailtrust.flows.services_ports import EXCHANGE_SERVES, any_of, not_found
from mailtrust.flows.services_served import Shown, nothing_at

if TYPE_CHECKING:
    from mailtrust.flows.check import Edge, OnProgress
    from mailtrust.flows.endpoints import Kind


async def shown_at(
    targets: Sequence[tuple[str, Target]],
    organisation: ExchangeOrganisation | None,
    edge: "Edge",
    detours: Detours,
    *,
    kind: "Kind | None" = None,
    on_progress: "OnProgress | None" = None,
) -> Shown:
    """What is presented where clients look. Raises nothing for what a server or a network does."""
    found: dict[Endpoint, None] = {}
    notes: list[Text] = []
    for given, target in targets:
        places = await find_endpoints(target, edge.resolver, detours=detours, kind=kind)
        with_address = [one for one in places.endpoints if one.address]
        found |= dict.fromkeys(with_address)
        if not with_address:
            notes.append(not_found(given))
    seen = await edge.probe([(one, Offer.DEFAULT) for one in found], per_host=None, on_progress=on_progress)
    served: list[Served] = []
    for one in seen:
        leaf = next(iter(one.presented_chain), None)
        if isinstance(leaf, Certificate):
            served.append(_served(one, leaf, organisation, edge.now()))
        elif one.endpoint.found_by == "given":
            notes.append(nothing_at(one))
    return Shown(tuple(served), tuple(notes))


def reviewed(evidence: AssignmentEvidence, notes: Sequence[Text] = ()) -> Reviewed:
    """Every rule asked, and what the organisation has accepted taken from it. Pure."""
    results = judge_assignments(evidence)
    return Reviewed(
        at=evidence.now,
        organisation=evidence.organisation,
        results=results,
        acceptances=settle_assignments(evidence, results),
        file=evidence.settings.file,
        due=due(evidence.organisation) if evidence.organisation is not None else (),
        notes=tuple(notes),
    )


def _served(one: Observation, leaf: Certificate, organisation: ExchangeOrganisation | None, now: datetime) -> Served:
    there = one.endpoint
    service = EXCHANGE_SERVES.get(there.protocol)
    if organisation is None or service is None:
        return Served(one.id, "", "", "", leaf, there.id)
    server = organisation.server(there.host)
    if server is None:
        return Served(one.id, "", EXCHANGE, service, leaf, there.id, any_of(organisation, service, now))
    # Elsewhere than at its usual port, as at the back end's 444, it may be any certificate that has the service.
    usual = scheme_of_port(there.port).protocol is there.protocol
    configured = presentable(server, service, now) if usual else None
    return Served(one.id, server.name, EXCHANGE, service, leaf, there.id, configured)
