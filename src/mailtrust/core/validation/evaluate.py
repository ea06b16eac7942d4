"""Judgement: what one client does with what a server presented, and all its reasons."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from mailtrust.core.model.anchors import AnchorStore, TrustAnchor
from mailtrust.core.model.certificate import AnyCertificate, Certificate, UnreadableCertificate
from mailtrust.core.model.client import (
    CandidatePath,
    ClientProfile,
    Memory,
    PathCheck,
    RevocationRules,
    SearchProblem,
    SearchResult,
)
from mailtrust.core.model.observation import FailureKind, Handshake, Observation, ProbeFailure
from mailtrust.core.model.pool import Pool, Source
from mailtrust.core.model.status import FetchedStatus, StatusEvidence
from mailtrust.core.model.verdict import (
    Basis,
    Link,
    Outcome,
    PathAttempt,
    Reason,
    ReasonSeverity,
    Verdict,
)
from mailtrust.core.validation.layered import LayeredAnchors
from mailtrust.core.validation.paths import run_checks
from mailtrust.core.validation.precedents import Precedents
from mailtrust.core.validation.reasons import error, is_error
from mailtrust.core.validation.roots import name_missing_root
from mailtrust.core.validation.visibility import heard, visible_pool

MOST_PROBLEMS_SHOWN = 10
_SUREST_FIRST = tuple(Basis)
_NO_TLS = frozenset({FailureKind.TLS_NOT_OFFERED, FailureKind.TLS_REFUSED})


class ChainJudgement(NamedTuple):
    """What a client finds about a chain, before it decides what to do."""

    attempts: tuple[PathAttempt, ...]
    """Every path tried, the decisive one first; empty when the leaf can't be read."""
    reasons: tuple[Reason, ...]
    """Of the decisive path, the names and the handshake."""
    budget_exceeded: bool = False

    @property
    def path(self) -> tuple[str, ...]:
        """The decisive path's fingerprints, leaf first."""
        return self.attempts[0].fingerprints if self.attempts else ()


Shown = tuple[str, str, Handshake]
"""To which client, under which name, what: all that a judgement depends on as long as case and moment are the same."""


class Decision(NamedTuple):
    """What a client does with what it found."""

    outcome: Outcome
    overridable: bool
    reasons: tuple[Reason, ...]
    """Those of the judgement, harmless ones where the client goes on whatever it finds."""
    attempts: tuple[PathAttempt, ...]
    basis: Basis


def evaluate(
    observation: Observation,
    *,
    pool: Pool,
    store: AnchorStore,
    client: ClientProfile,
    now: datetime,
    local_anchors: tuple[TrustAnchor, ...] = (),
    fetched: Sequence[FetchedStatus] = (),
    judged: dict[Shown, ChainJudgement] | None = None,
) -> Verdict:
    """Judge one observation as `client` would. Pure: the same arguments give the same verdict.

    `pool` is everything known, and `fetched` all that was told about revocation; what the client can't see of it is
    left out. `store` is the client's own; an empty one trusts nothing. `local_anchors` are added where the client heeds
    what administrators add. Without a handshake, and for a client whose ways nobody outside can know, the outcome is
    `unknown`. `judged`: what was found about other observations with all other arguments the same for each client;
    several ports that show the same to the same name are judged once.
    """
    name = observation.endpoint.reference_identifier
    if client.unknown_because:
        because = Reason("client-unknowable", ReasonSeverity.INFO, None, (("because", client.unknown_because),))
        return _unknown(observation, client, name, because)
    if isinstance(observation.result, ProbeFailure):
        return _unknown(observation, client, name, _no_handshake(observation.result))
    shown = (client.id, name, observation.result)
    judgement = judged.get(shown) if judged is not None else None
    if judgement is None:
        judgement = evaluate_chain(
            observation.presented_chain,
            pool=pool,
            store=_with_local(store, local_anchors) if client.trusts_local_anchors else store,
            client=client,
            at=now,
            names=(name,),
            handshake=observation.result,
            fetched=fetched,
        )
        if judged is not None:
            judged[shown] = judgement
    return _verdict(judgement, observation, client, name)


def evaluate_chain(
    chain: Sequence[AnyCertificate],
    *,
    pool: Pool,
    store: AnchorStore,
    client: ClientProfile,
    at: datetime,
    names: Sequence[str] = (),
    handshake: Handshake | None = None,
    evidence: StatusEvidence | None = None,
    fetched: Sequence[FetchedStatus] = (),
    memory: Memory | None = None,
    precedents: Precedents | None = None,
) -> ChainJudgement:
    """Judge a chain, leaf first, for a client: paths, every one of `names`, and the handshake where there was one.

    `evidence`: what is known about revocation; without it, what was stapled to the handshake. `fetched`: what somebody
    was told who asked; the client hears of it what it asks for by itself. `memory`: that of other clients which were
    asked about the same chain, pool and moment. `precedents`: those for this chain and moment; only with an empty pool.
    """
    leaf = chain[0] if chain else None
    if not isinstance(leaf, Certificate):
        return ChainJudgement((), (_unreadable(leaf),))
    at = at.replace(microsecond=0) if at.microsecond else at  # certificates count whole seconds (RFC 5280 4.1.2.5)
    not_revoked: tuple[PathCheck, ...] = ()
    if client.revocation is not None:
        staple = handshake.ocsp_staple if handshake is not None else None
        told = evidence or StatusEvidence(staple, certificates=tuple(chain))
        not_revoked = (_not_revoked(client, client.revocation, told, fetched),)
    followed = precedents.followed(client, store, not_revoked) if precedents is not None else None
    if followed is not None:
        result = SearchResult((followed,))
    else:
        result = _searched(
            leaf, chain, pool=pool, store=store, client=client, at=at, also=not_revoked, memory=memory or Memory()
        )
        if precedents is not None:
            precedents.keep(client, store, result)
    decisive = result.attempts[0]
    reasons = list(decisive.reasons)
    if result.budget_exceeded and (decisive.anchor is None or any(map(is_error, reasons))):
        reasons.append(error("path-budget-exceeded", leaf, budget=client.limits.budget))
    for name in names:
        reasons.extend(client.name_rules(leaf, name, decisive.anchor))
    if handshake is not None:
        for check in client.handshake_checks:
            reasons.extend(check(handshake, leaf))
    return ChainJudgement(result.attempts, tuple(dict.fromkeys(reasons)) if reasons else (), result.budget_exceeded)


def _searched(
    leaf: Certificate,
    chain: Sequence[AnyCertificate],
    *,
    pool: Pool,
    store: AnchorStore,
    client: ClientProfile,
    at: datetime,
    also: tuple[PathCheck, ...],
    memory: Memory,
) -> SearchResult:
    """Every path that the client tries; there is always one."""
    sources = client.issuer_sources & memory.offered
    visible = memory.visible.get(sources)
    if visible is None:
        visible = memory.visible[sources] = visible_pool(chain, pool, sources)
    checks = client.path_checks + also
    problem = SearchProblem(tuple(chain), visible, store, at, client.limits, checks, memory)
    result = client.path_search(problem)
    attempts = tuple([name_missing_root(attempt, pool) for attempt in result.attempts])
    if not attempts:
        alone = CandidatePath((Link(leaf, Source.PRESENTED),), None)
        attempts = (PathAttempt(alone.links, None, run_checks(checks, alone, problem)),)
    return SearchResult(attempts, result.budget_exceeded)


def decide(judgement: ChainJudgement, client: ClientProfile) -> Decision:
    """What the client does, as far as the chain decides it."""
    reasons, attempts = judgement.reasons, judgement.attempts
    if not reasons:
        return Decision(Outcome.ACCEPTED, False, (), attempts, client.basis)
    if client.on_failure.outcome is Outcome.ACCEPTED:
        # Opportunistic TLS (RFC 7435 3): whatever is wrong is better than clear text
        reasons = tuple(map(_harmless, reasons))
        attempts = tuple(replace(one, reasons=tuple(map(_harmless, one.reasons))) for one in attempts)
    codes = frozenset(reason.code for reason in reasons if is_error(reason))
    overridable = bool(codes) and _overridable(codes, client)
    if not codes:
        outcome = Outcome.ACCEPTED
    elif client.on_failure.outcome is Outcome.WARNED and not overridable:
        outcome = Outcome.REFUSED
    else:
        outcome = client.on_failure.outcome
    return Decision(outcome, overridable, reasons, attempts, _basis(codes, client))


def _verdict(judgement: ChainJudgement, observation: Observation, client: ClientProfile, name: str) -> Verdict:
    decision = decide(judgement, client)
    return Verdict(
        observation=observation.id,
        client=client.id,
        reference_identifier=name,
        outcome=decision.outcome,
        overridable=decision.overridable,
        path=judgement.path or tuple(one.fingerprint for one in observation.presented_chain[:1]),
        reasons=decision.reasons,
        attempts=decision.attempts,
        words=client.say(name, decision.reasons, observation.endpoint.protocol),
        basis=decision.basis,
        budget_exceeded=judgement.budget_exceeded,
    )


def _not_revoked(
    client: ClientProfile, rules: RevocationRules, evidence: StatusEvidence, fetched: Sequence[FetchedStatus]
) -> PathCheck:
    """A client's rules about revocation as one more demand on a path; a path without an anchor has nobody to ask."""

    def check(path: CandidatePath, at: datetime, /) -> Iterable[Reason]:
        return rules(path, heard(client, path, evidence, fetched), at) if path.anchor is not None else ()

    return check


def _overridable(codes: frozenset[str], client: ClientProfile) -> bool:
    """Every fault is one that the user can go past; one that nobody can go past spoils it for all."""
    passable = client.on_failure.overridable
    return client.on_failure.never.isdisjoint(codes) and ("*" in passable or codes <= passable)


def _basis(codes: Iterable[str], client: ClientProfile) -> Basis:
    """The least sure of what the verdict rests on."""
    known = client.basis_of or {}
    return max((known.get(code, client.basis) for code in codes), key=_SUREST_FIRST.index, default=client.basis)


def _harmless(reason: Reason) -> Reason:
    return replace(reason, severity=ReasonSeverity.INFO)


def _with_local(store: AnchorStore, local: Iterable[TrustAnchor]) -> AnchorStore:
    """The store and the local anchors that it does not have already: a public root stays a public root."""
    added = tuple(
        replace(anchor, locally_added=True)
        for anchor in local
        if not any(known.spki == anchor.spki for known in store.named(anchor.subject))
    )
    return replace(store, anchors=LayeredAnchors(store, added)) if added else store


def _unreadable(leaf: UnreadableCertificate | None) -> Reason:
    if leaf is None:
        return error("certificate-unparsable", None, presented=0)
    problems = tuple(f"{problem.field}: {problem.detail}" for problem in leaf.problems[:MOST_PROBLEMS_SHOWN])
    return Reason(
        "certificate-unparsable",
        ReasonSeverity.ERROR,
        leaf.fingerprint,
        (("sha256", leaf.fingerprint), ("problems", problems)),
    )


def _no_handshake(failure: ProbeFailure) -> Reason:
    """Why there is nothing to judge. A warning, not an error: it says nothing about what the client would do."""
    code = "tls-not-offered" if failure.kind in _NO_TLS else "network-blocked"
    facts = (("stage", failure.stage.value), ("kind", failure.kind.value), ("detail", failure.detail))
    return Reason(code, ReasonSeverity.WARNING, None, facts)


def _unknown(observation: Observation, client: ClientProfile, name: str, reason: Reason) -> Verdict:
    return Verdict(
        observation=observation.id,
        client=client.id,
        reference_identifier=name,
        outcome=Outcome.UNKNOWN,
        overridable=False,
        path=tuple(one.fingerprint for one in observation.presented_chain[:1]),
        reasons=(reason,),
        attempts=(),
        words=(),
        basis=client.basis,
    )
