"""Private keys: read from PKCS#8, PKCS#1 and SEC 1, kept opaque, written as PKCS#8. Never shown."""

import re
import warnings
from dataclasses import field

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
    load_pem_private_key,
)

from mailtrust.core.model.certificate import Certificate, PublicKey
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.text import Text, text
from mailtrust.core.x509 import der
from mailtrust.core.x509.algorithms import read_public_key, rsa_numbers
from mailtrust.core.x509.derivation import asks_too_much
from mailtrust.core.x509.pem import find_pem

SigningKey = (
    rsa.RSAPrivateKey
    | ec.EllipticCurvePrivateKey
    | ed25519.Ed25519PrivateKey
    | ed448.Ed448PrivateKey
    | dsa.DSAPrivateKey
)

_VECTOR = re.compile(rb"DEK-Info:\s*(?P<cipher>[A-Za-z0-9-]+)\s*,\s*(?P<hex>[0-9A-Fa-f]*)")


@frozen
class PrivateKey:
    """A private key of any algorithm. What it shows of itself is its public half."""

    pkcs8: bytes = field(repr=False)
    """DER of an unencrypted PrivateKeyInfo (RFC 5958): never to be shown, logged or recorded."""
    public_key: PublicKey

    @property
    def spki(self) -> bytes:
        """DER SubjectPublicKeyInfo of the public half."""
        return self.public_key.spki

    def matches(self, certificate: Certificate) -> bool:
        """Whether the certificate is for this key, however its SubjectPublicKeyInfo is spelled."""
        return same_key(certificate.public_key, self.public_key)

    def to_pem(self, password: bytes | None = None) -> str:
        """PKCS#8 PEM, encrypted when there is a password (PBES2 with AES-256)."""
        encryption = BestAvailableEncryption(password) if password else NoEncryption()
        return self.opened().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption).decode("ascii")

    def opened(self) -> SigningKey:
        """The crypto library's own object, to sign with."""
        # `keep` had it checked and of the right kind
        opened = load_der_private_key(self.pkcs8, None, unsafe_skip_rsa_key_validation=True)
        assert isinstance(opened, SigningKey)  # noqa: S101
        return opened


def same_key(one: PublicKey, other: PublicKey) -> bool:
    """Whether two public keys are the same, however their SubjectPublicKeyInfo is spelled."""
    if one.spki == other.spki:
        return True
    if not one.algorithm == other.algorithm == "rsa":
        return False
    try:  # an RSA key may be restricted to PSS in the certificate (RFC 4055 1.2)
        return rsa_numbers(one.spki) == rsa_numbers(other.spki)
    except der.DerError:
        return False


def keep(key: PrivateKeyTypes) -> PrivateKey:
    """Wrap a key of the crypto library; ValueError for a kind that signs nothing."""
    if not isinstance(key, SigningKey):
        raise ValueError("a key that signs nothing")  # noqa: TRY004 - it is a value from a file
    spki = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    pkcs8 = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return PrivateKey(pkcs8, read_public_key(spki)[0])


def read_private_key(data: bytes, password: bytes | None = None) -> PrivateKey | Text:
    """Read one key from its PEM block or its DER octets; a Text says why it cannot be read."""
    if any(asks_too_much(block.data) for block in find_pem(data)) or asks_too_much(data):
        return text("the private key is encrypted in a way that would take very long, or much memory, to undo.")
    if any(_vector_is_short(vector) for vector in _VECTOR.finditer(data)):
        return text("the private key cannot be read: it is damaged, or of a kind that is not supported.")
    with warnings.catch_warnings():  # the library warns of kinds of key that it will drop
        warnings.simplefilter("ignore")
        try:
            return keep(_load(data, password))
        except TypeError:  # the library's way to say that password and key do not go together
            if not password:
                return text("the private key is encrypted: give its password.")
        except (ValueError, UnsupportedAlgorithm):
            if password:
                return text("the private key cannot be read: its password is another one, or the file is damaged.")
            return text("the private key cannot be read: it is damaged, or of a kind that is not supported.")
        try:
            return keep(_load(data, None))
        except (TypeError, ValueError, UnsupportedAlgorithm):
            return text("the private key cannot be read: it is damaged, or of a kind that is not supported.")


def _vector_is_short(found: re.Match[bytes]) -> bool:
    """RFC 1421 4.6.1.3: as long as a block. The library does not refuse a shorter one: it panics."""
    return len(found["hex"]) < (32 if found["cipher"].startswith(b"AES") else 16)


def _load(data: bytes, password: bytes | None) -> PrivateKeyTypes:
    load = load_pem_private_key if b"-----BEGIN" in data else load_der_private_key
    return load(data, password)
