"""The plan that brings a new certificate to the servers that serve the former one."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.configured import Cannot
from mailtrust.core.model.endpoint import Offer
from mailtrust.core.model.evidence import Assessment
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.observation import Observation
from mailtrust.core.model.plan import Plan
from mailtrust.core.model.pool import Pool, PoolEntry, Source
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.settings import Server
from mailtrust.core.model.text import Text, text
from mailtrust.core.rules import addresses_disagree, ports_disagree
from mailtrust.core.rules.grounds.comparing import noted, wanted_served
from mailtrust.core.rules.grounds.hosts import met_under
from mailtrust.core.targets.configured import CONFIGURED
from mailtrust.core.targets.mending.steps import steps_of
from mailtrust.core.targets.mending.surveyed import Surveyed
from mailtrust.core.targets.mending.work import Chain, Material, ServeThis
from mailtrust.edge.transport.machine import Machine
from mailtrust.flows.plan import Supposing, judged, outlooks
from mailtrust.flows.survey import configurable, facts_of, survey_all
from mailtrust.version import __version__

_DIFFERENCES = frozenset({ports_disagree.ID, addresses_disagree.ID})


@frozen
class RenewalPlan:
    """A plan, and what it leaves."""

    plan: Plan
    missing: tuple[str, ...]
    """Servers that do not answer, or of which the configuration cannot be read: they keep the former one."""
    why: tuple[Text, ...]
    """Of each."""
    introduced: tuple[str, ...]
    """Findings that the new certificate would bring."""


@frozen
class Presented:
    """A port that was seen, and the certificate that it shows."""

    seen: Observation
    leaf: Certificate


def shown_at(case: Sequence[Observation], server: Server, names: Sequence[str]) -> tuple[Presented, ...]:
    """What is seen of a server under these names, where a certificate is shown that can be read."""
    return tuple(
        Presented(one, leaf)
        for one in case
        if met_under(one.endpoint.host, names) and server.serves(one.endpoint.host, one.endpoint.port)
        for leaf in one.presented_chain[:1]
        if isinstance(leaf, Certificate)
    )


def concerned(shown: Sequence[Presented], algorithm: str) -> tuple[Presented, ...]:
    """What a certificate with a key of this kind takes the place of.

    Who gives no name may be shown another certificate, which is none of ours; and of a pair of RSA and ECDSA each is
    renewed by its own.
    """
    named = [one for one in shown if one.seen.offer is not Offer.NO_SNI]

    def ours(one: Presented) -> bool:
        here = (other.leaf for other in named if other.seen.endpoint.id == one.seen.endpoint.id)
        known = {leaf.fingerprint: leaf.public_key.algorithm for leaf in here}
        kinds = set(known.values())
        return one.leaf.fingerprint in known and (len(kinds) == 1 or one.leaf.public_key.algorithm == algorithm)

    return tuple(one for one in shown if ours(one))


def silent(case: Sequence[Observation], server: Server, names: Sequence[str]) -> tuple[str, ...]:
    """The ports of a server, named in mailtrust.toml, that gave no handshake; all of a host, where none gave one."""
    theirs = [
        one
        for one in case
        if met_under(one.endpoint.host, names)
        and server.serves(one.endpoint.host, one.endpoint.port)
        and one.offer is Offer.DEFAULT
    ]
    down = [one for one in theirs if not one.presented_chain]
    named = {(place.host, place.port) for place in server.places if place.port is not None}
    if len(down) < len(theirs):
        down = [one for one in down if (one.endpoint.host, one.endpoint.port) in named]
    return tuple(dict.fromkeys(one.endpoint.service for one in down))


async def plan_renewal(
    assessment: Assessment,
    machines: Mapping[str, Machine],
    servers: Sequence[Server],
    material: Material,
    looking: tuple[str, ...],
) -> RenewalPlan:
    """The plan; one without steps where all serve it already. Nothing is changed by making it. Raises UserProblem."""
    evidence = assessment.evidence
    given = [PoolEntry(one, frozenset({Source.GIVEN})) for one in material.chain]
    case = replace(evidence.case, pool=Pool.merge((*evidence.case.pool, *given)))
    # It was looked before the certificate came: as of that moment it is not valid yet.
    assessment = judged(evidence, case, max(evidence.now, material.chain[0].not_before))
    evidence = assessment.evidence
    names = material.names
    missing: dict[str, Text] = {}
    asked = []
    for server in servers:
        if down := silent(evidence.case.observations, server, names):
            missing[server.name] = text("{server} does not answer at {ports}.", server=server.name, ports=down)
        else:
            asked.append(server)
    surveyed, unread = await survey_all(asked, machines)
    missing.update({one.server.name: one.said for one in unread})
    tasks: list[ServeThis] = []
    presented: dict[str, Chain] = {}
    notes = []
    for read in surveyed:
        shown = concerned(
            shown_at(evidence.case.observations, read.server, names), material.chain[0].public_key.algorithm
        )
        notes.append(wanted_served(read.server.name, material.chain[0], [one.seen.id for one in shown]))
        for one in shown:
            if one.leaf.fingerprint == material.chain[0].fingerprint:
                continue
            places = read.places_at(one.seen.endpoint, one.leaf)
            if not places:
                raise _nowhere(read, one.seen)
            tasks += (ServeThis(read, place, material.chain, material.key) for place in places)
            presented[one.seen.id] = material.chain
    steps = steps_of(tasks)
    if isinstance(steps, Cannot):
        raise UserProblem(steps.why)
    proof, after = Supposing(assessment)(presented)
    # A server that gets it later serves the former one until then, which is no reason to let all the others end.
    later = [one for one in after.findings if missing and one.rule in _DIFFERENCES and one.id in proof.introduced]
    used = {step.server for step in steps if step.server}
    used_ones = tuple(one for one in surveyed if one.server.name in used)
    made = Plan(
        target=evidence.case.target,
        made=evidence.now,
        version=__version__,
        looking=looking,
        facts=facts_of(used_ones),
        steps=steps,
        cures=(*proof.resolved, *(one.id for one in notes)),
        left=(),
        before=outlooks(evidence),
        after=outlooks(after.evidence),
        servers=tuple(one.server for one in used_ones),
        findings=(*noted((*assessment.findings, *later)), *notes),
    )
    introduced = tuple(one for one in proof.introduced if one not in {finding.id for finding in later})
    return RenewalPlan(made, tuple(missing), tuple(missing.values()), introduced)


def servers_of(names: Sequence[str], chosen: Sequence[str], servers: Sequence[Server]) -> tuple[Server, ...]:
    """The servers that serve a certificate for these names. Raises UserProblem for none, or one out of reach."""

    def met(server: Server) -> bool:
        return any(met_under(place.host, names) for place in server.places)

    found = tuple(one for one in servers if (one.name in chosen if chosen else met(one) and one.reach))
    for server in found:
        if configurable(server) is None:
            raise UserProblem(_out_of_reach(server))
        if not met(server):
            raise UserProblem(
                text("{server} is met under none of the names {names}.", server=server.name, names=tuple(names))
            )
    if not found:
        raise UserProblem(
            text("mailtrust.toml has no [[server]] with reach that is met under one of {names}.", names=tuple(names))
        )
    return found


def _out_of_reach(server: Server) -> Text:
    if not server.product or any(server.product == one.ID for one in CONFIGURED):
        return text(
            "{server} cannot be given a certificate from here: mailtrust.toml must say its product and how its "
            "files are come by (reach).",
            server=server.name,
        )
    if server.product == "exchange":
        return text(
            "{server} is Exchange, to which renew brings no certificate. Order it with mailtrust acme issue --for pfx, "
            "and assign it with mailtrust services enable --certificate FILE.pfx.",
            server=server.name,
        )
    return text(
        "{server} is {product}, to which renew brings no certificate. Order it with mailtrust acme issue; mailtrust "
        "plan --with FILE writes the steps for a person, and mailtrust prove looks at what became of them.",
        server=server.name,
        product=server.product,
    )


def _nowhere(server: Surveyed, one: Observation) -> UserProblem:
    return UserProblem(
        text(
            "In the configuration of {servers} no place was found that serves these ports.",
            servers=(f"{server.server.name} ({one.endpoint.service})",),
        )
    )
