"""Telling a missing intermediate from a root that a client does not know, where servers rightly do not send roots."""

from dataclasses import replace

from mailtrust.core.model.pool import Pool
from mailtrust.core.model.verdict import PathAttempt, Reason
from mailtrust.core.validation.reasons import error
from mailtrust.core.x509.signatures import SignatureResult, signed_by

MOST_LOOKS = 64


def name_missing_root(attempt: PathAttempt, pool: Pool) -> PathAttempt:
    """Turn `chain-incomplete` into `anchor-unknown` where all that is missing is a root.

    To the client both are the same: nobody it knows issued the last certificate. For a cure they differ. So everything
    known is asked, also what the client can't see: when the issuer is known as a self-signed certificate, and under
    that name and key as no other certificate that a server could send, the chain is whole and its root is not trusted.
    The outcome is the same either way.
    """
    if attempt.anchor is not None:
        return attempt
    last = attempt.links[-1].certificate
    for index, reason in enumerate(attempt.reasons):
        if reason.code == "chain-incomplete" and reason.certificate == last.fingerprint:
            named = _root_of(attempt, pool)
            if named is None:
                return attempt
            return replace(attempt, reasons=(*attempt.reasons[:index], named, *attempt.reasons[index + 1 :]))
    return attempt


def _root_of(attempt: PathAttempt, pool: Pool) -> Reason | None:
    last = attempt.links[-1].certificate
    root: Reason | None = None
    for entry in pool.named(last.issuer)[:MOST_LOOKS]:
        issuer = entry.certificate
        if signed_by(last, issuer.public_key) is not SignatureResult.VALID:
            continue
        if not issuer.self_issued:
            return None
        if root is None and signed_by(issuer, issuer.public_key) is SignatureResult.VALID:
            root = error("anchor-unknown", last, root_name=issuer.subject.text, root=issuer.fingerprint, sent=False)
    return root
