"""Run a scenario end to end: build the world, check it, compare; cure it, check it, compare again."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from mailtrust.core.clients import CLIENTS
from mailtrust.core.formats.target import parse_target
from mailtrust.core.model.endpoint import Offer
from mailtrust.core.model.evidence import Assessment
from mailtrust.core.model.pool import Source
from mailtrust.core.model.text import Text, text
from mailtrust.core.model.verdict import Outcome
from mailtrust.flows.check import CheckRequest, check
from mailtrust.flows.edge import real_edge
from mailtrust.lab.scenario import Expected, Port, Scenario
from mailtrust.lab.world import World

OUTCOMES = {
    Outcome.ACCEPTED: text("accepted"),
    Outcome.WARNED: text("warned"),
    Outcome.REFUSED: text("refused"),
    Outcome.UNKNOWN: text("unknown"),
}
NOT_JUDGED = text("not judged")
FOUND, NOT_FOUND = text("found"), text("not found")
OFFERED, NOT_OFFERED = text("offered"), text("not offered")
GAVE, GAVE_NOTHING = text("gave a certificate"), text("gave nothing")


@dataclass(frozen=True, slots=True)
class Comparison:
    """One expectation and what came of it; `subject` names the client, rule or remedy."""

    subject: str
    expected: Text
    found: Text

    @property
    def holds(self) -> bool:
        """Whether it came as expected."""
        return self.expected == self.found


@dataclass(frozen=True, slots=True)
class Run:
    """A scenario's two comparisons: broken, and cured."""

    scenario: Scenario
    broken: tuple[Comparison, ...]
    cured: tuple[Comparison, ...]

    @property
    def holds(self) -> bool:
        """Whether everything came as expected."""
        return all(comparison.holds for comparison in (*self.broken, *self.cured))


async def run_scenario(scenario: Scenario, world: World) -> Run:
    """Build a scenario in an empty world, bring it up, look, cure, look again."""
    scenario.build(world)
    async with world:
        broken = tuple(compare(await look(world), scenario.expected, world))
        scenario.cure(world)
        cured = tuple(compare(await look(world), scenario.cured, world))
    return Run(scenario, broken, cured)


async def look(world: World) -> Assessment:
    """Check the world's target over the wire, for every client, as of the world's time."""
    real = real_edge(dns=world.dns_address, allow_private_aia=True)
    download, *_ = real.issuers
    # Neither what this user met earlier nor what the lab made up may get mixed up with the other.
    edge = replace(real, issuers=(download,), remember=lambda _: None)
    request = CheckRequest(
        target=parse_target(world.target),
        title=world.target,
        clients=CLIENTS,
        at=world.now,
        roots=world.with_roots,
        detours=world.detours(),
    )
    return await check(request, edge)


def compare(assessment: Assessment, expected: Expected, world: World) -> Iterator[Comparison]:
    """Every single expectation beside what was found."""
    for port in expected.ports:
        yield from _compare_port(assessment, port, world)
    rules = {finding.rule for finding in assessment.findings}
    for rule in expected.found:
        yield Comparison(rule, FOUND, FOUND if rule in rules else NOT_FOUND)
    for rule in expected.absent:
        yield Comparison(rule, NOT_FOUND, FOUND if rule in rules else NOT_FOUND)
    kinds = {remedy.kind for remedy in assessment.remedies}
    for kind in expected.remedies:
        yield Comparison(kind, OFFERED, OFFERED if kind in kinds else NOT_OFFERED)
    sources = {source for entry in assessment.evidence.case.pool for source in entry.sources}
    for source in expected.sources:
        yield Comparison(source, GAVE, GAVE if Source(source) in sources else GAVE_NOTHING)


def _compare_port(assessment: Assessment, port: Port, world: World) -> Iterator[Comparison]:
    host, number = world.name(port.label), world.port(port.scheme)
    seen = {
        observation.id
        for observation in assessment.evidence.case.observations
        if (observation.endpoint.host, observation.endpoint.port) == (host, number)
        and observation.offer is Offer.DEFAULT
    }
    outcomes = {
        verdict.client: verdict.outcome for verdict in assessment.evidence.verdicts if verdict.observation in seen
    }
    wanted = (
        (Outcome.ACCEPTED, port.accepted),
        (Outcome.WARNED, port.warned),
        (Outcome.REFUSED, port.refused),
    )
    for outcome, clients in wanted:
        for client in clients:
            found = OUTCOMES[outcomes[client]] if client in outcomes else NOT_JUDGED
            yield Comparison(f"{client} at {port.scheme}://{host}:{number}", OUTCOMES[outcome], found)
