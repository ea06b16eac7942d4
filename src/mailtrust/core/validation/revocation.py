"""Whether a certificate was revoked, as far as lists (RFC 5280 6.3) and OCSP answers (RFC 6960) at hand can tell."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.client import CandidatePath
from mailtrust.core.model.status import StatusEvidence
from mailtrust.core.model.verdict import Reason
from mailtrust.core.validation.paths import certificates, leaf_is_anchor
from mailtrust.core.validation.reasons import error
from mailtrust.core.validation.status.lists import word_of_lists
from mailtrust.core.validation.status.ocsp import word_of_answer
from mailtrust.core.validation.status.word import Good, Revoked, Undetermined, Word, strongest


def revocation_as_known(path: CandidatePath, evidence: StatusEvidence, at: datetime, /) -> Iterator[Reason]:
    """No certificate below the anchor is known to be revoked (RFC 5280 6.1.3 a 3); silence is let be: `revoked`."""
    return _judged(path, evidence, at, required=False)


def revocation_required(path: CandidatePath, evidence: StatusEvidence, at: datetime, /) -> Iterator[Reason]:
    """Every certificate below the anchor is known not to be revoked: `revoked`, `revocation-unreachable`."""
    return _judged(path, evidence, at, required=True)


def _judged(path: CandidatePath, evidence: StatusEvidence, at: datetime, *, required: bool) -> Iterator[Reason]:
    if path.anchor is None or leaf_is_anchor(path):
        return
    chain = certificates(path, anchor=True)
    for index, certificate in enumerate(chain[:-1]):
        yield from judged_word(certificate, word_on(certificate, chain[index + 1 :], evidence, at), required=required)


def word_on(certificate: Certificate, above: Sequence[Certificate], evidence: StatusEvidence, at: datetime) -> Word:
    """All that the evidence says of one certificate; `above` begins with its issuer and ends with the anchor."""
    answers = (evidence.staple, *evidence.ocsp) if evidence.staple is not None else evidence.ocsp
    words = [word_of_answer(octets, certificate, above[0], evidence.certificates, at) for octets in answers]
    if evidence.crls:
        words.append(word_of_lists(evidence.crls, certificate, above, evidence.certificates, at))
    return strongest(words)


def judged_word(certificate: Certificate, word: Word, *, required: bool) -> Iterator[Reason]:
    """The reason that a word on a certificate gives; none for a good one."""
    match word:
        case Revoked(since=since, reason=reason, source=source):
            yield error(
                "revoked", certificate, subject=certificate.subject.text, since=since, reason=reason, source=source
            )
        case Undetermined(because=because) if required:
            yield error("revocation-unreachable", certificate, subject=certificate.subject.text, because=because)
        case Good() | Undetermined():
            return
