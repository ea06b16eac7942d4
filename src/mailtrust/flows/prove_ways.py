"""Prove a plan of `mailtrust discover`: walk again, and say of every finding what became of it.

A resolver may go on giving what it has kept: then nobody who asks it can see the change, and it is said for how long.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, replace

from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.plan import ChangeRecords, Plan
from mailtrust.core.model.proof import Proof
from mailtrust.core.model.text import Text, text
from mailtrust.edge.lookup.dns import Resolver
from mailtrust.edge.lookup.dns_answers import (
    AddressAnswer,
    Found,
    LookupFailed,
    MxAnswer,
    SrvAnswer,
    TextAnswer,
    ZoneTtl,
)
from mailtrust.flows.discover_all import Walked
from mailtrust.flows.plan_ways import compare_walks, own_records, zone_of
from mailtrust.flows.prove import kept

MOST_SECONDS = 15
"""For which is waited until a resolver forgets."""


@frozen
class Held:
    """A resolver still gives the records of before."""

    name: str
    type: str
    seconds: int
    """For so long at most."""
    nothing: bool = False
    """There were none before."""

    @property
    def said(self) -> Text:
        """In a sentence."""
        if self.nothing:
            return text(
                "The resolver that was asked says that {name} has no {type} records. Once there are some, it may go on "
                "for {seconds} seconds: until then whoever asks it goes the former way.",
                name=self.name,
                type=self.type,
                seconds=self.seconds,
            )
        return text(
            "The resolver that was asked gives the former {type} records of {name}. Once they are changed, it may go "
            "on for {seconds} seconds: until then whoever asks it goes the former way.",
            type=self.type,
            name=self.name,
            seconds=self.seconds,
        )


@frozen
class WaysProven:
    """A proof, and what keeps it from being seen."""

    proof: Proof
    held: tuple[Held, ...]


async def prove_ways(plan: Plan, walk: Callable[[], Awaitable[Walked]], resolver: Resolver) -> WaysProven:
    """Walk again and compare; again when a resolver has forgotten what it kept, if that is soon. Raises CouldNotLook.

    `resolver`: the one that clients' questions go to.
    """
    waited = 0
    while True:
        proof = proof_of(plan, await walk())
        held = await held_back(plan, resolver)
        wait = max((one.seconds for one in held), default=0) + 1
        if not held or kept(plan, proof) or waited + wait > MOST_SECONDS:
            return WaysProven(proof, held)
        waited += wait
        await asyncio.sleep(wait)


def proof_of(plan: Plan, walked: Walked) -> Proof:
    """What became of the plan's findings, by these walks. Pure."""
    travellers = {one.id: one for one in walked.request.travellers}
    foreseen = {one.finding for one in plan.left}
    return compare_walks(plan.findings, walked.discoveries, travellers, foreseen=foreseen, plan=plan.id)


def changed_records(plan: Plan) -> tuple[ChangeRecords, ...]:
    """The records that the plan changes."""
    return tuple(step.do for step in plan.steps if isinstance(step.do, ChangeRecords))


async def held_back(plan: Plan, resolver: Resolver) -> tuple[Held, ...]:
    """The records that the resolver still gives as they were, though the plan changes them."""
    found = []
    for change in changed_records(plan):
        now = await own_records(change.name, change.type, resolver)
        if now is not None and _spelt(now) == _spelt(change.was) != _spelt(change.shall):
            found.append(Held(change.name, change.type, await _seconds(change, resolver), not now))
    return tuple(found)


def _spelt(records: Collection[str]) -> set[tuple[str, ...]]:
    """Names in capitals or not, hexadecimal digits in groups or not: the same records."""
    return {tuple(word.rstrip(".") for word in one.lower().split()) for one in records}


async def _seconds(change: ChangeRecords, resolver: Resolver) -> int:
    answer = await resolver.texts(change.name, change.type)
    if isinstance(answer, Found):
        return change.ttl if answer.ttl is None else answer.ttl
    # RFC 2308 5: that there is nothing is kept as long as the SOA record says, at most.
    zone = await zone_of(change.name, resolver)
    soa = await resolver.texts(zone or change.zone, "SOA")
    last = soa.records[0].split()[-1] if isinstance(soa, Found) and soa.records else ""
    return int(last) if last.isascii() and last.isdigit() and len(last) < 11 else change.ttl


@dataclass(frozen=True, slots=True)
class AtTheZone:
    """Asks the zone's own server for the names that were changed there, so that nothing kept elsewhere hides it."""

    resolver: Resolver
    zone: Resolver
    """The server where the records were changed."""
    names: frozenset[str]

    async def mx(self, domain: str) -> MxAnswer:
        """No plan changes these."""
        return await self.resolver.mx(domain)

    async def srv(self, name: str) -> SrvAnswer:
        """SRV records."""
        return await self._for(name).srv(name)

    async def addresses(self, host: str) -> AddressAnswer:
        """Addresses; where a changed alias leads, the usual resolver is asked."""
        if host not in self.names:
            return await self.resolver.addresses(host)
        alias = await self.zone.texts(host, "CNAME")
        if not isinstance(alias, Found):
            return await self.zone.addresses(host)
        target = alias.records[0].rstrip(".")
        there = await self.resolver.addresses(target)
        return there if isinstance(there, LookupFailed) else replace(there, aliases=(target, *there.aliases))

    async def texts(self, name: str, record_type: str) -> TextAnswer:
        """Records of any other type."""
        return await self._for(name).texts(name, record_type)

    async def zone_ttl(self, name: str, record_type: str) -> ZoneTtl | None:
        """As the usual one finds it."""
        return await self.resolver.zone_ttl(name, record_type)

    def _for(self, name: str) -> Resolver:
        return self.zone if name in self.names else self.resolver


def at_the_zone(plan: Plan, resolver: Resolver, zone: Resolver) -> Resolver:
    """For a proof right after the change. TLSA records are left out: they count by a validating resolver alone."""
    names = frozenset(one.name for one in changed_records(plan) if one.type != "TLSA")
    return AtTheZone(resolver, zone, names)
