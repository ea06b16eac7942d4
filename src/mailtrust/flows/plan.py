"""Make a plan: read the configuration of servers, choose the fewest and safest changes, and see what they will do."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from mailtrust.core.model.case_file import CaseFile
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.evidence import Assessment, Evidence
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.observation import Handshake
from mailtrust.core.model.plan import LeftOver, Outlook, Plan
from mailtrust.core.model.pool import Pool, PoolEntry, Source
from mailtrust.core.model.proof import Proof
from mailtrust.core.model.text import Text, text
from mailtrust.core.rules.grounds.comparing import compare, noted
from mailtrust.core.targets.mending.choosing import Choice, choose
from mailtrust.core.targets.mending.forgotten import forgotten
from mailtrust.core.targets.mending.work import Chain, Material, NotFromHere, Work, work_of
from mailtrust.core.validation.dane_renewal import lost
from mailtrust.core.validation.tlsa_rollover import advised
from mailtrust.edge.lookup.dns import Resolver
from mailtrust.edge.transport.machine import Machine
from mailtrust.flows.acme_tlsa import look_up
from mailtrust.flows.assess import assess
from mailtrust.flows.survey import Unread, facts_of, survey_all
from mailtrust.version import __version__


@frozen
class Planned:
    """A plan, and what it was made from."""

    plan: Plan
    before: Assessment
    after: Assessment
    """As it is expected to be."""
    unread: tuple[Unread, ...]


async def plan(
    assessment: Assessment,
    machines: Mapping[str, Machine],
    *,
    material: Material | None = None,
    looking: tuple[str, ...] = (),
    resolver: Resolver | None = None,
) -> Planned:
    """The plan that cures most of what was found, changing least. Nothing is changed by making it.

    `resolver`: is asked for TLSA records that a new certificate would break; None: there are none.
    """
    evidence = assessment.evidence
    if material is not None:
        given = [PoolEntry(one, frozenset({Source.GIVEN})) for one in material.chain]
        case = replace(evidence.case, pool=Pool.merge((*evidence.case.pool, *given)))
        assessment = judged(evidence, case)
        evidence = assessment.evidence
    servers, unread = await survey_all(evidence.settings.servers, machines)
    untold = forgotten(evidence, servers, material)
    asked = [work_of(remedy, evidence, servers, material) for remedy in assessment.remedies]
    asked += [one.work for one in untold]
    if resolver is not None:
        asked = [await _kept_by_dane(one, evidence, resolver) if isinstance(one, Work) else one for one in asked]
    works = [one for one in asked if isinstance(one, Work)]
    supposing = Supposing(assessment)
    choice = choose(works, lambda presented: supposing(presented)[0])
    presented = {one: chain for work in choice.works for one, chain in work.presented.items()}
    after = supposing(presented)[1]
    used = {step.server for step in choice.steps if step.server}
    concerned = tuple(one for one in servers if one.server.name in used)
    refused = _refused(asked, choice, supposing)
    because = {finding for one in refused for finding in one.cures}
    # What is not taken up for another work's sake is taken up with that.
    beside = [one for each in untold for one in each.noted if one.id in choice.cured or one.id in because]
    found = (*noted(assessment.findings), *beside)
    made = Plan(
        target=evidence.case.target,
        made=evidence.now,
        version=__version__,
        looking=looking,
        facts=facts_of(concerned),
        steps=choice.steps,
        cures=tuple(one.id for one in found if one.id in choice.cured),
        left=tuple(LeftOver(one.id, _why(one.id, refused, unread)) for one in found if one.id not in choice.cured),
        before=outlooks(evidence),
        after=outlooks(after.evidence),
        servers=tuple(one.server for one in concerned),
        findings=found,
    )
    return Planned(made, assessment, after, unread)


async def _kept_by_dane(work: Work, evidence: Evidence, resolver: Resolver) -> Work | NotFromHere:
    """The work, unless a mail server that asks for TLSA records would refuse what it leaves behind (RFC 7671 8)."""
    shown = {one.id: one.presented_chain for one in evidence.case.observations}
    pairs = {(shown[one], chain) for one, chain in work.presented.items() if shown.get(one, ())[:1] != chain[:1]}
    for old, new in sorted(pairs, key=lambda pair: [one.fingerprint for one in pair[1]]):
        readable = [one for one in old if isinstance(one, Certificate)]
        if not readable:
            continue
        standing = await look_up(resolver, readable)
        if broken := lost(standing.published, standing.pins, new):
            return NotFromHere(
                work.cures,
                text(
                    "The TLSA records at {places} hold on to the certificate in service, and would not match the new "
                    "one. Order it for the key in service; or publish {record} beside them, wait until two of their "
                    "TTLs have passed, and make the plan again.",
                    places=broken,
                    record=advised(new[0]).text,
                ),
            )
    return work


def outlooks(evidence: Evidence) -> tuple[Outlook, ...]:
    """Every client at every port, in short."""
    return tuple(
        Outlook(verdict.observation, verdict.client, verdict.outcome.value, tuple(dict.fromkeys(verdict.error_codes)))
        for verdict in evidence.verdicts
    )


class Supposing:
    """The judge asked what would be, were other chains presented; each supposition once."""

    def __init__(self, before: Assessment) -> None:
        """`before`: as it is now."""
        self._before = before
        self._noted = noted(before.findings)
        self._known: dict[tuple[tuple[str, tuple[str, ...]], ...], tuple[Proof, Assessment]] = {}

    def __call__(self, presented: Mapping[str, Chain]) -> tuple[Proof, Assessment]:
        """What would become of the findings, and what would be seen then."""
        key = tuple(sorted((one, tuple(part.fingerprint for part in chain)) for one, chain in presented.items()))
        if key not in self._known:
            evidence = self._before.evidence
            after = judged(evidence, suppose_each(evidence.case, presented))
            self._known[key] = compare(self._noted, after.results, after.evidence.case), after
        return self._known[key]


def suppose_each(case: CaseFile, presented: Mapping[str, Chain]) -> CaseFile:
    """The case as it would be if these observations had seen these chains, with a proven key and no staple."""
    supposed = tuple(
        replace(
            seen,
            result=replace(seen.result, presented_chain=presented[seen.id], ocsp_staple=None, key_proven=True),
        )
        if seen.id in presented and isinstance(seen.result, Handshake)
        else seen
        for seen in case.observations
    )
    return replace(case, observations=supposed)


def judged(evidence: Evidence, case: CaseFile, now: datetime | None = None) -> Assessment:
    """Another case, judged as this one was. `now`: but as of this moment."""
    return assess(
        case,
        stores=evidence.stores,
        clients=tuple(evidence.clients.values()),
        settings=evidence.settings,
        now=now or evidence.now,
    )


def _refused(asked: Sequence[Work | NotFromHere], choice: Choice, supposing: Supposing) -> tuple[NotFromHere, ...]:
    """The remedies that are not carried out, each with the reason."""
    refused = [one for one in asked if isinstance(one, NotFromHere)]
    others = [one for one in asked if isinstance(one, Work) and one not in choice.works and one.presented]
    for work in others:
        if worse := supposing(work.presented)[0].introduced:
            why = text("What would cure it would bring something else: {findings}.", findings=worse)
            refused.append(NotFromHere(work.cures, why))
    return tuple(refused)


def _why(finding: str, not_from_here: Sequence[NotFromHere], unread: Sequence[Unread]) -> Text:
    """The best reason known why a finding stays."""
    for one in not_from_here:
        if finding in one.cures:
            return one.why
    if unread:
        return unread[0].said
    return text("No change to a server cures it: see the report of mailtrust check.")
