"""Complete and order a chain: from what a server presents, or from the files a CA sent."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from mailtrust.core.model.case_file import CaseFile
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.endpoint import Endpoint, Offer, Protocol, TlsMode
from mailtrust.core.model.evidence import Assessment, Evidence
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.observation import FailureKind, Handshake, Observation, ProbeFailure
from mailtrust.core.model.pool import Pool, PoolEntry, Source
from mailtrust.core.model.problem import CouldNotLook, UserProblem
from mailtrust.core.model.remedy import ServeChain
from mailtrust.core.model.text import Text, text
from mailtrust.core.remedies.best_chain import best_chain
from mailtrust.core.rules.grounds.completeness import whereabouts
from mailtrust.core.validation.ascents import ascents, self_signed
from mailtrust.core.x509.private_key import PrivateKey
from mailtrust.core.x509.roles import is_authority, names_of
from mailtrust.flows.check import CheckRequest, Edge, OnProgress, judge, look, stores_of
from mailtrust.flows.issuers import gather, wanting_issuers
from mailtrust.version import __version__

MOST_PLACES = 6
"""Servers that a refusal names."""


@frozen
class Addition:
    """A certificate that was not there before, and where it was found: URLs, endpoint ids, `catalogue`."""

    certificate: Certificate
    origins: tuple[str, ...]


@frozen
class Completed:
    """A leaf with the chain that serves most clients."""

    leaf: Certificate
    intermediates: tuple[Certificate, ...]
    """The leaf's issuer first; no root, and none that ends before the leaf where a better way exists."""
    root: Certificate | None
    """What the chain leads to: an anchor, a self-signed certificate, or the leaf itself; None when nobody knows."""
    added: tuple[Addition, ...]
    dropped: tuple[Certificate, ...]
    """What was there and does not belong: the root, predecessors, strangers."""
    get_from: tuple[str, ...]
    """Without a root: where the issuer that is not known is said to be had."""
    assessment: Assessment
    """What was judged: the chain as it was before."""

    @property
    def chain(self) -> tuple[Certificate, ...]:
        """What the server should present."""
        return (self.leaf, *self.intermediates)


async def complete_target(
    request: CheckRequest, edge: Edge, on_progress: OnProgress | None = None, *, keys: Sequence[PrivateKey] = ()
) -> Completed:
    """Complete what a server presents.

    Raises CouldNotLook when no certificate was seen, UserProblem when several are meant by the target.
    """
    stores = edge.load_stores(stores_of(request))
    case = await look(replace(request, offers=(Offer.DEFAULT,), revocation="off"), edge, stores, on_progress)
    assessment = judge(case, request, stores)
    leaves = [
        leaf
        for _, handshake in assessment.evidence.default_handshakes
        if handshake.presented_chain and isinstance(leaf := handshake.presented_chain[0], Certificate)
    ]
    if not leaves:
        raise CouldNotLook(nothing_seen(case))
    meant = _the_one_meant(leaves, keys, assessment.evidence.now)
    if meant is None:
        raise UserProblem(
            text(
                "{target} presents more than one certificate: {certificates}. Give one port, as in "
                "imaps://mail.example.com, or the key of the one that is meant with --key.",
                target=case.target,
                certificates=_leaves_and_places(assessment.evidence),
            )
        )
    return completed(assessment, meant)


async def complete_files(
    certificates: Sequence[Certificate], keys: Sequence[PrivateKey], request: CheckRequest, edge: Edge
) -> Completed:
    """Complete what files hold. Raises UserProblem unless one server certificate is among them."""
    now = edge.now()
    leaf = leaf_among(certificates, keys, request.at or now)
    chain = (leaf, *(one for one in certificates if one.fingerprint != leaf.fingerprint))
    seen = _as_if_presented(chain, now)
    sources = edge.issuers if request.fetch_issuers else ()
    stores = edge.load_stores(stores_of(request))
    wanting = wanting_issuers((seen,), (*stores.values(),), request.roots, request.at or now)
    pool, lookups = await gather((seen,), wanting, sources)
    case = CaseFile(
        target=request.title,
        at=now,
        version=__version__,
        observations=(seen,),
        pool=Pool.merge((*pool, *(PoolEntry(one, frozenset({Source.GIVEN}), (request.title,)) for one in chain))),
        lookups=lookups,
        local_roots=request.roots,
        deployed=request.deployed,
    )
    return completed(judge(case, request, stores), leaf)


def completed(assessment: Assessment, leaf: Certificate) -> Completed:
    """The chain that should be served with this leaf, which is one of those that were seen."""
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
    if wanted is not None:
        intermediates = tuple(evidence.certificates[print_] for print_ in wanted.intermediates)
    else:
        intermediates = _unless_better(evidence, leaf, tuple(one for one in presented if not one.self_issued))
    root = _end_of(evidence, leaf, intermediates)
    kept = {leaf.fingerprint, *(one.fingerprint for one in intermediates)}
    before = {leaf.fingerprint, *(one.fingerprint for one in presented)}
    top = (leaf, *intermediates)[-1]
    return Completed(
        leaf=leaf,
        intermediates=intermediates,
        root=root,
        added=tuple(
            Addition(one, whereabouts(evidence, one)) for one in intermediates if one.fingerprint not in before
        ),
        dropped=tuple({one.fingerprint: one for one in presented if one.fingerprint not in kept}.values()),
        get_from=()
        if root is not None
        else tuple(dict.fromkeys((*(wanted.origins if wanted is not None else ()), *top.ca_issuers))),
        assessment=assessment,
    )


def leaf_among(certificates: Sequence[Certificate], keys: Sequence[PrivateKey], now: datetime) -> Certificate:
    """The server's own certificate among others: the one a given key belongs to, else the only one that is no CA's.

    Of a renewed certificate and its predecessors the one that lasts longest is meant. Raises UserProblem.
    """
    matching = [one for one in certificates if any(key.matches(one) for key in keys)]
    candidates = matching or [one for one in certificates if not is_authority(one)]
    if not candidates and len(certificates) == 1 and certificates[0].self_issued and _names_a_host(certificates[0]):
        # OpenSSL's `req -x509` says CA:TRUE of every certificate that it makes, a server's own as well.
        candidates = list(certificates)
    if not candidates:
        raise UserProblem(
            text("Expected the server's own certificate among the files, found only certificates of CAs. Add it.")
        )
    leaf = _the_one_meant(candidates, keys, now)
    if leaf is None:
        raise UserProblem(
            text(
                "Found more than one server certificate: {certificates}. Give the files of one, or the key of the one "
                "that is meant with --key.",
                certificates=tuple(dict.fromkeys(_named(one) for one in candidates)),
            )
        )
    return leaf


def _the_one_meant(candidates: Sequence[Certificate], keys: Sequence[PrivateKey], now: datetime) -> Certificate | None:
    """The key's, or the only one, or the newest of those for the same names; None when there are several."""
    matching = [one for one in candidates if any(key.matches(one) for key in keys)]
    distinct = list({one.fingerprint: one for one in matching or candidates}.values())
    current = [one for one in distinct if one.not_before <= now <= one.not_after] or distinct
    for_whom = {frozenset(map(str.lower, _all_names(one))) for one in current}
    return max(current, key=lambda one: one.not_after) if len(for_whom) == 1 else None


def _all_names(certificate: Certificate) -> tuple[str, ...]:
    """Every name that a server's certificate is for; its subject where it names no host."""
    return (*certificate.dns_names, *certificate.ip_addresses) or (certificate.subject.text,)


def _names_a_host(certificate: Certificate) -> bool:
    return bool(certificate.dns_names or certificate.ip_addresses)


def _named(certificate: Certificate) -> str:
    return f"{names_of(certificate)[0]} ({certificate.not_after:%Y-%m-%d})"


def _leaves_and_places(evidence: Evidence) -> tuple[str, ...]:
    places: dict[str, list[str]] = {}
    for seen, handshake in evidence.default_handshakes:
        leaf = handshake.presented_chain[0] if handshake.presented_chain else None
        if isinstance(leaf, Certificate):
            ports = places.setdefault(_named(leaf), [])
            ports.append(seen.endpoint.id.rpartition("@")[0])
    return tuple(f"{name}: {' '.join(dict.fromkeys(ports))}" for name, ports in list(places.items())[:MOST_PLACES])


def nothing_seen(case: CaseFile) -> Text:
    """Why there is no certificate: what went wrong at the ports."""
    failures = [(seen, seen.result) for seen in case.observations if isinstance(seen.result, ProbeFailure)]
    # Most ports of a host are closed because nobody wants them open: what else went wrong is told first.
    failures.sort(key=lambda met: met[1].kind is FailureKind.REFUSED)
    said = tuple(dict.fromkeys(f"{seen.endpoint.id}: {failure.kind.value}" for seen, failure in failures))
    return text(
        "{target} presented no certificate that could be read ({said}). `mailtrust check {target}` tells more.",
        target=case.target,
        said=said[:MOST_PLACES],
    )


def _unless_better(
    evidence: Evidence, leaf: Certificate, presented: tuple[Certificate, ...]
) -> tuple[Certificate, ...]:
    """What was there, where nothing is wrong with it; the best that is known where it leads nowhere."""
    if _end_of(evidence, leaf, presented) is not None:
        return presented
    best = best_chain(evidence, leaf)
    return presented if best is None else best.intermediates


def _end_of(evidence: Evidence, leaf: Certificate, intermediates: tuple[Certificate, ...]) -> Certificate | None:
    """The root that this chain leads to: one that is trusted rather than one that is only self-signed."""
    ends = [way for way in ascents(evidence, leaf) if way.whole and way.intermediates == intermediates]
    if not ends:
        return None
    return max(ends, key=lambda way: (self_signed(way.end), len(way.clients), way.end.not_after)).end


def _as_if_presented(chain: tuple[Certificate, ...], now: datetime) -> Observation:
    """Files judged as a server that presents them would be, by the first name of the certificate."""
    leaf = chain[0]
    names = (*leaf.dns_names, *leaf.ip_addresses, *leaf.subject.common_names)
    host = names[0].replace("*", "any", 1) if names else "certificate"
    endpoint = Endpoint(host, 443, Protocol.TLS, TlsMode.IMPLICIT, "", host, "given")
    shake = Handshake("TLSv1.3", "", chain, None, key_proven=True, completed=True)
    return Observation(endpoint, Offer.DEFAULT, now, shake)
