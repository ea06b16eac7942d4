"""Whether a TLS server's signature was made with the key of the certificate it shows (RFC 8446 4.2.3, 4.4.3)."""

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa

from mailtrust.core.x509.signatures import usable_key

_SHA1, _SHA256, _SHA384, _SHA512 = hashes.SHA1(), hashes.SHA256(), hashes.SHA384(), hashes.SHA512()  # noqa: S303

# RFC 8446 4.2.3, by TLS 1.2's meaning: there ecdsa_* names the hash alone, not the curve (RFC 8422 5.4).
_PKCS1 = {0x0201: _SHA1, 0x0401: _SHA256, 0x0501: _SHA384, 0x0601: _SHA512}
_PSS = {0x0804: _SHA256, 0x0805: _SHA384, 0x0806: _SHA512, 0x0809: _SHA256, 0x080A: _SHA384, 0x080B: _SHA512}
_ECDSA = {0x0203: _SHA1, 0x0403: _SHA256, 0x0503: _SHA384, 0x0603: _SHA512}
_ED25519, _ED448 = 0x0807, 0x0808


def proves_key(spki: bytes, scheme: int, message: bytes, signature: bytes) -> bool:
    """Whether `signature` over `message` was made with this key. Never raises; False also where nobody can tell."""
    key = usable_key(spki)
    try:
        match key:
            case rsa.RSAPublicKey() if scheme in _PKCS1:
                key.verify(signature, message, padding.PKCS1v15(), _PKCS1[scheme])
            case rsa.RSAPublicKey() if scheme in _PSS:
                digest = _PSS[scheme]
                key.verify(signature, message, padding.PSS(padding.MGF1(digest), digest.digest_size), digest)
            case ec.EllipticCurvePublicKey() if scheme in _ECDSA:
                key.verify(signature, message, ec.ECDSA(_ECDSA[scheme]))
            case ed25519.Ed25519PublicKey() if scheme == _ED25519:
                key.verify(signature, message)
            case ed448.Ed448PublicKey() if scheme == _ED448:
                key.verify(signature, message)
            case _:
                return False
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        return False
    return True
