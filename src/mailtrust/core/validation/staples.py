"""RevocationRules of clients that look at the OCSP answer which comes with the handshake, and at nothing else here.

What they fetch by themselves or are shipped (CRLSets, CRLite, Apple's lists) cannot be seen from outside.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from mailtrust.core.model.client import CandidatePath
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.status import StatusEvidence
from mailtrust.core.model.verdict import Reason
from mailtrust.core.validation.paths import leaf_is_anchor
from mailtrust.core.validation.reasons import error
from mailtrust.core.validation.status.ocsp import USUAL, Ages, word_of_answer
from mailtrust.core.validation.status.word import WHY, Revoked, Undetermined


@frozen
class StapledAnswer:
    """The stapled answer about the leaf: `revoked`, and `staple-bad` where it is one that the client minds."""

    minds: frozenset[str]
    """For which of `status.word.WHY` an answer that tells nothing is worse than none."""
    ages: Ages = USUAL

    def __call__(self, path: CandidatePath, evidence: StatusEvidence, at: datetime, /) -> Iterator[Reason]:
        """Judge the answer, where there is one."""
        if evidence.staple is None or path.anchor is None or leaf_is_anchor(path):
            return
        leaf, issuer = path.with_anchor[:2]
        word = word_of_answer(evidence.staple, leaf, issuer, (), at, ages=self.ages)
        match word:
            case Revoked(since=since, reason=reason, source=source):
                yield error("revoked", leaf, subject=leaf.subject.text, since=since, reason=reason, source=source)
            case Undetermined(because=because) if not self.minds.isdisjoint(because):
                yield error("staple-bad", leaf, subject=leaf.subject.text, because=because)


STAPLE_GNUTLS = StapledAnswer(
    frozenset({"malformed", "outdated", "nothing-said", "signer-unknown", "signer-not-allowed", "signature-invalid"}),
    Ages(timedelta(days=15)),
)
"""GnuTLS 3.7.9, lib/cert-session.c check_ocsp_response; asked with stapled answers of every kind.

Taken are an answer that says `unknown`, that begins in the future, that holds an unknown critical extension, or that is
an error of the responder.
"""

STAPLE_CONSCRYPT = StapledAnswer(WHY)
"""google/conscrypt TrustManagerImpl.java, setOcspResponses: a PKIXRevocationChecker for the leaf, without soft failure.

What it does when the answer does not hold depends on whether it reaches a list of the CA: here it does not.
"""

STAPLE_REVOKED_ONLY = StapledAnswer(frozenset())
"""Apple: a certificate that is known to be revoked is never accepted; whatever else the answer is does not matter."""
