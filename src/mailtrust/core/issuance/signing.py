"""Signing with any key and any hash, weak ones too: what a certificate is signed with is what clients are judged by."""

from typing import Literal

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa

from mailtrust.core.x509 import der
from mailtrust.core.x509.algorithms import HASHES, MGF1, RSASSA_PSS, SIGNATURES
from mailtrust.core.x509.private_key import PrivateKey

SignatureHash = Literal["md5", "sha1", "sha256", "sha384", "sha512"]

_HASHES: dict[SignatureHash, hashes.HashAlgorithm] = {
    "md5": hashes.MD5(),  # noqa: S303 - clients that still take it must be told from those that do not
    "sha1": hashes.SHA1(),  # noqa: S303
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
_NULL = der.encode(der.NULL)


def algorithm_identifier(key: PrivateKey, digest: SignatureHash, *, pss: bool = False) -> bytes:
    """The AlgorithmIdentifier of a signature by this key; ValueError when there is none for the pair."""
    algorithm = key.public_key.algorithm
    if algorithm in ("ed25519", "ed448"):
        wanted: tuple[str, str | None] = (algorithm, None)
        parameters = b""
    elif algorithm == "rsa" and pss:
        return der.encode(der.SEQUENCE, der.encode_oid(RSASSA_PSS), _pss_parameters(digest))
    elif algorithm == "rsa":
        wanted, parameters = ("rsa-pkcs1", digest), _NULL  # RFC 4055 5: NULL, never absent
    else:
        wanted, parameters = ("ecdsa", digest), b""  # RFC 5758 3.2: absent
    for oid, known in SIGNATURES.items():
        if known == wanted:
            return der.encode(der.SEQUENCE, der.encode_oid(oid), parameters)
    raise ValueError(f"no signature algorithm joins {algorithm} and {digest}")


def sign(message: bytes, key: PrivateKey, digest: SignatureHash, *, pss: bool = False) -> bytes:
    """Sign; `digest` and `pss` count only where the algorithm leaves a choice."""
    algorithm = _HASHES[digest]
    match key.opened():
        case rsa.RSAPrivateKey() as opened if pss:
            return opened.sign(message, padding.PSS(padding.MGF1(algorithm), algorithm.digest_size), algorithm)
        case rsa.RSAPrivateKey() as opened:
            return opened.sign(message, padding.PKCS1v15(), algorithm)
        case ec.EllipticCurvePrivateKey() as opened:
            return opened.sign(message, ec.ECDSA(algorithm))
        case ed25519.Ed25519PrivateKey() as opened:
            return opened.sign(message)
        case ed448.Ed448PrivateKey() as opened:
            return opened.sign(message)
    raise ValueError(f"a key of {key.public_key.algorithm} does not sign certificates here")


def _pss_parameters(digest: SignatureHash) -> bytes:
    """RSASSA-PSS-params with salt as long as the hash (RFC 4055 3.1)."""
    oid = next(oid for oid, name in HASHES.items() if name == digest)
    hash_algorithm = der.encode(der.SEQUENCE, der.encode_oid(oid), _NULL)
    mask = der.encode(der.SEQUENCE, der.encode_oid(MGF1), hash_algorithm)
    return der.encode(
        der.SEQUENCE,
        der.encode(0xA0, hash_algorithm),
        der.encode(0xA1, mask),
        der.encode(0xA2, der.encode_integer(_HASHES[digest].digest_size)),
    )
