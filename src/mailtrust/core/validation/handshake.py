"""HandshakeCheck: what clients demand of the handshake itself."""

from collections.abc import Iterator

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.client import HandshakeCheck
from mailtrust.core.model.observation import Handshake
from mailtrust.core.model.verdict import Reason
from mailtrust.core.validation.checks.alike import one_of_each
from mailtrust.core.validation.reasons import error

BORINGSSL_CURVES = frozenset({"secp256r1", "secp384r1"})

TLS_VERSIONS = ("SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3")
"""Oldest first, by OpenSSL's names."""


def tls_at_least(version: str) -> HandshakeCheck:
    """The server speaks this version or a newer one: `tls-version-old`."""
    least = TLS_VERSIONS.index(version)

    def check(handshake: Handshake, _leaf: Certificate, /) -> Iterator[Reason]:
        if handshake.tls_version in TLS_VERSIONS[:least]:
            yield error("tls-version-old", None, spoken=handshake.tls_version, least=version)

    return check


def key_proven(handshake: Handshake, leaf: Certificate, /) -> Iterator[Reason]:
    """The server used the leaf's key in the handshake: `key-not-proven`. No client goes on without that."""
    if not handshake.key_proven:
        yield error("key-not-proven", leaf, tls_version=handshake.tls_version, note=handshake.note)


def key_usage_for_key_exchange(handshake: Handshake, leaf: Certificate, /) -> Iterator[Reason]:
    """A leaf's keyUsage has the bit that this key exchange needs: `key-usage-wrong`.

    RFC 5246 7.4.2 (historic, for TLS 1.2) and RFC 8446 4.4.2.2: digitalSignature where the server signs (TLS 1.3, DHE,
    ECDHE), keyEncipherment where the client encrypts to it (RSA key exchange), keyAgreement for fixed DH and ECDH.
    Checked by OpenJDK (EndEntityChecker), BoringSSL (ssl_cert.cc) and GnuTLS ("Key usage violation").
    """
    needed = needed_key_usage(handshake)
    if leaf.key_usage is not None and needed not in leaf.key_usage:
        yield error(
            "key-usage-wrong",
            leaf,
            present=tuple(sorted(leaf.key_usage)),
            needed=(needed,),
            tls_version=handshake.tls_version,
            cipher=handshake.cipher,
        )


def needed_key_usage(handshake: Handshake) -> str:
    """The bit of keyUsage that the key exchange of this handshake needs, by the cipher's name."""
    cipher = handshake.cipher.upper().replace("_", "-").removeprefix("TLS-")
    if handshake.tls_version == "TLSv1.3" or cipher.startswith(("ECDHE-", "DHE-", "EDH-", "EECDH-")):
        return "digitalSignature"
    if cipher.startswith(("ECDH-", "DH-")):
        return "keyAgreement"
    return "keyEncipherment"


def staple_when_demanded(handshake: Handshake, leaf: Certificate, /) -> Iterator[Reason]:
    """A leaf that demands a stapled OCSP answer comes with one (RFC 7633): `must-staple-without-staple`.

    GnuTLS and Mozilla look; OpenSSL, Java, Schannel and Apple do not.
    """
    if leaf.must_staple and handshake.ocsp_staple is None:
        yield error("must-staple-without-staple", leaf, subject=leaf.subject.text)


@one_of_each
def leaf_curves(curves: frozenset[str]) -> HandshakeCheck:
    """The leaf's key, if it is an EC one, lies on a curve for which the client offers a signature: `key-weak`.

    Others hang up: BoringSSL offers none for P-521 and Ed25519 (ssl/extensions.cc kVerifySignatureAlgorithms, a0689af;
    seen in Chromium 156 and Conscrypt 2.6.3).
    """

    def check(_handshake: Handshake, leaf: Certificate, /) -> Iterator[Reason]:
        key = leaf.public_key
        if key.algorithm == "ec" and key.curve not in curves:
            yield error(
                "key-weak",
                leaf,
                subject=leaf.subject.text,
                algorithm=key.algorithm,
                bits=key.bits,
                curve=key.curve,
                least_bits=None,
            )

    return check
