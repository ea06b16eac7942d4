"""Keys and signatures that are too weak for a client: `key-weak`, `signature-weak`."""

from collections.abc import Iterator
from datetime import datetime

from mailtrust.core.model.certificate import Certificate, PublicKey
from mailtrust.core.model.client import CandidatePath, PathCheck
from mailtrust.core.model.verdict import Reason
from mailtrust.core.validation.checks.alike import impersonal, one_of_each
from mailtrust.core.validation.paths import certificates, leaf_is_anchor
from mailtrust.core.validation.reasons import error

NIST_CURVES = frozenset({"secp256r1", "secp384r1", "secp521r1"})


@one_of_each
def minimum_keys(
    *,
    rsa: int = 0,
    ec: int = 0,
    dsa: int = 0,
    curves: frozenset[str] | None = None,
    algorithms: frozenset[str] | None = None,
    anchor: bool = False,
) -> PathCheck:
    """Every key has at least so many bits, and its algorithm and curve are among those that the client knows."""
    least = {"rsa": rsa, "ec": ec, "dsa": dsa}

    @impersonal
    def check(path: CandidatePath, _at: datetime, /) -> Iterator[Reason]:
        for certificate in certificates(path, anchor=anchor):
            key = certificate.public_key
            bits = least.get(key.algorithm, 0)
            foreign = algorithms is not None and key.algorithm not in algorithms
            foreign_curve = curves is not None and key.algorithm == "ec" and key.curve not in curves
            if key.bits < bits:
                yield _weak(certificate, key, bits)
            elif foreign or foreign_curve:
                yield _weak(certificate, key, None)

    return check


@one_of_each
def refuse_hashes(hashes: frozenset[str], *, public_only: bool = False) -> PathCheck:
    """No signature in the path is made with one of these hashes; an anchor's own is never looked at.

    `public_only`: only below roots that nobody added locally (JDK: `jdkCA`).
    """

    @impersonal
    def check(path: CandidatePath, _at: datetime, /) -> Iterator[Reason]:
        if leaf_is_anchor(path):
            return
        if public_only and (path.anchor is None or path.anchor.locally_added):
            return
        chain = certificates(path, anchor=False)
        # Nobody relies on a root's signature: one that was sent is at fault for being untrusted, not for its hash
        judged = chain[:-1] if path.anchor is None and len(chain) > 1 and chain[-1].self_issued else chain
        for certificate in judged:
            if certificate.signature_algorithm.hash in hashes:
                yield from weak_signature(certificate, hashes)

    return check


def weak_signature(certificate: Certificate, hashes: frozenset[str]) -> Iterator[Reason]:
    """The reason for one certificate that is signed with one of `hashes`."""
    algorithm = certificate.signature_algorithm
    if algorithm.hash in hashes:
        yield error("signature-weak", certificate, subject=certificate.subject.text, hash=algorithm.hash)


def _weak(certificate: Certificate, key: PublicKey, least: int | None) -> Reason:
    return error(
        "key-weak",
        certificate,
        subject=certificate.subject.text,
        algorithm=key.algorithm,
        bits=key.bits,
        curve=key.curve,
        least_bits=least,
    )
