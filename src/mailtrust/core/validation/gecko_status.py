"""What Gecko (Firefox, Thunderbird) makes of the OCSP answer that comes along, and of the one that it fetches.

mozilla-firefox/firefox security/certverifier/NSSCertDBTrustDomain.cpp (ca36c95), CheckRevocationByOCSP; asked of
Firefox 153 with answers of every kind, stapled and fetched; Thunderbird 153 with some that are fetched.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.client import CandidatePath
from mailtrust.core.model.status import StatusEvidence
from mailtrust.core.model.verdict import Reason
from mailtrust.core.validation.fetching import SHORT_LIFE_MOZILLA
from mailtrust.core.validation.paths import leaf_is_anchor
from mailtrust.core.validation.reasons import error
from mailtrust.core.validation.status.ocsp import Ages, word_of_answer
from mailtrust.core.validation.status.word import Good, Revoked, Undetermined, Word, strongest

AGES = Ages(without_next_update=timedelta(days=1), longest=timedelta(days=10), slop=timedelta(days=1))

FORGIVEN = frozenset({"outdated", "no-answer", "signer-unknown", "signer-not-allowed", "nothing-said"})
""" "Allowed for compatibility": a stapled answer like this is as good as none, and Gecko goes on to ask by itself."""


def status_mozilla(path: CandidatePath, evidence: StatusEvidence, at: datetime, /) -> Iterator[Reason]:
    """The leaf alone: `revoked`, `staple-bad`, and `revocation-unreachable` where a responder does not know it.

    Silence is let be. But a stapled answer that was forgiven comes back where nothing better is had: below a root that
    somebody added, in a certificate of ten days or more.
    """
    return _judged(path, evidence, at, below_own_roots=False)


def status_mozilla_141(path: CandidatePath, evidence: StatusEvidence, at: datetime, /) -> Iterator[Reason]:
    """The same up to 141, which asked below its own roots too."""
    return _judged(path, evidence, at, below_own_roots=True)


def _judged(path: CandidatePath, evidence: StatusEvidence, at: datetime, *, below_own_roots: bool) -> Iterator[Reason]:
    if path.anchor is None or leaf_is_anchor(path):
        return
    leaf, issuer = path.with_anchor[:2]
    stapled = _word(evidence.staple, leaf, issuer, at) if evidence.staple is not None else None
    match stapled:
        case Good():
            return
        case Revoked():
            yield _revoked(leaf, stapled)
            return
        case Undetermined(because=because) if not FORGIVEN.intersection(because):
            yield error("staple-bad", leaf, subject=leaf.subject.text, because=because)
            return
    if not (path.anchor.locally_added or below_own_roots) or leaf.not_after - leaf.not_before < SHORT_LIFE_MOZILLA:
        return
    fetched = strongest([_word(octets, leaf, issuer, at, stale=True) for octets in evidence.ocsp])
    match fetched:
        case Good():
            return
        case Revoked():
            yield _revoked(leaf, fetched)
            return
        case Undetermined(because=because) if "status-unknown" in because:
            yield error("revocation-unreachable", leaf, subject=leaf.subject.text, because=("status-unknown",))
            return
    if evidence.staple is None or stapled is None:
        return
    told = _word(evidence.staple, leaf, issuer, at, stale=True)
    if isinstance(told, Revoked):
        yield _revoked(leaf, told)
    elif isinstance(stapled, Undetermined):
        yield error("staple-bad", leaf, subject=leaf.subject.text, because=stapled.because)


def _word(octets: bytes, leaf: Certificate, issuer: Certificate, at: datetime, *, stale: bool = False) -> Word:
    return word_of_answer(octets, leaf, issuer, (), at, ages=AGES, stale=stale)


def _revoked(leaf: Certificate, word: Revoked) -> Reason:
    return error(
        "revoked", leaf, subject=leaf.subject.text, since=word.since, reason=word.reason, source=word.source
    )  # fmt: skip
