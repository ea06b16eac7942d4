"""What the OCSP answers say that servers send along (RFC 6066 8, RFC 6960)."""

from collections.abc import Iterator

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.observation import Handshake, Observation
from mailtrust.core.model.text import Text, text
from mailtrust.core.rules.grounds.served import Served
from mailtrust.core.validation.status.ocsp import word_of_answer
from mailtrust.core.validation.status.word import Word
from mailtrust.core.x509.signatures import SignatureResult, signed_by

NO_STAPLE = text("No server sent an OCSP answer along.")
NOBODY_ASKED = text("No server sent an OCSP answer along, and nobody else was asked about revocation.")
NO_ISSUER = text("The OCSP answer cannot be judged, because the certificate's issuer is not known here.")


def stapled(served: Served) -> tuple[tuple[Observation, bytes], ...]:
    """Where an answer was sent along with this leaf, and the answer."""
    return tuple(
        (seen, seen.result.ocsp_staple)
        for seen in served.observations
        if isinstance(seen.result, Handshake) and seen.result.ocsp_staple is not None
    )


def words(evidence: Evidence, served: Served) -> tuple[tuple[Observation, Word], ...] | None:
    """What the answers say of the leaf, and where; None when its issuer is not known."""
    issuer = next(issuers_of(evidence, served.leaf), None)
    if issuer is None:
        return None
    return tuple(
        (seen, word_of_answer(staple, served.leaf, issuer, seen.presented_chain, evidence.now))
        for seen, staple in stapled(served)
    )


def reasons_told(because: tuple[str, ...]) -> Text:
    """Why an answer tells nothing, for people."""
    return _WHY.get(because[0] if because else "", _WHY["malformed"])


def issuers_of(evidence: Evidence, leaf: Certificate) -> Iterator[Certificate]:
    """The known certificates that issued this one."""
    for one in evidence.certificates.values():
        if one.subject.match_key == leaf.issuer.match_key and signed_by(leaf, one.public_key) is SignatureResult.VALID:
            yield one


_WHY: dict[str, Text] = {
    "nothing-said": text("it is about another certificate"),
    "no-answer": text("the responder gave an error instead of an answer"),
    "malformed": text("it cannot be read"),
    "not-yet-valid": text("it holds only from a later time on"),
    "outdated": text("it is out of date"),
    "signer-unknown": text("nobody knows who signed it"),
    "signer-not-allowed": text("it was signed by somebody who may not do so"),
    "signature-invalid": text("its signature is wrong"),
    "critical-extension-unknown": text("it holds a critical extension that nobody knows"),
    "status-unknown": text("the responder does not know the certificate"),
    "out-of-scope": text("it speaks of other certificates"),
    "some-reasons-only": text("it speaks of some reasons for a revocation only"),
}
