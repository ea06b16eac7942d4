"""Look at a mail server and judge what was seen: find endpoints, probe, gather issuers, assess."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import field, replace
from datetime import datetime
from typing import Protocol as Interface

from mailtrust.core.formats.connect_to import Detours
from mailtrust.core.formats.target import Target
from mailtrust.core.model.anchors import AnchorStore
from mailtrust.core.model.case_file import CaseFile, Lookup, StoreReference
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.client import ClientProfile
from mailtrust.core.model.endpoint import Endpoint, Offer
from mailtrust.core.model.evidence import Assessment
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.observation import FailureKind, Observation, ProbeFailure, Stage
from mailtrust.core.model.pool import Pool, PoolEntry, Source
from mailtrust.core.model.settings import Settings
from mailtrust.edge.lookup.dns import Resolver
from mailtrust.edge.lookup.dns_answers import Absent, LookupFailed
from mailtrust.flows.endpoints import Kind, Places, find_endpoints
from mailtrust.flows.issuers import IssuerSource, gather, wanting_issuers
from mailtrust.flows.status_source import Extent, StatusSource, nobody
from mailtrust.version import __version__

OFFERS = (Offer.DEFAULT, Offer.NO_SNI, Offer.RSA, Offer.ECDSA)
"""What is said to each port, most important first: four connections (invariant: a default check makes no more)."""

TARGETS_AT_ONCE = 50
"""Targets of one run that are looked at at the same time."""


@frozen
class Progress:
    """How far a check has come, for whoever watches."""

    stage: str
    """looking-up, probing, gathering; or targets, where there are several."""
    done: int
    total: int


OnProgress = Callable[[Progress], None]


@frozen
class CheckRequest:
    """What to check and for whom."""

    target: Target
    title: str
    """The target as the user wrote it."""
    clients: tuple[ClientProfile, ...]
    settings: Settings = field(default_factory=Settings)
    at: datetime | None = None
    """Judge as of this time; None: now."""
    roots: tuple[Certificate, ...] = ()
    deployed: tuple[str, ...] = ()
    hypothetical: tuple[Certificate, ...] = ()
    detours: Detours = field(default_factory=Detours)
    also: tuple[tuple[str, int | None], ...] = ()
    kind: Kind | None = None
    fetch_issuers: bool = True
    revocation: Extent = "profile"
    per_host: int | None = None
    offers: tuple[Offer, ...] = OFFERS
    others: tuple[Target, ...] = ()
    """Looked at together with the target, as one case."""

    @classmethod
    def of(cls, target: str) -> "CheckRequest":
        """A check of this TARGET, as on the command line, for every client. Raises TargetError."""
        from mailtrust.core.clients import CLIENTS
        from mailtrust.core.formats.target import parse_target

        return cls(parse_target(target), target, CLIENTS)


class Prober(Interface):
    """Connects to ports, politely."""

    def __call__(
        self,
        wishes: Sequence[tuple[Endpoint, Offer]],
        *,
        per_host: int | None,
        on_progress: OnProgress | None,
    ) -> Awaitable[tuple[Observation, ...]]:
        """Carry out the wishes and give what was seen."""
        ...


@frozen
class Edge:
    """Everything a check needs from outside, each replaceable by a fake of the same interface."""

    resolver: Resolver
    probe: Prober
    issuers: tuple[IssuerSource, ...]
    load_stores: Callable[[Iterable[str]], Mapping[str, AnchorStore]]
    now: Callable[[], datetime]
    remember: Callable[[Iterable[Certificate]], None] = lambda _: None
    """Keep what was seen, for the catalogue of later runs."""
    status: StatusSource = nobody
    """Asks responders and fetches lists."""
    first_sight: Callable[[Endpoint], Awaitable[Observation]] | None = None
    """One default hello, told as soon as it is seen, while the connection is still being left; None: by `probe`."""
    farewells: Callable[[], Awaitable[None]] | None = None
    """Wait until all of these are left."""


async def check(request: CheckRequest, edge: Edge, on_progress: OnProgress | None = None) -> Assessment:
    """Look and judge. Raises nothing for what a server or a network does: that is part of the answer."""
    stores = edge.load_stores(stores_of(request))
    return judge(await look(request, edge, stores, on_progress), request, stores)


def stores_of(request: CheckRequest) -> tuple[str, ...]:
    """The names of the stores that the asked clients trust."""
    return tuple(sorted({client.anchor_store for client in request.clients}))


async def look(
    request: CheckRequest, edge: Edge, stores: Mapping[str, AnchorStore], on_progress: OnProgress | None = None
) -> CaseFile:
    """Record the facts: everything up to, and without, judging. `stores` tell which issuers need not be looked for."""
    started = edge.now()
    _tell(on_progress, "looking-up")
    places = Places.together(
        [
            await find_endpoints(target, edge.resolver, detours=request.detours, also=request.also, kind=request.kind)
            for target in (request.target, *request.others)
        ]
    )
    nowhere = tuple(
        _nowhere(endpoint, places.absent[endpoint.host], started)
        for endpoint in places.endpoints
        if not endpoint.address
    )
    wishes = [(endpoint, offer) for offer in request.offers for endpoint in places.endpoints if endpoint.address]
    probed = await edge.probe(
        [(endpoint, offer) for endpoint, offer in wishes if offer is not Offer.NO_SNI or endpoint.server_name],
        per_host=request.per_host,
        on_progress=on_progress,
    )
    observations = (*nowhere, *probed)
    _tell(on_progress, "gathering")
    wanting = wanting_issuers(observations, (*stores.values(),), request.roots, request.at or started)
    case = CaseFile(
        target=request.title,
        at=started,
        version=__version__,
        observations=observations,
        pool=Pool(),
        local_roots=request.roots,
        deployed=request.deployed,
        hypothetical=request.hypothetical,
    )
    # Only here, and `assess` below: judging is much to import, and may be while servers are waited for (cli/check.py).
    from mailtrust.flows.revocation import Inquiry

    inquiry = Inquiry(edge.status, request.revocation, request.clients, stores, request.at or started)
    # Where the chain is whole nobody need wait for issuers to ask about it.
    (pool, downloads), _ = await asyncio.gather(
        gather(observations, wanting, edge.issuers if request.fetch_issuers else ()), inquiry.ask(case)
    )
    edge.remember(entry.certificate for entry in pool)
    case = replace(case, pool=pool)
    await inquiry.ask(case)
    lookups = (*places.lookups, *_left_out(places.endpoints, observations), *downloads, *inquiry.lookups)
    return replace(case, lookups=lookups, fetched=tuple(inquiry.fetched), hypothetical=())


async def look_at_all(
    requests: Sequence[CheckRequest],
    edge: Edge,
    stores: Mapping[str, AnchorStore],
    on_progress: OnProgress | None = None,
) -> tuple[CaseFile, ...]:
    """The facts of many targets, in the order of the requests; some are looked at at the same time."""
    if len(requests) == 1:
        return (await look(requests[0], edge, stores, on_progress),)
    places = asyncio.Semaphore(TARGETS_AT_ONCE)
    finished = 0
    _tell(on_progress, "targets", 0, len(requests))

    async def one(request: CheckRequest) -> CaseFile:
        nonlocal finished
        async with places:
            case = await look(request, edge, stores)
        finished += 1
        _tell(on_progress, "targets", finished, len(requests))
        return case

    return tuple(await asyncio.gather(*map(one, requests)))


def judge(case: CaseFile, request: CheckRequest, stores: Mapping[str, AnchorStore]) -> Assessment:
    """Judge recorded facts as the request asks, as of its time or else of the time of looking.

    The clock is not asked, so that the same case gives the same again. What the request supposes (roots, the ways of
    their deployment, another chain) counts instead of what was supposed when the case was recorded. The judged case
    names the stores that it was judged with first.
    """
    from mailtrust.flows.assess import assess

    used = tuple(
        StoreReference(store.name, store.date, store.provenance, store.digest, len(store))
        for _, store in sorted(stores.items())
    )
    pool = case.pool
    if request.hypothetical:
        given = [PoolEntry(certificate, frozenset({Source.GIVEN})) for certificate in request.hypothetical]
        pool = Pool.merge((*pool, *given))
    # A recorded case keeps the names of the stores it was first judged with: the report says where they differ.
    judged = replace(
        case,
        stores=case.stores or used,
        hypothetical=request.hypothetical or case.hypothetical,
        local_roots=request.roots or case.local_roots,
        deployed=request.deployed if request.roots else request.deployed or case.deployed,
        pool=pool,
    )
    return assess(judged, stores=stores, clients=request.clients, settings=request.settings, now=request.at or case.at)


def _nowhere(endpoint: Endpoint, why: Absent, at: datetime) -> Observation:
    kind = FailureKind.LOOKUP_FAILED if isinstance(why, LookupFailed) else FailureKind.NO_ADDRESS
    return Observation(endpoint, Offer.DEFAULT, at, ProbeFailure(Stage.RESOLVE, kind, str(why).rstrip(".")))


def _left_out(endpoints: Sequence[Endpoint], observations: Sequence[Observation]) -> tuple[Lookup, ...]:
    """The endpoints that politeness forbade to ask: a check makes at most four connections to one port."""
    seen = {observation.endpoint for observation in observations}
    return tuple(
        Lookup("probe", endpoint.id, (), "left out: this port of this address was asked four times already")
        for endpoint in endpoints
        if endpoint not in seen
    )


def _tell(on_progress: OnProgress | None, stage: str, done: int = 0, total: int = 0) -> None:
    if on_progress is not None:
        on_progress(Progress(stage, done, total))
