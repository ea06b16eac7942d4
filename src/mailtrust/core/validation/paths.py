"""Parts of every path search: the budget, issuers by name, how a path ends, and which attempt is the decisive one."""

from collections.abc import Callable, Iterable
from dataclasses import field
from typing import NamedTuple

from mailtrust.core.model.anchors import TrustAnchor
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.client import CandidatePath, PathCheck, SearchProblem, SearchResult
from mailtrust.core.model.frozen import record
from mailtrust.core.model.pool import Source
from mailtrust.core.model.verdict import Link, PathAttempt, Reason
from mailtrust.core.validation.reasons import error, is_error
from mailtrust.core.x509.signatures import SignatureResult, signed_by

LOOK_COST = 1
SIGNATURE_COST = 1
JUDGEMENT_COST = 10
"""A judged path costs as much as ten looks: at most two hundred paths within the usual budget of 2000."""

SOURCE_ORDER = (Source.PRESENTED, Source.STORE, Source.GIVEN, Source.ELSEWHERE, Source.CATALOGUE, Source.AIA)
"""Where a client looks first: what the server sent, what lies at hand, and last what must be fetched."""


class BudgetSpentError(Exception):
    """The search has cost more than its limits allow."""


@record
class Budget:
    """What a search may still spend."""

    left: int

    def spend(self, cost: int) -> None:
        """Take `cost`; BudgetSpentError when there is not enough left."""
        if cost > self.left:
            self.left = 0
            raise BudgetSpentError
        self.left -= cost


class Ended(NamedTuple):
    """A path at its end: at an anchor (`reasons` is empty), or where and why it goes no further."""

    path: CandidatePath
    reasons: tuple[Reason, ...] = ()


@record
class Signatures:
    """Signature checks of one search: each pair is checked, and paid for, once."""

    budget: Budget
    _known: dict[tuple[str, bytes], SignatureResult] = field(default_factory=dict)

    def check(self, child: Certificate, issuer: Certificate) -> SignatureResult:
        """Whether `issuer`'s key made `child`'s signature (RFC 5280 6.1.3 a 1)."""
        pair = (child.fingerprint, issuer.public_key.spki)
        result = self._known.get(pair)
        if result is None:
            self.budget.spend(SIGNATURE_COST)
            result = self._known[pair] = signed_by(child, issuer.public_key)
        return result


def leaf_is_anchor(path: CandidatePath) -> bool:
    """Whether the server's own certificate stands in the store."""
    anchor = path.anchor
    return anchor is not None and anchor.certificate.fingerprint == path.certificates[0].fingerprint


def certificates(path: CandidatePath, *, anchor: bool) -> tuple[Certificate, ...]:
    """The certificates of a path, leaf first; with `anchor` the anchor's too, where it is another one."""
    return path.with_anchor if anchor else path.certificates


def strongest_source(sources: frozenset[Source]) -> Source:
    """The source that a client would take a certificate from first."""
    return next(source for source in SOURCE_ORDER if source in sources)


def is_self_signed(certificate: Certificate, signatures: Signatures) -> bool:
    """Whether its own key made its signature (RFC 5280 3.2)."""
    return certificate.self_issued and signatures.check(certificate, certificate) is SignatureResult.VALID


def key_identifiers_agree(child: Certificate, issuer: Certificate) -> bool | None:
    """Whether the two key identifiers are the same (RFC 5280 4.2.1.1, 4.2.1.2); None when one of them is missing."""
    authority = child.authority_key_identifier
    if authority is None or authority.key_id is None or issuer.subject_key_identifier is None:
        return None
    return authority.key_id == issuer.subject_key_identifier


def wrong_signature(child: Certificate, issuer: Certificate, result: SignatureResult, *, anchor: bool) -> Reason:
    """The reason for an issuer of the right name whose key did not make the signature: it completes nothing."""
    return error(
        "signature-invalid",
        child,
        issuer=issuer.fingerprint,
        issuer_name=issuer.subject.text,
        anchor=anchor,
        unsupported=result is SignatureResult.UNSUPPORTED,
        key_identifiers_agree=key_identifiers_agree(child, issuer),
    )


def missing_issuer(child: Certificate, refused: Certificate | None = None) -> Reason:
    """`chain-incomplete`: nobody this client can see bears the issuer's name and key.

    `refused` is a certificate of that name which the engine passed over because the key identifiers differ.
    """
    authority = child.authority_key_identifier
    return error(
        "chain-incomplete",
        child,
        issuer_name=child.issuer.text,
        key_identifier=authority.key_id.hex() if authority and authority.key_id else None,
        ca_issuers=child.ca_issuers,
        passed_over=refused.fingerprint if refused else None,
    )


def untrusted_end(path: CandidatePath) -> Reason:
    """The reason for a path that ends at a self-signed certificate which is not in the store.

    `self-signed` when that is the server's own certificate, else `anchor-unknown`.
    """
    last = path.links[-1].certificate
    if len(path.links) == 1:
        return error("self-signed", last, subject=last.subject.text)
    return error("anchor-unknown", last, root_name=last.subject.text, root=last.fingerprint, sent=True)


def too_long(path: CandidatePath, most: int) -> Reason:
    """The reason for a path that has as many certificates as the client takes, and no anchor yet."""
    return error("path-budget-exceeded", path.links[-1].certificate, most_certificates=most)


def dead_end(path: CandidatePath, signatures: Signatures, refused: Certificate | None = None) -> Ended:
    """How a path ends when no issuer is found for its last certificate."""
    last = path.links[-1].certificate
    if is_self_signed(last, signatures):
        return Ended(path, (untrusted_end(path),))
    return Ended(path, (missing_issuer(last, refused),))


def judged(ended: Ended, problem: SearchProblem) -> PathAttempt:
    """The attempt with all its reasons: why it ended, and everything that the client's checks say about it."""
    reasons = ended.reasons + run_checks(problem.path_checks, ended.path, problem)
    return PathAttempt(ended.path.links, ended.path.anchor, reasons)


def run_checks(checks: Iterable[PathCheck], path: CandidatePath, problem: SearchProblem) -> tuple[Reason, ...]:
    """Every reason of every check, each once. What a check said of the same path before, it is not asked again."""
    # All that a check can see of a path; the path is kept with the answers, so that the anchor's id stays its own.
    key = (tuple([(link.certificate.fingerprint, link.source) for link in path.links]), id(path.anchor))
    kept = problem.memory.checked.get(key)
    if kept is None:
        kept = problem.memory.checked[key] = (path, {})
    known = kept[1]
    met: list[Reason] = []
    for check in checks:
        said = known.get(check)
        if said is None:
            said = known[check] = tuple(check(path, problem.at))
        if said:
            met.extend(said)
    return tuple(dict.fromkeys(met)) if met else ()


def first_that_holds(
    ways: Iterable[Ended],
    problem: SearchProblem,
    budget: Budget,
    *,
    final: Callable[[PathAttempt], bool] | None = None,
) -> SearchResult:
    """Judge one way after the other until one holds; what was tried before is kept. Fails closed with the budget.

    `final` says of a way that does not hold that the engine looks no further all the same.
    """
    attempts: list[PathAttempt] = []
    try:
        for ended in ways:
            budget.spend(JUDGEMENT_COST)
            attempts.append(judged(ended, problem))
            attempt = attempts[-1]
            if attempt.anchor is not None and not (attempt.reasons and any(map(is_error, attempt.reasons))):
                break
            if final is not None and final(attempt):
                return in_order([attempt, *attempts[:-1]])
    except BudgetSpentError:
        return in_order(attempts, budget_exceeded=True)
    return in_order(attempts)


def unparsable(problem: SearchProblem) -> SearchResult | None:
    """The answer of engines that refuse a whole message for one certificate they can't read; None: all can be read."""
    for certificate in problem.presented:
        if not isinstance(certificate, Certificate):
            leaf = readable_leaf(problem)
            if leaf is None:
                return SearchResult(())
            path = CandidatePath((Link(leaf, Source.PRESENTED),), None)
            reason = error("certificate-unparsable", None, sha256=certificate.fingerprint)
            return in_order([judged(Ended(path, (reason,)), problem)])
    return None


def in_order(attempts: Iterable[PathAttempt], *, budget_exceeded: bool = False) -> SearchResult:
    """The decisive attempt first: one without errors, else the nearest to success; the others as they were tried."""
    tried = list(attempts)
    if len(tried) > 1:
        decisive = min(range(len(tried)), key=lambda index: (_distance(tried[index]), index))
        tried.insert(0, tried.pop(decisive))
    return SearchResult(tuple(tried), budget_exceeded)


def _distance(attempt: PathAttempt) -> tuple[int, int, int]:
    """How far an attempt is from success: errors at all, the way it ended, how many errors."""
    errors = [reason for reason in attempt.reasons if is_error(reason)]
    return (bool(errors), 0 if attempt.anchor is not None else _way_of_ending(errors), len(errors))


def _way_of_ending(errors: Iterable[Reason]) -> int:
    """A whole chain that is not trusted is nearer than a broken one; a mere namesake of the issuer is nearly nothing.

    Only where the key identifiers say that the namesake *is* the issuer, the signature itself is at fault.
    """
    worst = 1
    for reason in errors:
        match reason.code:
            case "signature-invalid":
                worst = max(worst, 2 if reason.fact("key_identifiers_agree") else 4)
            case "chain-incomplete":
                worst = max(worst, 3)
            case "path-budget-exceeded":
                worst = max(worst, 5)
    return worst


def anchors_for(certificate: Certificate, problem: SearchProblem) -> tuple[TrustAnchor, ...]:
    """The anchors that bear the certificate's issuer name, those with its key identifier first (RFC 4158 3.5.12)."""
    named = problem.store.named(certificate.issuer)
    if len(named) < 2:
        return named
    return tuple(sorted(named, key=lambda anchor: key_identifiers_agree(certificate, anchor.certificate) is False))


def anchor_like(certificate: Certificate, problem: SearchProblem) -> TrustAnchor | None:
    """The anchor with this certificate's name and key: what RFC 5280 6.1.1 d calls the same anchor."""
    for anchor in problem.store.named(certificate.subject):
        if anchor.spki == certificate.public_key.spki:
            return anchor
    return None


def readable_leaf(problem: SearchProblem) -> Certificate | None:
    """The first presented certificate, when it can be read."""
    first = problem.presented[0] if problem.presented else None
    return first if isinstance(first, Certificate) else None
