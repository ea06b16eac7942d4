"""An outside made of dictionaries: servers, issuers, stores and a clock, each of the same shape as the real one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import pytest

from mailtrust.core.clients import CLIENTS
from mailtrust.core.formats.target import parse_target
from mailtrust.core.model.anchors import AnchorStore, TrustAnchor
from mailtrust.core.model.case_file import Lookup
from mailtrust.core.model.certificate import AnyCertificate, Certificate
from mailtrust.core.model.endpoint import Endpoint, Offer
from mailtrust.core.model.evidence import Assessment
from mailtrust.core.model.observation import FailureKind, Handshake, Observation, ProbeFailure, Stage
from mailtrust.core.model.pool import PoolEntry, Source
from mailtrust.core.model.verdict import Outcome
from mailtrust.edge.lookup.dns import FakeResolver
from mailtrust.edge.lookup.dns_answers import Found
from mailtrust.flows.check import CheckRequest, Edge, OnProgress, Progress

ADDRESS = "192.0.2.1"
URL = "http://ca.example.com/issuing.crt"
INDIFFERENT = frozenset({"mta-opportunistic"})

Chain = Sequence[AnyCertificate]


@dataclass
class Outside:
    """What a check meets. Keys of `servers` are (address, port), or (address, port, offer) where that matters."""

    now: datetime
    root: Certificate
    servers: dict[tuple[object, ...], Chain | ProbeFailure] = field(default_factory=dict)
    hosts: dict[str, Any] = field(default_factory=dict)
    known: dict[str, tuple[Certificate, ...]] = field(default_factory=dict)
    """What is offered at a caIssuers URL."""
    stores: dict[str, AnchorStore] = field(default_factory=dict)
    left_out: set[tuple[str, int, str]] = field(default_factory=set)
    """Host, port and address that the prober has no connection left for."""
    wishes: list[tuple[Endpoint, Offer]] = field(default_factory=list)
    downloads: list[str] = field(default_factory=list)
    remembered: list[Certificate] = field(default_factory=list)
    ticks: int = 0

    def present(self, *chain: AnyCertificate, port: int = 993, address: str = ADDRESS) -> None:
        self.servers[address, port] = chain

    def edge(self) -> Edge:
        return Edge(
            resolver=FakeResolver(hosts=self.hosts),
            probe=self._probe,
            issuers=(self._download,),
            load_stores=self.load_stores,
            now=self._clock,
            remember=self.remembered.extend,
        )

    def load_stores(self, names: Iterable[str]) -> Mapping[str, AnchorStore]:
        return {name: self.stores[name] if name in self.stores else store(name, self.now, self.root) for name in names}

    def _clock(self) -> datetime:
        """It goes on with every look at it, as clocks do."""
        self.ticks += 1
        return self.now.replace(microsecond=self.ticks)

    async def _probe(
        self, wishes: Sequence[tuple[Endpoint, Offer]], *, per_host: int | None, on_progress: OnProgress | None
    ) -> tuple[Observation, ...]:
        self.wishes += wishes
        if on_progress is not None:
            on_progress(Progress("probing", len(wishes), len(wishes)))
        return tuple(
            self._met(endpoint, offer)
            for endpoint, offer in wishes
            if (endpoint.host, endpoint.port, endpoint.address) not in self.left_out
        )

    def _met(self, endpoint: Endpoint, offer: Offer) -> Observation:
        port = endpoint.connect_port or endpoint.port
        refused = ProbeFailure(Stage.CONNECT, FailureKind.REFUSED, "ECONNREFUSED")
        met = self.servers.get((endpoint.address, port, offer), self.servers.get((endpoint.address, port), refused))
        if not isinstance(met, ProbeFailure):
            met = Handshake("TLSv1.3", "TLS_AES_128_GCM_SHA256", tuple(met), None, key_proven=True, completed=True)
        return Observation(endpoint, offer, self.now, met)

    async def _download(self, certificates: Sequence[Certificate]) -> tuple[list[PoolEntry], list[Lookup]]:
        """As the real one: every URL once, and the issuers of what was found."""
        entries: list[PoolEntry] = []
        asked: list[Lookup] = []
        waiting = list(certificates)
        while waiting:
            for url in waiting.pop(0).ca_issuers:
                if url in {lookup.question for lookup in asked}:
                    continue
                self.downloads.append(url)
                found = self.known.get(url, ())
                entries += [PoolEntry(one, frozenset({Source.AIA}), (url,)) for one in found]
                asked.append(Lookup("aia", url, (f"{len(found)} certificates",), "" if found else "404 Not Found"))
                waiting += found
        return entries, asked


def store(name: str, date: datetime, *anchors: Certificate) -> AnchorStore:
    digest = "".join(sorted(one.fingerprint for one in anchors))[:64].ljust(64, "0")
    return AnchorStore(name, date, "made here", digest, tuple(TrustAnchor(one) for one in anchors))


@pytest.fixture
def make_store() -> Callable[..., AnchorStore]:
    return store


@pytest.fixture
def outside(caseworld: Any) -> Outside:
    """One host with two names; nobody serves anything yet."""
    made = Outside(caseworld.now, caseworld.root.certificate)
    made.hosts[caseworld.host] = Found((ADDRESS,))
    return made


@pytest.fixture
def ask() -> Callable[..., CheckRequest]:
    """A request for every client, with whatever a test wants otherwise."""

    def make(target: str = "imaps://mail.example.com", **wanted: Any) -> CheckRequest:
        return replace(CheckRequest(parse_target(target), target, CLIENTS), **wanted)

    return make


@pytest.fixture
def accepting() -> Callable[[Assessment], set[str]]:
    """The clients that accept everywhere, without those that take whatever they are given and so prove nothing."""

    def collect(assessment: Assessment) -> set[str]:
        verdicts = assessment.evidence.verdicts
        stopped = {verdict.client for verdict in verdicts if verdict.outcome is not Outcome.ACCEPTED}
        return {verdict.client for verdict in verdicts} - stopped - INDIFFERENT

    return collect


@pytest.fixture
def incomplete(outside: Outside, caseworld: Any) -> Outside:
    """A server that sends no intermediate, which can be downloaded."""
    outside.present(caseworld.leaf(ca_issuers=(URL,)))
    outside.known[URL] = (caseworld.intermediate.certificate,)
    return outside
