"""Go: crypto/x509 Certificate.Verify, for reference."""

from collections.abc import Iterator

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.client import CandidatePath, SearchProblem, SearchResult
from mailtrust.core.model.pool import Source
from mailtrust.core.model.verdict import Link
from mailtrust.core.validation.paths import (
    LOOK_COST,
    Budget,
    BudgetSpentError,
    Ended,
    Signatures,
    dead_end,
    first_that_holds,
    in_order,
    judged,
    key_identifiers_agree,
    readable_leaf,
    unparsable,
    wrong_signature,
)
from mailtrust.core.x509.signatures import SignatureResult

MOST_SIGNATURES = 100
"""maxChainSignatureChecks."""


def search_go(problem: SearchProblem, /) -> SearchResult:
    """Search as Go does: every path through roots and then what was sent, by names octet by octet.

    Issuers with the right key identifier come first, those without one next. The leaf itself among the roots is a
    whole path. After 100 signature checks the search fails. Go 1.19.8, verify.go buildChains; compared with it.
    """
    leaf = readable_leaf(problem)
    if leaf is None:
        return SearchResult(())
    first = (Link(leaf, Source.PRESENTED),)
    refused = unparsable(problem)
    if refused is not None:
        return refused
    for anchor in problem.store.named(leaf.subject):
        if anchor.fingerprint == leaf.fingerprint:
            return in_order([judged(Ended(CandidatePath(first, anchor)), problem)])
    budget = Budget(problem.limits.budget)
    return first_that_holds(_grow(first, problem, Signatures(budget), [MOST_SIGNATURES]), problem, budget)


def _grow(
    links: tuple[Link, ...], problem: SearchProblem, signatures: Signatures, checks_left: list[int]
) -> Iterator[Ended]:
    last = links[-1].certificate
    issued = False

    def verified(issuer: Certificate, *, anchor: bool) -> Ended | None:
        if checks_left[0] == 0:
            raise BudgetSpentError
        checks_left[0] -= 1
        result = signatures.check(last, issuer)
        if result is SignatureResult.VALID:
            return None
        return Ended(CandidatePath(links, None), (wrong_signature(last, issuer, result, anchor=anchor),))

    met = {_identity(link.certificate) for link in links}
    anchors = [anchor for anchor in problem.store.named(last.issuer) if anchor.subject.der == last.issuer.der]
    for anchor in sorted(anchors, key=lambda one: _rank(last, one.certificate)):
        signatures.budget.spend(LOOK_COST)
        if _identity(anchor.certificate) in met:
            continue
        failed = verified(anchor.certificate, anchor=True)
        issued = issued or failed is None
        yield failed or Ended(CandidatePath(links, anchor))
    sent = [
        one
        for one in problem.presented[1:]
        if isinstance(one, Certificate) and one.subject.der == last.issuer.der and _identity(one) not in met
    ]
    for issuer in sorted(sent, key=lambda one: _rank(last, one)):
        signatures.budget.spend(LOOK_COST)
        failed = verified(issuer, anchor=False)
        if failed is not None:
            yield failed
            continue
        issued = True
        yield from _grow((*links, Link(issuer, Source.PRESENTED)), problem, signatures, checks_left)
    if not issued:
        yield dead_end(CandidatePath(links, None), signatures)


def _identity(certificate: Certificate) -> tuple[object, ...]:
    """alreadyInChain: subject, key and subjectAltName."""
    return (certificate.subject.der, certificate.public_key.spki, certificate.subject_alt_names)


def _rank(child: Certificate, issuer: Certificate) -> int:
    return {True: 0, None: 1, False: 2}[key_identifiers_agree(child, issuer)]
