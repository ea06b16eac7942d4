"""What is drawn: ports that present the same chain, folded, each with its way up to an anchor and the gaps in it."""

from collections.abc import Sequence
from dataclasses import replace

from mailtrust.core.model.certificate import AnyCertificate, Certificate, Name
from mailtrust.core.model.endpoint import Offer
from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.observation import FailureKind, Handshake, Observation, ProbeFailure
from mailtrust.core.model.verdict import ReasonSeverity
from mailtrust.core.rules.grounds.completeness import Gap, gap, in_time, whereabouts
from mailtrust.core.validation.ascents import Ascent, ascents, self_signed

DRAWN_ELSEWHERE = frozenset(
    {"chain-incomplete", "anchor-unknown", "anchor-private", "self-signed", "chain-wrong-order", "chain-root-included"}
)
"""Reasons that the picture shows by itself."""

SILENT = frozenset({FailureKind.REFUSED, FailureKind.UNREACHABLE, FailureKind.TIMEOUT, FailureKind.NO_ADDRESS})
"""Failures to which the server adds no words of its own."""


@frozen
class Presented:
    """A certificate of the way up that the server sent; `positions` count from 1."""

    certificate: AnyCertificate
    positions: tuple[int, ...]


@frozen
class Missing:
    """A certificate of the way up that the server should send and does not."""

    certificate: Certificate
    origins: tuple[str, ...]


@frozen
class Anchor:
    """The end of the way: in somebody's store, or assumed there; sent along as well where it has positions."""

    certificate: Certificate
    clients: int
    """How many of the clients asked have it in their store."""
    assumed: bool
    positions: tuple[int, ...]


@frozen
class Untrusted:
    """A self-signed end that stands in no store."""

    certificate: Certificate
    positions: tuple[int, ...]
    origins: tuple[str, ...]


@frozen
class OpenEnd:
    """An issuer whose certificate was found nowhere."""

    name: Name


Rung = Presented | Missing | Anchor | Untrusted | OpenEnd


def is_broken(rung: Rung, above: Rung) -> bool:
    """Whether the way from one rung to the next cannot be gone with what was sent."""
    return isinstance(rung, Missing) or isinstance(above, (Missing, OpenEnd, Untrusted))


@frozen
class Branch:
    """Observations that presented the same chain."""

    observations: tuple[Observation, ...]
    rungs: tuple[Rung, ...]
    """Leaf first."""
    idle: tuple[Presented, ...]
    """What was sent and is no part of the way."""
    other_ends: tuple[Anchor, ...]
    """Anchors to which other ways lead, for clients that do not have the drawn one."""
    troubles: dict[str, dict[str, int]]
    """By fingerprint: reason code and how many clients it stops."""

    @property
    def tls_versions(self) -> tuple[str, ...]:
        """Every TLS version that was spoken."""
        return tuple(
            sorted({seen.result.tls_version for seen in self.observations if isinstance(seen.result, Handshake)})
        )


@frozen
class FailedBranch:
    """Observations that failed in the same way."""

    observations: tuple[Observation, ...]
    failure: ProbeFailure


def branches(evidence: Evidence) -> tuple[Branch, ...]:
    """One branch for each chain that is presented anywhere, in the order of the case."""
    by_chain: dict[tuple[str, ...], list[Observation]] = {}
    default: dict[str, tuple[str, ...]] = {}
    for seen, _ in evidence.handshakes:
        chain = tuple(one.fingerprint for one in seen.presented_chain)
        if seen.offer is Offer.DEFAULT:
            default[seen.endpoint.id] = chain
        elif default.get(seen.endpoint.id) == chain:
            continue  # Another hello that changed nothing is no news.
        by_chain.setdefault(chain, []).append(seen)
    return tuple(_branch(evidence, tuple(seen)) for seen in by_chain.values())


def failed_branches(evidence: Evidence) -> tuple[FailedBranch, ...]:
    """One branch for each way to fail. Only the default hello counts: the others are questions, and no is an answer."""
    by_failure: dict[ProbeFailure, list[Observation]] = {}
    for seen in evidence.case.observations:
        if isinstance(seen.result, ProbeFailure) and seen.offer is Offer.DEFAULT:
            failure = replace(seen.result, detail="") if seen.result.kind in SILENT else seen.result
            by_failure.setdefault(failure, []).append(seen)
    return tuple(FailedBranch(tuple(seen), failure) for failure, seen in by_failure.items())


def _branch(evidence: Evidence, seen: tuple[Observation, ...]) -> Branch:
    chain = seen[0].presented_chain
    positions: dict[str, tuple[int, ...]] = {}
    for number, one in enumerate(chain, 1):
        positions[one.fingerprint] = (*positions.get(one.fingerprint, ()), number)
    rungs: tuple[Rung, ...] = ()
    other_ends: tuple[Anchor, ...] = ()
    if chain and isinstance(leaf := chain[0], Certificate):
        lacking = gap(evidence, leaf, chain)
        ways = ascents(evidence, leaf)
        way = _drawn(evidence, ways, lacking, positions)
        rungs = _rungs(evidence, way, positions)
        other_ends = _other_ends(evidence, way, ways, positions)
    elif chain:
        rungs = (Presented(chain[0], positions[chain[0].fingerprint]),)
    return Branch(seen, rungs, _idle(chain, rungs, positions), other_ends, _troubles(evidence, seen))


def _drawn(
    evidence: Evidence, ways: Sequence[Ascent], lacking: Gap | None, positions: dict[str, tuple[int, ...]]
) -> Ascent:
    """The way to draw: the one that a finding speaks of; else the one that most clients can go with what was sent."""

    def rank(way: Ascent) -> tuple[bool, bool, int, bool, int, bool, int]:
        missing = {one.fingerprint for one in way.intermediates} - set(positions)
        named = {one.fingerprint for one in lacking.missing} if lacking else set()
        clients = len(way.clients)
        return (
            missing != named,
            not way.whole,
            len(missing - named),
            not in_time(way, evidence.now),
            -clients,
            # An anchor is a name and a key (RFC 5280 6.1.1 d): the root itself is drawn, not its cross-certificate.
            not self_signed(way.end),
            len(way.certificates),
        )

    return min(ways, key=rank)


def _rungs(evidence: Evidence, way: Ascent, positions: dict[str, tuple[int, ...]]) -> tuple[Rung, ...]:
    last = len(way.certificates) - 1
    rungs: list[Rung] = []
    for number, one in enumerate(way.certificates):
        sent = positions.get(one.fingerprint, ())
        if number == last and way.whole and (way.stores or way.clients):
            if number == 0:
                rungs.append(Presented(one, sent))
            rungs.append(_anchor(evidence, way, sent))
        elif number == last and way.whole:
            if number == 0:
                rungs.append(Presented(one, sent))
            rungs.append(Untrusted(one, sent, whereabouts(evidence, one)))
        elif sent:
            rungs.append(Presented(one, sent))
        else:
            rungs.append(Missing(one, whereabouts(evidence, one)))
    if not way.whole:
        rungs.append(OpenEnd(way.end.issuer))
    return tuple(rungs)


def _anchor(evidence: Evidence, way: Ascent, sent: tuple[int, ...]) -> Anchor:
    local = {(root.subject.match_key, root.public_key.spki) for root in evidence.case.local_roots}
    assumed = (way.end.subject.match_key, way.end.public_key.spki) in local
    return Anchor(way.end, len(way.clients), assumed, sent)


def _other_ends(
    evidence: Evidence, drawn: Ascent, ways: Sequence[Ascent], positions: dict[str, tuple[int, ...]]
) -> tuple[Anchor, ...]:
    """The ends of other whole ways that bring clients home whom the drawn one does not."""
    ends: dict[str, Anchor] = {}
    home = set(drawn.clients)
    for way in ways:
        if way.whole and way.clients - home:
            home |= way.clients
            ends.setdefault(way.end.fingerprint, _anchor(evidence, way, positions.get(way.end.fingerprint, ())))
    return tuple(ends.values())


def _idle(
    chain: Sequence[AnyCertificate], rungs: Sequence[Rung], positions: dict[str, tuple[int, ...]]
) -> tuple[Presented, ...]:
    drawn = {rung.certificate.fingerprint for rung in rungs if not isinstance(rung, OpenEnd)}
    rest = {one.fingerprint: one for one in chain if one.fingerprint not in drawn}
    return tuple(Presented(one, positions[fingerprint]) for fingerprint, one in rest.items())


def _troubles(evidence: Evidence, seen: Sequence[Observation]) -> dict[str, dict[str, int]]:
    """How many clients each reason stops, by the certificate that it is about (the leaf, when it is about none)."""
    ids = {one.id for one in seen}
    leaf = seen[0].presented_chain[0].fingerprint if seen[0].presented_chain else ""
    stopped: dict[str, dict[str, set[str]]] = {}
    for verdict in evidence.verdicts:
        if verdict.observation not in ids:
            continue
        for reason in verdict.reasons:
            if reason.severity is ReasonSeverity.ERROR and reason.code not in DRAWN_ELSEWHERE:
                codes = stopped.setdefault(reason.certificate or leaf, {})
                codes.setdefault(reason.code, set()).add(verdict.client)
    return {one: {code: len(clients) for code, clients in codes.items()} for one, codes in stopped.items()}
