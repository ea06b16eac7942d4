"""Run a scenario end to end: build the world, check it, compare; cure it, check it, compare again."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Literal

from mailtrust.core.clients import CLIENTS
from mailtrust.core.formats.target import parse_target
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.endpoint import Endpoint, Offer
from mailtrust.core.model.evidence import Assessment
from mailtrust.core.model.finding import Unknown
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.observation import FailureKind, Handshake, Observation
from mailtrust.core.model.pool import Source
from mailtrust.core.model.status import StatusQuestion
from mailtrust.core.model.text import Text, text
from mailtrust.core.model.verdict import Outcome
from mailtrust.edge.lookup.aia import DEFAULT_LIMITS, AiaLimits, fetch_issuers
from mailtrust.edge.lookup.revocation import DEFAULT_STATUS_LIMITS, StatusLimits, fetch_status
from mailtrust.edge.probe.schedule import probe_all
from mailtrust.edge.probe.timeouts import Timeouts
from mailtrust.flows.check import CheckRequest, OnProgress, check
from mailtrust.flows.edge import real_edge
from mailtrust.flows.issuers import Gathered
from mailtrust.flows.status_source import Answers, Extent
from mailtrust.lab.scenario import Expected, Port, Scenario
from mailtrust.lab.world import World

OUTCOMES = {
    Outcome.ACCEPTED: text("accepted"),
    Outcome.WARNED: text("warned"),
    Outcome.REFUSED: text("refused"),
    Outcome.UNKNOWN: text("unknown"),
}
NOT_JUDGED, NOT_ASKED, HANDSHAKE = text("not judged"), text("not asked"), text("a handshake")
FOUND, NOT_FOUND = text("found"), text("not found")
OFFERED, NOT_OFFERED = text("offered"), text("not offered")
UNSURE, SURE = text("cannot tell"), text("can tell")
GAVE, GAVE_NOTHING = text("gave a certificate"), text("gave nothing")


@frozen
class Comparison:
    """One expectation and what came of it; `subject` names the client, rule or remedy."""

    subject: str
    expected: Text
    found: Text
    about: Literal["client", "end", "rule", "doubt", "remedy", "source"] = "client"

    @property
    def holds(self) -> bool:
        """Whether it came as expected."""
        return self.expected == self.found


@frozen
class Run:
    """A scenario's two comparisons: broken, and cured."""

    scenario: Scenario
    broken: tuple[Comparison, ...]
    cured: tuple[Comparison, ...]
    rules: tuple[str, ...] = ()
    """The rules that gave a finding before the cure, worst first."""

    @property
    def holds(self) -> bool:
        """Whether everything came as expected."""
        return all(comparison.holds for comparison in (*self.broken, *self.cured))


async def run_scenario(scenario: Scenario, world: World) -> Run:
    """Build a scenario in an empty world, bring it up, look, cure, look again."""
    scenario.build(world)
    async with world:
        assessment = await look(world, scenario.timeouts)
        broken = tuple(compare(assessment, scenario.expected, world))
        scenario.cure(world)
        cured = tuple(compare(await look(world, scenario.timeouts), scenario.cured, world))
    rules = dict.fromkeys(finding.rule for finding in assessment.findings)
    return Run(scenario, broken, cured, tuple(rules))


async def look(
    world: World,
    timeouts: Timeouts | None = None,
    *,
    aia_limits: AiaLimits = DEFAULT_LIMITS,
    status_limits: StatusLimits = DEFAULT_STATUS_LIMITS,
    revocation: Extent = "profile",
    proxy: str | None = None,
) -> Assessment:
    """Check the world's target over the wire, for every client, as of the world's time.

    `proxy`: fetch issuers, and word about revocation, through it, and from public places only, as outside the lab.
    """
    real = real_edge(dns=world.dns_address)

    async def download(certificates: Sequence[Certificate]) -> Gathered:
        return await fetch_issuers(
            certificates, allow_private=proxy is None, proxy=proxy, resolver=real.resolver, limits=aia_limits
        )

    async def ask(questions: Sequence[StatusQuestion]) -> Answers:
        return await fetch_status(
            questions, allow_private=proxy is None, proxy=proxy, resolver=real.resolver, limits=status_limits
        )

    async def probe(
        wishes: Sequence[tuple[Endpoint, Offer]],
        *,
        per_host: int | None,
        on_progress: OnProgress | None,  # noqa: ARG001 (nobody watches)
    ) -> tuple[Observation, ...]:
        return await probe_all(wishes, per_host=per_host, timeouts=timeouts)

    # Neither what this user met earlier nor what the lab made up may get mixed up with the other.
    edge = replace(real, probe=probe, issuers=(download,), remember=lambda _: None, status=ask)
    request = CheckRequest(
        target=parse_target(world.target),
        title=world.target,
        clients=CLIENTS,
        at=world.now,
        roots=world.with_roots,
        detours=world.detours(),
        also=world.also(),
        revocation=revocation,
    )
    return await check(request, edge)


def compare(assessment: Assessment, expected: Expected, world: World) -> Iterator[Comparison]:
    """Every single expectation beside what was found."""
    for port in expected.ports:
        yield from _compare_port(assessment, port, world)
    rules = {finding.rule for finding in assessment.findings}
    for rule in expected.found:
        yield Comparison(rule, FOUND, FOUND if rule in rules else NOT_FOUND, "rule")
    for rule in sorted(rules.difference(expected.found)):
        yield Comparison(rule, NOT_FOUND, FOUND, "rule")
    unsure = {result.rule for result in assessment.results if isinstance(result, Unknown)}
    for rule in expected.unknown:
        yield Comparison(rule, UNSURE, UNSURE if rule in unsure else SURE, "doubt")
    kinds = {remedy.kind for remedy in assessment.remedies}
    for kind in expected.remedies:
        yield Comparison(kind, OFFERED, OFFERED if kind in kinds else NOT_OFFERED, "remedy")
    sources = {source for entry in assessment.evidence.case.pool for source in entry.sources}
    for source in expected.sources:
        yield Comparison(source, GAVE, GAVE if Source(source) in sources else GAVE_NOTHING, "source")


def _compare_port(assessment: Assessment, port: Port, world: World) -> Iterator[Comparison]:
    host, number = world.name(port.label), world.port(port.scheme)
    place = f"{port.scheme}://{host}:{number}" + (f" ({port.address})" if port.address else "")
    place += "" if port.offer is Offer.DEFAULT else f" ({port.offer})"
    met = [
        observation
        for observation in assessment.evidence.case.observations
        if (observation.endpoint.host, observation.endpoint.port) == (host, number)
        and observation.offer is port.offer
        and port.address in ("", observation.endpoint.address)
    ]
    seen = {observation.id for observation in met}
    if port.failure is not None:
        yield Comparison(place, _ended(port.failure), _end(met), "end")
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
            yield Comparison(f"{client} at {place}", OUTCOMES[outcome], found)


def _ended(kind: FailureKind) -> Text:
    """The end of an attempt, by its name in case files and reports."""
    return text("no handshake: {kind}", kind=kind.value)


def _end(met: Sequence[Observation]) -> Text:
    """How the first attempt ended."""
    if not met:
        return NOT_ASKED
    result = met[0].result
    return HANDSHAKE if isinstance(result, Handshake) else _ended(result.kind)
