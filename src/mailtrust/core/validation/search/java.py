"""Java: an ordered chain is judged as it stands, any other is sorted out by a builder that backtracks."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from mailtrust.core.model.anchors import TrustAnchor
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.client import CandidatePath, SearchProblem, SearchResult
from mailtrust.core.model.pool import Source
from mailtrust.core.model.verdict import Link, PathAttempt
from mailtrust.core.validation.checks import dates_with_anchor, names_without_subject_are_critical
from mailtrust.core.validation.checks.anchor_selection import identified, spans
from mailtrust.core.validation.checks.dates import in_its_time
from mailtrust.core.validation.paths import (
    LOOK_COST,
    Budget,
    Ended,
    Signatures,
    anchors_for,
    dead_end,
    first_that_holds,
    in_order,
    judged,
    key_identifiers_agree,
    missing_issuer,
    readable_leaf,
    too_long,
    unparsable,
    wrong_signature,
)
from mailtrust.core.validation.reasons import is_error
from mailtrust.core.x509.signatures import SignatureResult

MOST_PRESENTED = 10
"""jdk.tls.maxCertificateChainLength: a longer list ends the handshake."""
MOST_BUILT = 5
"""PKIXBuilderParameters' default: as many intermediates that are not self-issued, where the builder is used."""


def search_java(problem: SearchProblem, /) -> SearchResult:
    """Judge as JSSE's PKIXValidator does.

    The leaf itself in the store is accepted unseen. A chain in order is cut at the first certificate whose name and
    key are an anchor's, or must be issued by one, and is then judged without alternatives but for anchors of the same
    name. Any other order goes to the builder, which tries every way through what was sent. An anchor is refused where
    the authority key identifier names another key or serial number; among sent certificates that is tolerated. At most
    10 certificates may be sent. OpenJDK 17.0.21, sun.security.validator.PKIXValidator, certpath.ForwardBuilder and
    AdaptableX509CertSelector; compared with it.
    """
    leaf = readable_leaf(problem)
    if leaf is None:
        return SearchResult(())
    first = (Link(leaf, Source.PRESENTED),)
    trusted = next((anchor for anchor in problem.store.named(leaf.subject) if anchor.certificate.der == leaf.der), None)
    if trusted is not None:
        path = CandidatePath(first, trusted)
        return SearchResult((PathAttempt(first, trusted, tuple(names_without_subject_are_critical(path, problem.at))),))
    alone = CandidatePath(first, None)
    if len(problem.presented) > MOST_PRESENTED:
        return in_order([judged(Ended(alone, (too_long(alone, MOST_PRESENTED),)), problem)])
    refused = unparsable(problem)  # CertificateFactory refuses the whole message
    if refused is not None:
        return refused
    presented = [one for one in problem.presented if isinstance(one, Certificate)]
    budget = Budget(problem.limits.budget)
    ways = _ways(presented, problem, Signatures(budget))
    return first_that_holds(ways, problem, budget, final=_only_the_anchor_is_at_fault)


def _only_the_anchor_is_at_fault(attempt: PathAttempt) -> bool:
    """PKIXValidator.verifyTrustAnchor looks when the path has been found already: there is no way back from there."""
    errors = [reason for reason in attempt.reasons if is_error(reason)]
    return attempt.anchor is not None and all(
        reason.code == "issuer-not-ca" and reason.certificate == attempt.anchor.fingerprint for reason in errors
    )


def _ways(presented: Sequence[Certificate], problem: SearchProblem, signatures: Signatures) -> Iterator[Ended]:
    """In order: what stands below the first trusted certificate, or all of it below an anchor; else the builder."""
    for index, certificate in enumerate(presented[1:], 1):
        if certificate.subject.match_key != presented[index - 1].issuer.match_key:
            return _build((Link(presented[0], Source.PRESENTED),), presented, problem, signatures)
        if _is_trusted(certificate, problem):
            return _as_it_stands(presented[:index], problem, signatures)
    if problem.store.named(presented[-1].issuer):
        return _as_it_stands(presented, problem, signatures)
    return _build((Link(presented[0], Source.PRESENTED),), presented, problem, signatures)


def _as_it_stands(chain: Sequence[Certificate], problem: SearchProblem, signatures: Signatures) -> Iterator[Ended]:
    links = tuple(Link(certificate, Source.PRESENTED) for certificate in chain)
    for below, above in pairwise(chain):
        result = signatures.check(below, above)
        if result is not SignatureResult.VALID:
            yield Ended(CandidatePath(links, None), (wrong_signature(below, above, result, anchor=False),))
            return
    yield from _anchored(links, problem, signatures)


def _anchored(links: tuple[Link, ...], problem: SearchProblem, signatures: Signatures) -> Iterator[Ended]:
    """The path with each anchor of the right name that the validator's selector takes."""
    last = links[-1].certificate
    refused: TrustAnchor | None = None
    for anchor in anchors_for(last, problem):
        signatures.budget.spend(LOOK_COST)
        if identified(last, anchor.certificate):
            yield _with(links, anchor, signatures)
        else:
            refused = anchor
    if refused is not None:
        yield Ended(CandidatePath(links, None), (missing_issuer(last, refused.certificate),))


def _with(links: tuple[Link, ...], anchor: TrustAnchor, signatures: Signatures) -> Ended:
    last = links[-1].certificate
    result = signatures.check(last, anchor.certificate)
    if result is SignatureResult.VALID:
        return Ended(CandidatePath(links, anchor))
    return Ended(CandidatePath(links, None), (wrong_signature(last, anchor.certificate, result, anchor=True),))


def _build(
    links: tuple[Link, ...], presented: Sequence[Certificate], problem: SearchProblem, signatures: Signatures
) -> Iterator[Ended]:
    """SunCertPathBuilder: anchors and sent certificates together, in the order of PKIXCertComparator."""
    last = links[-1].certificate
    issued = False
    for issuer, anchor in _candidates(last, presented, problem):
        signatures.budget.spend(LOOK_COST)
        if anchor is not None:
            ended = _built_with(links, anchor, problem, signatures)
            issued = issued or ended.path.anchor is not None
            yield ended
            continue
        if _same_name_and_key(issuer, links):
            continue
        result = signatures.check(last, issuer)
        if result is not SignatureResult.VALID:
            yield Ended(CandidatePath(links, None), (wrong_signature(last, issuer, result, anchor=False),))
            continue
        issued = True
        longer = (*links, Link(issuer, Source.PRESENTED))
        if sum(not link.certificate.self_issued for link in longer[1:]) > MOST_BUILT:
            yield Ended(CandidatePath(longer, None), (too_long(CandidatePath(longer, None), MOST_BUILT + 2),))
        else:
            yield from _build(longer, presented, problem, signatures)
    if not issued:
        yield dead_end(CandidatePath(links, None), signatures)


def _candidates(
    child: Certificate, presented: Sequence[Certificate], problem: SearchProblem
) -> list[tuple[Certificate, TrustAnchor | None]]:
    """ForwardBuilder.getMatchingCACerts: what bears the issuer's name, anchors among them.

    The right key identifier first, then what an anchor issued; of two that are equal, the one that was added later.
    """
    found: dict[str, tuple[Certificate, TrustAnchor | None]] = {}
    for anchor in problem.store.named(child.issuer):
        found[anchor.fingerprint] = (anchor.certificate, anchor)
    for certificate in presented:
        if certificate.subject.match_key == child.issuer.match_key:
            found.setdefault(certificate.fingerprint, (certificate, None))

    def rank(one: tuple[Certificate, TrustAnchor | None]) -> tuple[bool, bool]:
        issuer = one[0]
        return key_identifiers_agree(child, issuer) is not True, not problem.store.named(issuer.issuer)

    latest_first = list(found.values())[::-1]
    return sorted(latest_first, key=rank)


def _built_with(links: tuple[Link, ...], anchor: TrustAnchor, problem: SearchProblem, signatures: Signatures) -> Ended:
    """The builder does not ask for the authority key identifier, but from the second step on for the anchor's dates.

    Its selector is used again, and the date that was meant for intermediates stays in it (ForwardBuilder 19740a2).
    """
    if len(links) > 1 and not in_its_time(anchor.certificate, problem.at):
        path = CandidatePath(links, anchor)
        reasons = dates_with_anchor(path, problem.at)
        return Ended(path, tuple(reason for reason in reasons if reason.certificate == anchor.fingerprint))
    if not spans(anchor.certificate, links[-1].certificate):
        return Ended(CandidatePath(links, None), (missing_issuer(links[-1].certificate, anchor.certificate),))
    return _with(links, anchor, signatures)


def _is_trusted(certificate: Certificate, problem: SearchProblem) -> bool:
    return any(anchor.spki == certificate.public_key.spki for anchor in problem.store.named(certificate.subject))


def _same_name_and_key(certificate: Certificate, links: Sequence[Link]) -> bool:
    """UntrustedChecker and the loop check of SunCertPathBuilder: a subject and its key come once."""
    return any(
        link.certificate.subject.match_key == certificate.subject.match_key
        and link.certificate.public_key.spki == certificate.public_key.spki
        for link in links
    )
