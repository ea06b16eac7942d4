"""Which chain to serve with a certificate: whole, in time, valid for most clients, never the root."""

from datetime import datetime

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.client import ClientProfile
from mailtrust.core.model.endpoint import Endpoint, Offer, Protocol, TlsMode
from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.observation import Handshake, Observation
from mailtrust.core.model.verdict import ReasonSeverity
from mailtrust.core.rules.grounds.completeness import in_time
from mailtrust.core.validation.ascents import Ascent, ascents
from mailtrust.core.validation.evaluate import evaluate

MOST_CANDIDATES = 8
"""Chains that are judged for every client; the rest are worse on paper already."""

OF_THE_CHAIN = frozenset(
    {
        "chain-incomplete",
        "anchor-unknown",
        "anchor-distrusted",
        "signature-invalid",
        "name-constraint-violated",
        "path-budget-exceeded",
        "policy-violated",
    }
)
"""What another chain may cure although it is said of the leaf. Its names, dates and key no chain can cure."""


@frozen
class BestChain:
    """A chain to be served."""

    leaf: Certificate
    intermediates: tuple[Certificate, ...]
    """The leaf's issuer first."""
    clients: tuple[str, ...]
    """The clients that get from it to an anchor of theirs without complaint."""
    in_time: bool
    """Every intermediate is valid now."""
    outlives: bool
    """Every intermediate lasts as long as the leaf."""


def best_chain(evidence: Evidence, leaf: Certificate) -> BestChain | None:
    """The best chain for `leaf` from all that is known; None when no way leads to an anchor or a root.

    A chain in which an intermediate ends before the leaf is taken only when there is no other that some client takes.
    """
    candidates: dict[tuple[str, ...], Ascent] = {}
    for way in ascents(evidence, leaf):
        if way.whole:
            candidates.setdefault(tuple(one.fingerprint for one in way.intermediates), way)
    # A root that stands in no store can be the end of a private chain, but not when a store knows another end.
    anchored = {key: way for key, way in candidates.items() if way.clients} or candidates
    promising = sorted(anchored.values(), key=lambda way: (not in_time(way, evidence.now), -len(way.clients)))
    judged = [_judge(evidence, leaf, way) for way in promising[:MOST_CANDIDATES]]
    return min(judged, key=_rank, default=None)


def _rank(chain: BestChain) -> tuple[bool, bool, bool, int, int, float]:
    first_end = min((one.not_after.timestamp() for one in chain.intermediates), default=0.0)
    return (
        not chain.in_time,
        not chain.clients,
        not chain.outlives,
        -len(chain.clients),
        len(chain.intermediates),
        -first_end,
    )


def _judge(evidence: Evidence, leaf: Certificate, way: Ascent) -> BestChain:
    chain = (leaf, *way.intermediates)
    content = tuple(client for client, profile in evidence.clients.items() if _satisfies(evidence, chain, profile))
    return BestChain(
        leaf=leaf,
        intermediates=way.intermediates,
        clients=content,
        in_time=in_time(way, evidence.now),
        outlives=all(one.not_after >= leaf.not_after for one in way.intermediates),
    )


def _satisfies(evidence: Evidence, chain: tuple[Certificate, ...], client: ClientProfile) -> bool:
    """Whether the client would find nothing wrong above the leaf, were this chain presented to it."""
    store = evidence.stores.get(client.anchor_store)
    if store is None or client.unknown_because:
        return False
    case = evidence.case
    verdict = evaluate(
        _presenting(chain, evidence.now),
        pool=case.pool,
        store=store,
        client=client,
        now=evidence.now,
        local_anchors=case.local_anchors() if client.reached(case.deployed) else (),
        fetched=case.fetched,
    )
    return not any(
        reason.severity is ReasonSeverity.ERROR
        and (reason.code in OF_THE_CHAIN or reason.certificate not in (None, chain[0].fingerprint))
        for reason in verdict.reasons
    )


def _presenting(chain: tuple[Certificate, ...], now: datetime) -> Observation:
    """A server that would present this chain, and is otherwise as good as it can be."""
    name = next(iter((*chain[0].dns_names, *chain[0].ip_addresses)), "localhost")
    endpoint = Endpoint(name, 443, Protocol.TLS, TlsMode.IMPLICIT, "", name, "supposed")
    handshake = Handshake("TLSv1.3", "", chain, None, key_proven=True, completed=True)
    return Observation(endpoint, Offer.DEFAULT, now, handshake)
