"""OpenSSL: one path, built by names and key identifiers alone, and judged as it came out."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from mailtrust.core.model.anchors import AnchorStore, TrustAnchor
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.client import CandidatePath, SearchProblem, SearchResult
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.pool import Source
from mailtrust.core.model.verdict import Link
from mailtrust.core.validation.checks.dates import is_over
from mailtrust.core.validation.paths import (
    LOOK_COST,
    Budget,
    BudgetSpentError,
    Ended,
    Signatures,
    in_order,
    judged,
    missing_issuer,
    readable_leaf,
    too_long,
    untrusted_end,
    wrong_signature,
)
from mailtrust.core.x509.signatures import SignatureResult

_SIGNED_WITH = {"rsa-pkcs1": "rsa", "rsa-pss": "rsa", "ecdsa": "ec"}


def search_first_issuer(problem: SearchProblem, /) -> SearchResult:
    """Build one path as OpenSSL does, without ever going back: trusted store first, then what the server sent.

    At each step the first candidate that is in its time is taken (else the one that lasts longest), by name and by
    authority key identifier: a wrong key identifier, issuer or serial number there refuses it. Signatures are looked at
    only when the path stands. Only a self-signed anchor ends it well; an untrusted self-signed certificate that was
    sent ends it badly, though a cross-sign may follow. Once in the store, sent certificates are no longer looked at.
    OpenSSL 3.0.22, crypto/x509/x509_vfy.c build_chain with the default X509_V_FLAG_TRUSTED_FIRST; compared with
    `openssl verify`. Codes 18 and 19 are `self-signed` and `anchor-unknown`, 2, 20 and 21 `chain-incomplete`, 7
    `signature-invalid`.
    """
    leaf = readable_leaf(problem)
    if leaf is None:
        return SearchResult(())
    key = (search_first_issuer, id(problem.store), problem.limits)
    built = problem.memory.ways.get(key)
    if not isinstance(built, _Built):
        try:
            ended = _build(leaf, problem, Signatures(Budget(problem.limits.budget)))
        except BudgetSpentError:
            return SearchResult((), budget_exceeded=True)
        built = problem.memory.ways[key] = _Built(ended, problem.store)
    return in_order([judged(built.ended, problem)])


@frozen
class _Built:
    """The path of every client that builds in this manner; it does not depend on a client's checks."""

    ended: Ended
    store: AnchorStore
    """Held on to, so that its id stays its own."""


def _build(leaf: Certificate, problem: SearchProblem, signatures: Signatures) -> Ended:
    links = [Link(leaf, Source.PRESENTED)]
    sent = [certificate for certificate in problem.presented[1:] if isinstance(certificate, Certificate)]
    from_store = False
    while True:
        last = links[-1].certificate
        if len(links) > problem.limits.max_certificates:
            path = CandidatePath(tuple(links), None)
            return Ended(path, (too_long(path, problem.limits.max_certificates),))
        signatures.budget.spend(LOOK_COST + len(sent))
        named = problem.store.named(last.issuer)
        found = _best([anchor.certificate for anchor in named], last, problem)
        if seems_self_signed(last):
            anchor = _identical(named, last)
            if anchor is not None:
                return _whole(links if len(links) == 1 else links[:-1], anchor, signatures)
            path = CandidatePath(tuple(links), None)
            return Ended(path, (untrusted_end(path),))
        if found is not None:
            anchor = _identical(named, found)
            if anchor is not None and seems_self_signed(found):
                return _whole(links, anchor, signatures)
            if any(link.certificate.fingerprint == found.fingerprint for link in links):
                return Ended(CandidatePath(tuple(links), None), (missing_issuer(last),))
            # Not a root: OpenSSL goes on from it, in the store alone (no X509_V_FLAG_PARTIAL_CHAIN)
            links.append(Link(found, Source.STORE))
            from_store = True
            continue
        found = None if from_store else _best(sent, last, problem)
        if found is None:
            refused = next((one for one in sent if one.subject.match_key == last.issuer.match_key), None)
            return Ended(CandidatePath(tuple(links), None), (missing_issuer(last, refused),))
        sent.remove(found)
        links.append(Link(found, Source.PRESENTED))


def _whole(links: Sequence[Link], anchor: TrustAnchor, signatures: Signatures) -> Ended:
    """Verify the signatures of a path that is complete by names (x509_vfy.c internal_verify)."""
    chain = [*(link.certificate for link in links)]
    if anchor.fingerprint != chain[-1].fingerprint:
        chain.append(anchor.certificate)
    for below, issuer in pairwise(chain):
        result = signatures.check(below, issuer)
        if result is not SignatureResult.VALID:
            reason = wrong_signature(below, issuer, result, anchor=issuer is anchor.certificate)
            return Ended(CandidatePath(tuple(links), None), (reason,))
    return Ended(CandidatePath(tuple(links), anchor))


def _identical(anchors: Iterable[TrustAnchor], certificate: Certificate) -> TrustAnchor | None:
    return next((anchor for anchor in anchors if anchor.fingerprint == certificate.fingerprint), None)


def _best(candidates: Iterable[Certificate], child: Certificate, problem: SearchProblem) -> Certificate | None:
    """The first that is in its time, else the one whose notAfter is latest."""
    best: Certificate | None = None
    for candidate in candidates:
        if not likely_issued(candidate, child):
            continue
        if candidate.not_before <= problem.at and not is_over(candidate, problem.at, last_second_counts=False):
            return candidate
        if best is None or candidate.not_after > best.not_after:
            best = candidate
    return best


def likely_issued(issuer: Certificate, child: Certificate) -> bool:
    """v3_purp.c ossl_x509_likely_issued: name, authority key identifier, and a key that can make such a signature."""
    if issuer.subject.match_key != child.issuer.match_key:
        return False
    authority = child.authority_key_identifier
    if authority is not None:
        subject_key = issuer.subject_key_identifier
        if authority.key_id is not None and subject_key is not None and authority.key_id != subject_key:
            return False
        if authority.serial is not None and authority.serial != issuer.serial:
            return False
        if authority.issuer is not None and authority.issuer.match_key != issuer.issuer.match_key:
            return False
    kind = child.signature_algorithm.kind
    return kind == "unknown" or _SIGNED_WITH.get(kind, kind) == issuer.public_key.algorithm


def seems_self_signed(certificate: Certificate) -> bool:
    """EXFLAG_SS: self-issued, and nothing in its own identifiers says otherwise. No signature is looked at."""
    return likely_issued(certificate, certificate)
