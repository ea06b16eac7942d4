"""Complete and order a chain: from what a server presents, or from the files a CA sent."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from mailtrust.core.model.case_file import CaseFile
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.endpoint import Endpoint, Offer, Protocol, TlsMode
from mailtrust.core.model.evidence import Assessment
from mailtrust.core.model.observation import Handshake, Observation
from mailtrust.core.model.pool import Pool, PoolEntry, Source
from mailtrust.core.model.problem import CouldNotLook, UserProblem
from mailtrust.core.model.remedy import ServeChain
from mailtrust.core.model.text import text
from mailtrust.core.model.verdict import Outcome
from mailtrust.core.x509.private_key import PrivateKey
from mailtrust.flows.check import CheckRequest, Edge, OnProgress, gather, judge, look, stores_of, wanting_issuers
from mailtrust.version import __version__


@dataclass(frozen=True, slots=True)
class Completed:
    """A leaf with the chain that serves most clients."""

    leaf: Certificate
    intermediates: tuple[Certificate, ...]
    """The leaf's issuer first; no root, and none that ends before the leaf where a better way exists."""
    root: Certificate | None
    """The anchor it leads to, where one is known."""
    added: tuple[Certificate, ...]
    """What was not there before."""
    dropped: tuple[Certificate, ...]
    """What was there and does not belong: the root, duplicates, strangers."""
    origins: tuple[str, ...]
    """Where the added ones were found."""
    assessment: Assessment
    """What was judged: the chain as it was before."""


async def complete_target(request: CheckRequest, edge: Edge, on_progress: OnProgress | None = None) -> Completed:
    """Complete what a server presents. Raises CouldNotLook when no handshake was had."""
    stores = edge.load_stores(stores_of(request))
    case = await look(replace(request, offers=(Offer.DEFAULT,)), edge, stores, on_progress)
    assessment = judge(case, request, stores, edge.now())
    for _, handshake in assessment.evidence.default_handshakes:
        if handshake.presented_chain and isinstance(handshake.presented_chain[0], Certificate):
            return completed(assessment, handshake.presented_chain[0])
    raise CouldNotLook(
        text(
            "{target} presented no certificate that could be read, so there is no chain to complete.",
            target=case.target,
        )
    )


async def complete_files(
    certificates: Sequence[Certificate], keys: Sequence[PrivateKey], request: CheckRequest, edge: Edge
) -> Completed:
    """Complete what files hold. Raises UserProblem unless one server certificate is among them."""
    leaf = leaf_among(certificates, keys, request.at or edge.now())
    chain = (leaf, *(one for one in certificates if one is not leaf))
    seen = _as_if_presented(chain, edge.now())
    sources = edge.issuers if request.fetch_issuers else ()
    stores = edge.load_stores(stores_of(request))
    wanting = wanting_issuers((seen,), (*stores.values(),), request.roots, request.at or edge.now())
    pool, lookups = await gather((seen,), wanting, sources)
    case = CaseFile(
        target=request.title,
        at=edge.now(),
        version=__version__,
        observations=(seen,),
        pool=Pool.merge((*pool, *(PoolEntry(one, frozenset({Source.GIVEN}), (request.title,)) for one in chain))),
        lookups=lookups,
        local_roots=request.roots,
        deployed=request.deployed,
    )
    return completed(judge(case, request, stores, edge.now()), leaf)


def completed(assessment: Assessment, leaf: Certificate) -> Completed:
    """The chain that the assessment would have served with this leaf."""
    evidence = assessment.evidence
    presented = next(
        tuple(one for one in handshake.presented_chain[1:] if isinstance(one, Certificate))
        for _, handshake in evidence.default_handshakes
        if handshake.presented_chain and handshake.presented_chain[0].fingerprint == leaf.fingerprint
    )
    wanted = next(
        (
            remedy.goal
            for remedy in assessment.remedies
            if isinstance(remedy.goal, ServeChain) and remedy.goal.leaf == leaf.fingerprint
        ),
        None,
    )
    path = _accepted_path(assessment, leaf)
    if wanted is not None:
        intermediates = tuple(evidence.certificates[print_] for print_ in wanted.intermediates)
    else:
        intermediates = tuple(one for one in presented if not one.self_issued)
    top = intermediates[-1] if intermediates else leaf
    root = path[-1] if path and path[-1].subject.match_key == top.issuer.match_key else None
    kept = {leaf.fingerprint, *(one.fingerprint for one in intermediates)}
    before = {leaf.fingerprint, *(one.fingerprint for one in presented)}
    return Completed(
        leaf=leaf,
        intermediates=intermediates,
        root=root,
        added=tuple(one for one in intermediates if one.fingerprint not in before),
        dropped=tuple({one.fingerprint: one for one in presented if one.fingerprint not in kept}.values()),
        origins=wanted.origins if wanted is not None else (),
        assessment=assessment,
    )


def leaf_among(certificates: Sequence[Certificate], keys: Sequence[PrivateKey], now: datetime) -> Certificate:
    """The server's own certificate among others: the one a given key belongs to, else the only one that is no CA."""
    by_key = [one for one in certificates if any(key.matches(one) for key in keys)]
    candidates = by_key or [one for one in certificates if not one.is_ca]
    if not candidates and len(certificates) == 1:
        candidates = list(certificates)
    distinct = list({one.fingerprint: one for one in candidates}.values())
    current = [one for one in distinct if one.not_before <= now <= one.not_after] or distinct
    # A renewed certificate beside its predecessor: the one that lasts longest is meant.
    same_name = {(one.subject.match_key, frozenset(one.dns_names)) for one in current}
    if len(same_name) == 1:
        return max(current, key=lambda one: one.not_after)
    if not current:
        raise UserProblem(
            text("Expected the server's own certificate among the files, found only certificates of CAs. Add it.")
        )
    raise UserProblem(
        text(
            "Found more than one server certificate: {names}. Give the files of one, or its key with --key.",
            names=tuple(one.subject.text for one in current),
        )
    )


def _accepted_path(assessment: Assessment, leaf: Certificate) -> tuple[Certificate, ...]:
    for verdict in assessment.evidence.verdicts:
        if verdict.outcome is Outcome.ACCEPTED and verdict.path and verdict.path[0] == leaf.fingerprint:
            return tuple(assessment.evidence.certificates[print_] for print_ in verdict.path)
    anchored = (
        attempt
        for verdict in assessment.evidence.verdicts
        for attempt in verdict.attempts
        if attempt.anchor is not None and attempt.fingerprints[0] == leaf.fingerprint
    )
    attempt = next(anchored, None)
    return tuple(assessment.evidence.certificates[print_] for print_ in attempt.fingerprints) if attempt else ()


def _as_if_presented(chain: tuple[Certificate, ...], now: datetime) -> Observation:
    """Files judged as a server that presents them would be, by the first name of the certificate."""
    leaf = chain[0]
    names = (*leaf.dns_names, *leaf.ip_addresses, *leaf.subject.common_names)
    host = names[0].replace("*", "any", 1) if names else "certificate"
    endpoint = Endpoint(host, 443, Protocol.TLS, TlsMode.IMPLICIT, "", host, "given")
    shake = Handshake("TLSv1.3", "", chain, None, key_proven=True, completed=True)
    return Observation(endpoint, Offer.DEFAULT, now, shake)
