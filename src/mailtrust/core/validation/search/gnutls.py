"""GnuTLS: the presented list is sorted, cut where a trusted certificate is met, and judged as it then stands."""

from collections.abc import Sequence

from mailtrust.core.model.anchors import TrustAnchor
from mailtrust.core.model.certificate import Certificate, Name
from mailtrust.core.model.client import CandidatePath, SearchProblem, SearchResult
from mailtrust.core.model.pool import Source
from mailtrust.core.model.verdict import Link
from mailtrust.core.validation.checks.dates import is_over
from mailtrust.core.validation.paths import (
    LOOK_COST,
    Budget,
    BudgetSpentError,
    Ended,
    Signatures,
    dead_end,
    in_order,
    judged,
    missing_issuer,
    run_checks,
    too_long,
    unparsable,
    wrong_signature,
)
from mailtrust.core.validation.reasons import error
from mailtrust.core.x509.signatures import SignatureResult

_OLD_OR_INSECURE = frozenset({"expired", "chain-expired-issuer", "signature-weak", "key-weak"})
_OF_ISSUERS = frozenset({"issuer-not-ca", "critical-extension-unknown", "path-length-exceeded", "eku-no-server-auth"})
"""Reasons about a certificate that are met only when it is used as an issuer."""
MOST_PRESENTED = 16
"""DEFAULT_MAX_VERIFY_DEPTH: a longer list is refused (gnutls_certificate_set_verify_limits)."""


def search_gnutls(problem: SearchProblem, /) -> SearchResult:
    """Judge the one list that GnuTLS makes of what was sent.

    The list is put in order from the leaf up, each certificate with the first issuer found (name octet by octet, key
    identifier where both have one; issuer and serial number in the identifier are ignored); the search stops where the
    store knows the issuer. A self-signed last certificate is dropped, and everything from the first certificate on
    whose name and key stand in the store. What remains must hold from end to end: an expired twin, or a twin that an
    unknown root issued, fails if it was sent first. The leaf itself in the store needs no more than to be in its time.
    GnuTLS 3.7.9, lib/x509/common.c _gnutls_sort_clist, verify-high.c gnutls_x509_trust_list_verify_crt2, verify.c
    _gnutls_verify_crt_status; compared with libgnutls.
    """
    refused = unparsable(problem)  # gnutls_x509_crt_list_import refuses the whole list
    if refused is not None:
        return refused
    presented = [one for one in problem.presented if isinstance(one, Certificate)]
    if not presented:
        return SearchResult(())
    if len(presented) > MOST_PRESENTED:
        alone = CandidatePath(_links(presented[:1]), None)
        return in_order([judged(Ended(alone, (too_long(alone, MOST_PRESENTED),)), problem)])
    signatures = Signatures(Budget(problem.limits.budget))
    try:
        return _twice(_listed(presented, problem, signatures.budget), problem, signatures)
    except BudgetSpentError:
        return SearchResult((), budget_exceeded=True)


def _listed(presented: Sequence[Certificate], problem: SearchProblem, budget: Budget) -> list[Certificate]:
    """The list as gnutls_x509_trust_list_verify_crt2 leaves it, before anything is verified."""
    chain = list(presented)
    seen: set[str] = set()
    at = 0
    while at < len(chain):
        budget.spend(LOOK_COST * len(chain))
        segment = _sort(chain, at)
        again = next((i for i in range(at + 1, at + segment) if chain[i].fingerprint in seen), None)
        if again is not None:
            del chain[again]
            continue
        seen.update(certificate.fingerprint for certificate in chain[at : at + segment])
        at += segment
        if _store_knows_issuer(chain[at - 1], problem):
            del chain[at:]
    if len(chain) > 1 and is_issuer(chain[-1], chain[-1]):
        chain.pop()
    for index, certificate in enumerate(chain[1:], 1):
        # shorten_clist looks among anchors that bear the *issuer's* name: only a self-issued one is found there
        if any(anchor.fingerprint == certificate.fingerprint for anchor in _raw_named(certificate.issuer, problem)):
            return chain[: index + 1]
    return chain


def _sort(chain: list[Certificate], start: int) -> int:
    """Put the certificates that follow from `start` behind it, each the first issuer of the one before; how many."""
    part = chain[start:]
    picked = [0]
    while True:
        last = part[picked[-1]]
        if is_issuer(last, last):
            break
        issuer = next((i for i in range(1, len(part)) if i != picked[-1] and is_issuer(last, part[i])), None)
        if issuer is None or issuer in picked:
            break
        picked.append(issuer)
    rest = [i for i in range(len(part)) if i not in picked]
    chain[start:] = [part[i] for i in (*picked, *rest)]
    return len(picked)


def _twice(chain: Sequence[Certificate], problem: SearchProblem, signatures: Signatures) -> SearchResult:
    """Judge with the anchors of the last certificate's issuer and, where that fails in one of three ways, once more.

    The second time the anchors are its own namesakes (gnutls_x509_trust_list_verify_crt2: SIGNER_OLD_OR_UNKNOWN).
    """
    first, again = _against(chain, _raw_named(chain[-1].issuer, problem), problem, signatures)
    if not again or chain[-1].subject.der == chain[-1].issuer.der:
        return in_order([judged(first, problem)])
    second, _ = _against(chain, _raw_named(chain[-1].subject, problem), problem, signatures)
    if second.path.anchor is None:
        return in_order([judged(first, problem)])
    ways = [second] if first.path.anchor is None else [first, second]
    return in_order(judged(way, problem) for way in ways)


def _against(
    chain: Sequence[Certificate], anchors: Sequence[TrustAnchor], problem: SearchProblem, signatures: Signatures
) -> tuple[Ended, bool]:
    """_gnutls_verify_crt_status: how the path ends, and whether what failed first is a reason to ask once more."""
    whole = chain
    if len(chain) > 1 and is_issuer(chain[-1], chain[-1]):
        chain = chain[:-1]
    for index, certificate in enumerate(chain):
        same = next((one for one in anchors if _same(certificate, one, exactly=index == 0)), None)
        if same is not None and index == 0:
            return Ended(CandidatePath(_links(chain[:1]), same)), is_over(certificate, problem.at)
        if same is not None:
            chain = chain[:index]
            break
    anchor = _find_issuer(chain[-1], anchors, problem)
    if anchor is None:
        return dead_end(CandidatePath(_links(_with_root(whole, problem, signatures)), None), signatures), True
    return _down(chain, anchor, problem, signatures)


def _with_root(chain: Sequence[Certificate], problem: SearchProblem, signatures: Signatures) -> Sequence[Certificate]:
    """The list with the root that was dropped from it: what went wrong is that this root is not known."""
    for one in problem.presented:
        if isinstance(one, Certificate) and one.self_issued and one not in chain and is_issuer(chain[-1], one):
            return [*chain, one] if signatures.check(chain[-1], one) is SignatureResult.VALID else chain
    return chain


def _down(
    chain: Sequence[Certificate], anchor: TrustAnchor, problem: SearchProblem, signatures: Signatures
) -> tuple[Ended, bool]:
    """verify_crt from the anchor down to the leaf; the first failure ends it."""
    links = _links(chain)
    whole = CandidatePath(links, anchor)
    about: dict[str, set[str]] = {}
    for reason in run_checks(problem.path_checks, whole, problem):
        about.setdefault(reason.certificate or "", set()).add(reason.code)
    most_below = MOST_PRESENTED
    issuer = anchor.certificate
    for index in range(len(chain) - 1, -1, -1):
        child = chain[index]
        if most_below == 0:
            reason = error("path-length-exceeded", issuer, subject=issuer.subject.text, allowed=0, found=index + 1)
            return Ended(CandidatePath(links[: index + 1], None), (reason,)), False
        if not is_issuer(child, issuer):
            return Ended(CandidatePath(links[: index + 1], None), (missing_issuer(child, issuer),)), True
        met = about.get(issuer.fingerprint, set()) | (about.get(child.fingerprint, set()) - _OF_ISSUERS)
        result = signatures.check(child, issuer)
        if result is not SignatureResult.VALID:
            reason = wrong_signature(child, issuer, result, anchor=issuer is anchor.certificate)
            so_far = CandidatePath(links[: index + 1], None)
            return Ended(so_far, (reason,)), not met.isdisjoint(_OLD_OR_INSECURE)
        if met:
            return Ended(whole), not met.isdisjoint(_OLD_OR_INSECURE)
        allowed = issuer.basic_constraints.path_length if issuer.basic_constraints else None
        most_below = most_below - 1 if allowed is None else min(most_below - 1, allowed)
        issuer = child
    return Ended(whole), False


def _links(chain: Sequence[Certificate]) -> tuple[Link, ...]:
    return tuple(Link(certificate, Source.PRESENTED) for certificate in chain)


def _same(certificate: Certificate, anchor: TrustAnchor, *, exactly: bool) -> bool:
    if exactly:
        return anchor.fingerprint == certificate.fingerprint
    return anchor.subject.der == certificate.subject.der and anchor.spki == certificate.public_key.spki


def _raw_named(name: Name, problem: SearchProblem) -> tuple[TrustAnchor, ...]:
    """Anchors whose name is the same octet by octet."""
    return tuple(anchor for anchor in problem.store.named(name) if anchor.subject.der == name.der)


def _store_knows_issuer(certificate: Certificate, problem: SearchProblem) -> bool:
    """_gnutls_trust_list_get_issuer."""
    return any(is_issuer(certificate, anchor.certificate) for anchor in _raw_named(certificate.issuer, problem))


def _find_issuer(
    certificate: Certificate, anchors: Sequence[TrustAnchor], problem: SearchProblem
) -> TrustAnchor | None:
    """find_issuer: the first, unless a later one is in its time."""
    found: TrustAnchor | None = None
    for anchor in anchors:
        in_time = anchor.certificate.not_before <= problem.at < anchor.certificate.not_after
        if is_issuer(certificate, anchor.certificate) and (found is None or in_time):
            found = anchor
    return found


def is_issuer(child: Certificate, issuer: Certificate) -> bool:
    """verify.c is_issuer: the names octet by octet, and the key identifiers where both are there."""
    if child.issuer.der != issuer.subject.der:
        return False
    wanted = child.authority_key_identifier.key_id if child.authority_key_identifier else None
    return wanted is None or issuer.subject_key_identifier is None or wanted == issuer.subject_key_identifier
