"""Write the best cure of walks down as a plan: records as steps that a program carries out, the rest for a person."""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from mailtrust.core.discovery.outcome import for_servers
from mailtrust.core.discovery.traveller import Traveller
from mailtrust.core.model.anchors import AnchorStore
from mailtrust.core.model.plan import LeftOver, Outlook, Plan, PlanStep
from mailtrust.core.model.proof import Noted, Proof
from mailtrust.core.model.text import text
from mailtrust.core.model.walk import Answer, Book, DnsAnswer, DnsQuestion, Meets, Question, Walk
from mailtrust.core.remedies.finding.bonds import NOTHING_HOLDS
from mailtrust.core.remedies.finding.changes import Change, SupposedBook
from mailtrust.core.rules.grounds.comparing import compare_ways, noted_ways
from mailtrust.core.targets.mending.steps import people_steps
from mailtrust.core.targets.parts.finding_servers import steps_for
from mailtrust.core.targets.parts.zone_changes import Place, Standing, in_order, places_of, record_steps
from mailtrust.core.targets.parts.zone_records import TTL
from mailtrust.edge.lookup.dns import Resolver
from mailtrust.edge.lookup.dns_answers import Found, LookupFailed
from mailtrust.flows.cure import foreseen
from mailtrust.flows.discover import Discovery
from mailtrust.flows.discover_all import Walked
from mailtrust.flows.walk_findings import judge_each
from mailtrust.version import __version__

WAY = "way"
"""Beside the rules: one client's way for one address, which is well or not."""
STAYS = text("No change that was found cures it: see the report of mailtrust discover.")
NEW = text("The cure itself brings it.")


async def plan_ways(
    walked: Walked, stores: Mapping[str, AnchorStore], resolver: Resolver, *, made: datetime, looking: tuple[str, ...]
) -> Plan:
    """The plan. Nothing is changed by making it. `resolver`: is asked what stands where records will change."""
    changes = _changes(walked)
    standing = await standing_at(dict.fromkeys(place for one in changes for place in places_of(one)), resolver)
    travellers = {one.id: one for one in walked.request.travellers}
    # Judged without the cure: what is said about a certificate that nobody has yet is no finding to be mended.
    judged = judge_each(walked.discoveries, travellers, None, walked.books)
    findings = (
        *noted_ways(finding for one in judged for finding in one.findings),
        *_ways_not_well(outlooks(walked.discoveries, travellers)),
    )
    after = _afterwards(walked, stores, changes)
    predicted = compare_walks(findings, after, travellers)
    cured = set(predicted.resolved) if changes else set[str]()
    return Plan(
        target=", ".join(dict.fromkeys(one.address for one in walked.discoveries)),
        made=made,
        version=__version__,
        looking=looking,
        facts=(),
        steps=_steps(walked, changes, standing),
        cures=tuple(one.id for one in findings if one.id in cured),
        left=(
            *(LeftOver(one.id, STAYS) for one in findings if one.id not in cured),
            *(LeftOver(one, NEW) for one in predicted.introduced),
        ),
        before=outlooks(walked.discoveries, travellers),
        after=outlooks(after, travellers),
        findings=findings,
        looked_by="discover",
    )


def compare_walks(
    before: Iterable[Noted],
    discoveries: Sequence[Discovery],
    travellers: Mapping[str, Traveller],
    *,
    foreseen: Collection[str] = (),
    plan: str = "",
) -> Proof:
    """What became of findings, and of clients that did not find their server silently, by these walks. Pure."""
    before = tuple(before)
    judged = [judge_each((one,), travellers, None, {one.situation.inside: one.book}) for one in discoveries]
    results = tuple(result for several in judged for one in several for result in one.results)
    now = {_way(one): one.outcome for one in outlooks(discoveries, travellers)}
    lost = {one.id for one in _ways_not_well(outlooks(discoveries, travellers))}
    of_rules = compare_ways(
        (one for one in before if one.rule != WAY), results, gone_in(discoveries), foreseen=foreseen, plan=plan
    )
    ways = [one.id for one in before if one.rule == WAY]
    return Proof(
        plan,
        (*of_rules.resolved, *(one for one in ways if now.get(one) == "accepted")),
        (*of_rules.remaining, *(one for one in ways if one in lost)),
        (*of_rules.introduced, *(one for one in now if one in lost - {*ways, *foreseen})),
        (*of_rules.unproven, *(one for one in ways if now.get(one, "unknown") == "unknown")),
    )


def _ways_not_well(found: Iterable[Outlook]) -> tuple[Noted, ...]:
    """Clients that find nothing, or whose users are warned or asked, as what is to be mended for an address."""
    bad = (one for one in found if one.outcome in ("refused", "warned"))
    return tuple(Noted(_way(one), WAY, (f"{one.client}:{one.endpoint}",)) for one in bad)


def _way(one: Outlook) -> str:
    return f"{WAY}:{one.client}:{one.endpoint}"


def gone_in(discoveries: Iterable[Discovery]) -> frozenset[str]:
    """The names that DNS says are not there, on every side where they were asked for."""
    answers = [
        (question.name, answer.status in ("no-such-name", "no-data"))
        for one in discoveries
        for question, answer in one.book.items()
        if isinstance(question, DnsQuestion) and question.type == "A" and isinstance(answer, DnsAnswer)
    ]
    return frozenset(name for name, _ in answers) - {name for name, absent in answers if not absent}


def _changes(walked: Walked) -> tuple[Change, ...]:
    best = walked.cures.best.changes if walked.cures is not None else ()
    return in_order(dict.fromkeys((*best, *(change for one in walked.receiving for change in one.changes))))


def _steps(walked: Walked, changes: Iterable[Change], standing: Mapping[Place, Standing]) -> tuple[PlanStep, ...]:
    server = walked.cures.server if walked.cures is not None else None
    bonds = walked.cures.bonds if walked.cures is not None else NOTHING_HOLDS
    steps: list[PlanStep] = []
    for change in changes:
        by_person = people_steps(steps_for(change, server, bonds))
        made = record_steps(change, standing)
        steps += by_person if made is None else made
        if made and len(walked.books) > 1:
            inside = text("The zone inside is another: make the same change there, where it has the name. {what}",
                          what=by_person[0].say)  # fmt: skip
            steps.append(replace(by_person[0], say=inside))
    return tuple(replace(step, id=str(number)) for number, step in enumerate(dict.fromkeys(steps), 1))


def _afterwards(
    walked: Walked, stores: Mapping[str, AnchorStore], changes: tuple[Change, ...]
) -> tuple[Discovery, ...]:
    """The walks as they are expected to be; one of which nobody can tell stays as it is, and promises nothing."""
    pairs = [(one, replace(walked.request, address=one.address, situation=one.situation)) for one in walked.discoveries]
    server = walked.cures.server if walked.cures is not None else None
    ways = foreseen(walked.books, pairs, stores, server, changes)

    def way(walk: Walk, *, inside: bool) -> Walk:
        return ways.get((walk.address, walk.client, inside), walk)

    return tuple(
        replace(
            one,
            walks=tuple(way(walk, inside=one.situation.inside) for walk in one.walks),
            book=_supposed(walked.books[one.situation.inside], changes, inside=one.situation.inside),
        )
        for one in walked.discoveries
    )


def _supposed(book: Book, changes: tuple[Change, ...], *, inside: bool) -> dict[Question, Answer]:
    supposed = SupposedBook(book, changes, inside=inside)
    known: dict[Question, Answer] = {}
    for question in book:
        try:
            known[question] = supposed[question]
        except KeyError:  # what is met there then, nobody has asked
            continue
    return known


def outlooks(discoveries: Iterable[Discovery], travellers: Mapping[str, Traveller]) -> tuple[Outlook, ...]:
    """What becomes of every client, for each address."""
    return tuple(_outlook(walk, travellers[walk.client]) for one in discoveries for walk in one.walks)


def _outlook(walk: Walk, traveller: Traveller) -> Outlook:
    met = walk.met
    if for_servers(walk):  # Every MX host counts (RFC 8461 8.4)
        met = (*met, *(one for one in walk.attempts if one.meets is Meets.WARNING))
    codes = tuple(dict.fromkeys(code for one in met if one.verdict is not None for code in one.verdict.error_codes))
    where = f"{walk.address} (inside)" if walk.situation.inside else walk.address
    unanswered = any(one.dns is not None and one.dns.status == "failed" for one in walk.attempts)
    if traveller.unknown_because is not None or (walk.found is None and unanswered):
        return Outlook(where, walk.client, "unknown")
    if walk.found is None:
        return Outlook(where, walk.client, "refused", codes)
    return Outlook(where, walk.client, "warned" if met else "accepted", codes)


async def standing_at(places: Iterable[Place], resolver: Resolver) -> dict[Place, Standing]:
    """What stands there; what nobody could tell is missing."""
    wanted = tuple(places)
    found = await asyncio.gather(*(_stands_at(name, kind, resolver) for name, kind in wanted))
    return {place: one for place, one in zip(wanted, found, strict=True) if one is not None}


async def _stands_at(name: str, kind: str, resolver: Resolver) -> Standing | None:
    zone = await zone_of(name, resolver)
    values = await own_records(name, kind, resolver)
    if zone is None or values is None:
        return None
    if not values:
        return Standing(zone, ())
    told = await resolver.zone_ttl(name, kind)
    answer = await resolver.texts(name, kind)
    left = answer.ttl if isinstance(answer, Found) else None
    return Standing(zone, values, told.seconds if told is not None else left or TTL)


async def own_records(name: str, kind: str, resolver: Resolver) -> tuple[str, ...] | None:
    """The records of the name itself, not of one that it leads to; None where nobody could tell."""
    answer = await resolver.texts(name, kind)
    if isinstance(answer, LookupFailed):
        return None
    return answer.records if isinstance(answer, Found) and not (answer.aliases and kind != "CNAME") else ()


async def zone_of(name: str, resolver: Resolver) -> str | None:
    """The zone that a name is in: the nearest name above with an SOA record (RFC 1034 4.2)."""
    labels = name.split(".")
    for at in range(len(labels)):
        above = ".".join(labels[at:])
        answer = await resolver.texts(above, "SOA")
        if isinstance(answer, LookupFailed):
            return None
        if isinstance(answer, Found) and not answer.aliases:
            return above
    return None
