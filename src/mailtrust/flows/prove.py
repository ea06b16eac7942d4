"""Prove a plan: look again at every port, by its name alone, and say of every finding what became of it."""

from collections.abc import Callable, Collection

from mailtrust.core.model.evidence import Assessment
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.observation import Observation
from mailtrust.core.model.plan import Plan
from mailtrust.core.model.proof import Noted, Proof
from mailtrust.core.model.settings import Server
from mailtrust.core.rules.grounds.comparing import compare
from mailtrust.flows.check import CheckRequest, Edge, OnProgress, check


@frozen
class Proven:
    """A proof, and what was seen for it."""

    proof: Proof
    assessment: Assessment


async def prove(
    plan: Plan,
    request: CheckRequest,
    edge: Edge,
    on_progress: OnProgress | None = None,
    *,
    servers: Collection[str] = (),
) -> Proven:
    """Probe as the plan did, and compare. `servers`: only what these serve; empty: everything.

    With some servers only, a finding counts when all its ports are theirs: others are mended later, or by others. What
    touches ports of the plan's other servers counts at the end: half way they present different certificates.
    """
    assessment = await check(request, edge, on_progress)
    case, results = assessment.evidence.case, assessment.results
    whole = compare(plan.findings, results, case, plan.id)
    if not servers:
        return Proven(whole, assessment)
    here, elsewhere = parted(plan.servers, case.observations, servers)
    known = {old.id: old.observations for old in plan.findings}
    new = {finding.id: finding.observations for finding in assessment.findings}

    def part(ids: tuple[str, ...], all_here: Callable[[Collection[str]], bool]) -> tuple[str, ...]:
        return tuple(one for one in ids if all_here(known.get(one, new.get(one, ()))))

    def within(observations: Collection[str]) -> bool:
        return bool(observations) and here.issuperset(observations) and elsewhere.isdisjoint(observations)

    def touching(observations: Collection[str]) -> bool:
        return not here.isdisjoint(observations) and elsewhere.isdisjoint(observations)

    proof = Proof(
        whole.plan,
        part(whole.resolved, within),
        part(whole.remaining, within),
        part(whole.introduced, touching),
        part(whole.unproven, within),
    )
    return Proven(proof, assessment)


def parted(
    servers: Collection[Server], observations: Collection[Observation], chosen: Collection[str]
) -> tuple[set[str], set[str]]:
    """What was seen of the chosen ones of these servers, and of the others; of two that serve the same port it is both.

    A port belongs to those that are named for it, else to those that are named for its host.
    """
    here: set[str] = set()
    elsewhere: set[str] = set()
    for seen in observations:
        host, port = seen.endpoint.host, seen.endpoint.port
        named = [one for one in servers if any((place.host, place.port) == (host, port) for place in one.places)]
        for server in named or [one for one in servers if one.serves(host, port)]:
            (here if server.name in chosen else elsewhere).add(seen.id)
    return here, elsewhere


def kept(plan: Plan, proof: Proof) -> bool:
    """Whether the plan did what it promised: all that it cures is resolved, and nothing is new.

    What it left, and said that it would leave, may remain.
    """
    promised = set(plan.cures)
    return not proof.introduced and promised.isdisjoint((*proof.remaining, *proof.unproven))


def shows_well(plan: Plan, proof: Proof) -> bool:
    """Whether the wire is as the plan promised; where it promises no cure, whether nothing is wrong."""
    return kept(plan, proof) if plan.cures else proof.good


def promised(plan: Plan) -> tuple[Noted, ...]:
    """The findings that the plan cures."""
    return tuple(one for one in plan.findings if one.id in plan.cures)
