"""Android: Conscrypt's TrustManagerImpl."""

from collections.abc import Iterator, Sequence

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.client import CandidatePath, SearchProblem, SearchResult
from mailtrust.core.model.pool import Source
from mailtrust.core.model.verdict import Link, PathAttempt, Reason
from mailtrust.core.validation.checks import dates, minimum_keys, refuse_hashes
from mailtrust.core.validation.paths import (
    LOOK_COST,
    Budget,
    Ended,
    Signatures,
    anchor_like,
    anchors_for,
    dead_end,
    first_that_holds,
    readable_leaf,
    run_checks,
    strongest_source,
    too_long,
    unparsable,
    untrusted_end,
    wrong_signature,
)
from mailtrust.core.validation.reasons import error
from mailtrust.core.x509.signatures import SignatureResult

_UNACCEPTABLE = (
    dates,
    minimum_keys(rsa=1024, ec=160, dsa=1024, algorithms=frozenset({"rsa", "ec", "dsa"})),
    refuse_hashes(frozenset({"md2", "md4", "md5", "sha1"})),
)
"""checkValidity and ChainStrengthAnalyzer.checkCert: an issuer that fails is passed over."""


def search_conscrypt(problem: SearchProblem, /) -> SearchResult:
    """Search as Android's trust manager does.

    Anchors of the right name and signature first, then what the server sent, in any order, then what the client
    remembers (whatever else the profile lets it see). A sent issuer that is out of its time or weak is passed over; a
    self-issued certificate that is not in the store ends its path. Where the leaf's subject and key stand in the store
    nothing is judged at all. google/conscrypt TrustManagerImpl.java checkTrustedRecursive (3869db7), by its text.
    """
    leaf = readable_leaf(problem)
    if leaf is None:
        return SearchResult(())
    first = (Link(leaf, Source.PRESENTED),)
    anchor = anchor_like(leaf, problem)
    if anchor is not None:
        return SearchResult((PathAttempt(first, anchor, ()),))
    refused = unparsable(problem)  # the TLS layer refuses the whole message
    if refused is not None:
        return refused
    sent = [one for one in problem.presented[1:] if isinstance(one, Certificate)]
    budget = Budget(problem.limits.budget)
    return first_that_holds(_grow(first, sent, problem, Signatures(budget)), problem, budget)


def _grow(
    links: tuple[Link, ...], sent: Sequence[Certificate], problem: SearchProblem, signatures: Signatures
) -> Iterator[Ended]:
    last = links[-1].certificate
    path = CandidatePath(links, None)
    if last.self_issued:
        yield Ended(path, (untrusted_end(path),))
        return
    issued = False
    for anchor in anchors_for(last, problem):
        signatures.budget.spend(LOOK_COST)
        result = signatures.check(last, anchor.certificate)
        if result is SignatureResult.VALID:
            issued = True
            yield Ended(CandidatePath(links, anchor))
        else:
            yield Ended(path, (wrong_signature(last, anchor.certificate, result, anchor=True),))
    used = {link.certificate.fingerprint for link in links}
    for issuer, source in _candidates(last, sent, problem):
        signatures.budget.spend(LOOK_COST)
        if issuer.fingerprint in used:
            continue
        used.add(issuer.fingerprint)
        longer = (*links, Link(issuer, source))
        bad = _unacceptable(issuer, problem) if source is Source.PRESENTED else ()
        result = signatures.check(last, issuer)
        if bad:
            issued = True
            yield Ended(CandidatePath(longer, None), bad)
        elif result is not SignatureResult.VALID:
            yield Ended(path, (wrong_signature(last, issuer, result, anchor=False),))
        elif len(longer) >= problem.limits.max_certificates:
            issued = True
            yield Ended(CandidatePath(longer, None), (too_long(CandidatePath(longer, None), len(longer)),))
        else:
            issued = True
            yield from _grow(longer, sent, problem, signatures)
    if not issued:
        yield dead_end(path, signatures)


def _candidates(
    child: Certificate, sent: Sequence[Certificate], problem: SearchProblem
) -> Iterator[tuple[Certificate, Source]]:
    for certificate in sent:
        if certificate.subject.match_key == child.issuer.match_key:
            yield certificate, Source.PRESENTED
    for entry in problem.pool.named(child.issuer):
        if Source.PRESENTED not in entry.sources:
            yield entry.certificate, strongest_source(entry.sources)


def _unacceptable(issuer: Certificate, problem: SearchProblem) -> tuple[Reason, ...]:
    """Why an issuer is passed over; judged as an issuer, so that an expired one is `chain-expired-issuer`."""
    alone = CandidatePath((Link(issuer, Source.PRESENTED),), None)
    return tuple(
        error("chain-expired-issuer", issuer, **dict(reason.facts)) if reason.code == "expired" else reason
        for reason in run_checks(_UNACCEPTABLE, alone, problem)
    )
