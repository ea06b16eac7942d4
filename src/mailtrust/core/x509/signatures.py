"""Whether a certificate was signed with a key: RFC 5280 6.1.3 (a)(1), for weak and forbidden algorithms too.

A diagnosis must tell a weak signature from a wrong one. So SHA-1, MD5 and keys of any size are verified here;
whether they are good enough is a question for clients and rules.
"""

import hashlib
import hmac
from collections.abc import Callable
from enum import StrEnum
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING
from typing import Protocol as Interface

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from mailtrust.core.model.certificate import PublicKey, SignatureAlgorithm
from mailtrust.core.x509 import der
from mailtrust.core.x509.algorithms import ML_DSA, algorithm_identifier, pss_parameters, rsa_numbers

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

_MAX_REMEMBERED = 4096
_MAX_RSA_BITS = 16_384
"""OpenSSL's own limit: a larger modulus only costs time."""
_MAX_EXPONENT_BITS = 64
_MAX_SALT = _MAX_RSA_BITS // 8


class SignatureResult(StrEnum):
    """What the signature says."""

    VALID = "valid"
    INVALID = "invalid"
    UNSUPPORTED = "unsupported"
    """The algorithm or key is one that cannot be computed here: neither proven nor disproven."""


class Signed(Interface):
    """What is made of a body, an algorithm and a signature, in this order: certificates, lists, OCSP answers."""

    @property
    def der(self) -> bytes:
        """The three together."""
        ...

    @property
    def fingerprint(self) -> str:
        """Lower-case hex SHA-256 of `der`."""
        ...

    @property
    def tbs_der(self) -> bytes:
        """The body."""
        ...

    @property
    def signature_algorithm(self) -> SignatureAlgorithm:
        """As it stands outside of the body."""
        ...

    @property
    def signature(self) -> bytes:
        """The signature's octets."""
        ...


_HASHES: dict[str, hashes.HashAlgorithm] = {
    "md5": hashes.MD5(),  # noqa: S303 - to verify what was signed with it
    "sha1": hashes.SHA1(),  # noqa: S303
    "sha224": hashes.SHA224(),
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}

# RFC 8017 9.2 note 1, and RFC 4055 for SHA-224: the DER of DigestInfo up to the digest
_DIGEST_INFO = {
    "md5": bytes.fromhex("3020300c06082a864886f70d020505000410"),
    "sha1": bytes.fromhex("3021300906052b0e03021a05000414"),
    "sha224": bytes.fromhex("302d300d06096086480165030402040500041c"),
    "sha256": bytes.fromhex("3031300d060960864801650304020105000420"),
    "sha384": bytes.fromhex("3041300d060960864801650304020205000430"),
    "sha512": bytes.fromhex("3051300d060960864801650304020305000440"),
}

_LONGEST_KEPT = 1024
"""Octets of a key that are kept as they are; of a longer one its hash."""

_remembered: dict[tuple[str, bytes], SignatureResult] = {}
"""In the order in which they were found out: the oldest goes first."""
_lock = Lock()


def signed_by(child: Signed, issuer: PublicKey) -> SignatureResult:
    """Whether `child` bears a signature made with `issuer`. Never raises; answers are remembered, boundedly."""
    spki = issuer.spki
    key = (child.fingerprint, spki if len(spki) <= _LONGEST_KEPT else hashlib.sha256(spki).digest())
    known = _remembered.get(key)
    if known is not None:
        return known
    result = _verify(child, issuer)
    with _lock:
        _remembered[key] = result
        if len(_remembered) > _MAX_REMEMBERED:
            del _remembered[next(iter(_remembered))]
    return result


def pkcs1_v1_5_encoding(digest_name: str, message: bytes, octets: int) -> bytes | None:
    """EMSA-PKCS1-v1_5 of `message` (RFC 8017 9.2); None when the hash is unknown or the key too short for it."""
    prefix = _DIGEST_INFO.get(digest_name)
    if prefix is None:
        return None
    info = prefix + hashlib.new(digest_name, message, usedforsecurity=False).digest()
    if octets < len(info) + 11:
        return None
    return b"\0\1" + b"\xff" * (octets - len(info) - 3) + b"\0" + info


def _verify(child: Signed, issuer: PublicKey) -> SignatureResult:
    if not child.signature:
        return SignatureResult.INVALID
    if issuer.algorithm == "rsa" and not _reasonable_rsa(issuer.spki):
        return SignatureResult.UNSUPPORTED
    spki = issuer.spki
    key = _kept_key(spki) if len(spki) <= _LONGEST_KEPT else _usable_key(spki)
    if key is None:
        return _verify_by_hand(child, issuer)
    try:
        return _verify_with(key, child)
    except InvalidSignature:
        return SignatureResult.INVALID
    except (ValueError, UnsupportedAlgorithm, der.DerError):
        return _verify_by_hand(child, issuer)


def _verify_with(key: "PublicKeyTypes", child: Signed) -> SignatureResult:
    """Verify with the crypto library; InvalidSignature and UnsupportedAlgorithm are its own answers."""
    kind = child.signature_algorithm.kind
    message, signature = child.tbs_der, child.signature
    if kind == "unknown":
        return _verify_ml_dsa(key, child)
    digest = _HASHES.get(child.signature_algorithm.hash or "")
    match kind, key:
        case "ed25519", ed25519.Ed25519PublicKey():
            key.verify(signature, message)
            return SignatureResult.VALID
        case "ed448", ed448.Ed448PublicKey():
            key.verify(signature, message)
            return SignatureResult.VALID
        case (("ed25519" | "ed448"), _):
            return SignatureResult.INVALID
    if digest is None:
        return SignatureResult.UNSUPPORTED
    match kind, key:
        case "rsa-pkcs1", rsa.RSAPublicKey():
            key.verify(signature, message, padding.PKCS1v15(), digest)
        case "rsa-pss", rsa.RSAPublicKey():
            pss = _pss_padding(child)
            if pss is None:
                return SignatureResult.UNSUPPORTED
            key.verify(signature, message, pss, digest)
        case "ecdsa", ec.EllipticCurvePublicKey():
            key.verify(signature, message, ec.ECDSA(digest))
        case "dsa", dsa.DSAPublicKey():
            key.verify(signature, message, digest)
        case _:  # a key of one algorithm never made a signature of another
            return SignatureResult.INVALID
    return SignatureResult.VALID


def _verify_ml_dsa(key: "PublicKeyTypes", child: Signed) -> SignatureResult:
    """ML-DSA (RFC 9881), where the installed crypto library has it already."""
    verify: Callable[[bytes, bytes], None] | None = getattr(key, "verify", None)
    if child.signature_algorithm.oid not in ML_DSA or not type(key).__name__.startswith("MLDSA") or verify is None:
        return SignatureResult.UNSUPPORTED
    verify(child.signature, child.tbs_der)
    return SignatureResult.VALID


def _pss_padding(child: Signed) -> padding.PSS | None:
    content = der.children(der.read(child.der)[1])[1][1]
    _, mask, salt = pss_parameters(algorithm_identifier(content)[1])
    mask_hash = _HASHES.get(mask or "")
    return None if mask_hash is None or not 0 <= salt <= _MAX_SALT else padding.PSS(padding.MGF1(mask_hash), salt)


def usable_key(spki: bytes) -> "PublicKeyTypes | None":
    """A key to verify with; None for one that the crypto library declines, or whose size is beyond reason."""
    key = _kept_key(spki) if len(spki) <= _LONGEST_KEPT else _usable_key(spki)
    return None if isinstance(key, rsa.RSAPublicKey) and not _reasonable_rsa(spki) else key


def _usable_key(spki: bytes) -> "PublicKeyTypes | None":
    """The key as the crypto library takes it; None: it declines this one."""
    try:
        return load_der_public_key(spki)
    except (ValueError, UnsupportedAlgorithm):
        return None


@lru_cache(maxsize=512)
def _kept_key(spki: bytes) -> "PublicKeyTypes | None":
    """The key of an issuer, which signs many: the library works out once what it needs to verify with it."""
    return _usable_key(spki)


@lru_cache(maxsize=512)
def _reasonable_rsa(spki: bytes) -> bool:
    try:
        modulus, exponent = rsa_numbers(spki)
    except der.DerError:
        return False
    # An INTEGER has a sign, which a bit length does not show.
    if modulus <= 0 or exponent <= 0:
        return False
    return modulus.bit_length() <= _MAX_RSA_BITS and exponent.bit_length() <= _MAX_EXPONENT_BITS


def _verify_by_hand(child: Signed, issuer: PublicKey) -> SignatureResult:
    """RSASSA-PKCS1-v1_5 (RFC 8017 8.2.2) for the keys and hashes that the crypto library declines."""
    if child.signature_algorithm.kind != "rsa-pkcs1" or issuer.algorithm != "rsa":
        return SignatureResult.UNSUPPORTED
    modulus, exponent = rsa_numbers(issuer.spki)
    octets = (modulus.bit_length() + 7) // 8
    try:
        expected = pkcs1_v1_5_encoding(child.signature_algorithm.hash or "", child.tbs_der, octets)
    except ValueError:  # the hash is switched off in this Python
        expected = None
    if expected is None:
        return SignatureResult.UNSUPPORTED
    number = int.from_bytes(child.signature, "big")
    if len(child.signature) != octets or number >= modulus:
        return SignatureResult.INVALID
    met = pow(number, exponent, modulus).to_bytes(octets, "big")
    return SignatureResult.VALID if hmac.compare_digest(met, expected) else SignatureResult.INVALID
