"""Endpoints as people name them, how far an attempt came, and which clients speak there."""

from collections.abc import Iterable

from mailtrust.core.model.client import ClientProfile
from mailtrust.core.model.endpoint import Offer, Protocol
from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.observation import Observation, ProbeFailure, Stage
from mailtrust.core.model.verdict import Outcome
from mailtrust.core.rules.grounds.served import place

BEFORE_TLS = (Stage.RESOLVE, Stage.CONNECT, Stage.GREETING)
"""Stages at which nothing is known about TLS yet."""


def by_place(evidence: Evidence, offer: Offer = Offer.DEFAULT) -> dict[str, tuple[Observation, ...]]:
    """The observations with this offer by `host:port`, in the order met: one for each address."""
    groups: dict[str, list[Observation]] = {}
    for seen in evidence.case.observations:
        if seen.offer is offer:
            groups.setdefault(place(seen), []).append(seen)
    return {where: tuple(group) for where, group in groups.items()}


def failed_before_tls(seen: Observation) -> bool:
    """Whether the attempt ended before anything could be said about TLS."""
    return isinstance(seen.result, ProbeFailure) and seen.result.stage in BEFORE_TLS


def speaking(evidence: Evidence, protocols: Iterable[Protocol]) -> tuple[str, ...]:
    """The asked clients that speak one of the protocols and do not go on without TLS."""
    wanted = frozenset(protocols)
    return tuple(
        client
        for client, profile in evidence.clients.items()
        if not profile.speaks.isdisjoint(wanted) and demands_tls(profile)
    )


def demands_tls(profile: ClientProfile) -> bool:
    """Whether a failed handshake stops the client: opportunistic senders go on in the clear."""
    return profile.on_failure.outcome is not Outcome.ACCEPTED
