"""AlgorithmIdentifiers and public keys (RFC 5280 4.1.1.2 and 4.1.2.7, RFC 4055, 5480, 8410) to the model."""

from functools import lru_cache
from typing import Literal

from mailtrust.core.model.certificate import PublicKey, SignatureAlgorithm
from mailtrust.core.x509 import der

RSA_ENCRYPTION = "1.2.840.113549.1.1.1"
RSASSA_PSS = "1.2.840.113549.1.1.10"
EC_PUBLIC_KEY = "1.2.840.10045.2.1"
DSA = "1.2.840.10040.4.1"
ED25519 = "1.3.101.112"
ED448 = "1.3.101.113"
ML_DSA = frozenset({"2.16.840.1.101.3.4.3.17", "2.16.840.1.101.3.4.3.18", "2.16.840.1.101.3.4.3.19"})  # RFC 9881 2
MGF1 = "1.2.840.113549.1.1.8"

Kind = Literal["rsa-pkcs1", "rsa-pss", "ecdsa", "ed25519", "ed448", "dsa", "unknown"]
Hash = Literal["md2", "md4", "md5", "sha1", "sha224", "sha256", "sha384", "sha512"]

SIGNATURES: dict[str, tuple[Kind, Hash | None]] = {
    "1.2.840.113549.1.1.2": ("rsa-pkcs1", "md2"),
    "1.2.840.113549.1.1.3": ("rsa-pkcs1", "md4"),
    "1.2.840.113549.1.1.4": ("rsa-pkcs1", "md5"),
    "1.2.840.113549.1.1.5": ("rsa-pkcs1", "sha1"),
    "1.3.14.3.2.29": ("rsa-pkcs1", "sha1"),  # OIW's older name of the same
    "1.2.840.113549.1.1.11": ("rsa-pkcs1", "sha256"),
    "1.2.840.113549.1.1.12": ("rsa-pkcs1", "sha384"),
    "1.2.840.113549.1.1.13": ("rsa-pkcs1", "sha512"),
    "1.2.840.113549.1.1.14": ("rsa-pkcs1", "sha224"),
    "1.2.840.10045.4.1": ("ecdsa", "sha1"),
    "1.2.840.10045.4.3.1": ("ecdsa", "sha224"),
    "1.2.840.10045.4.3.2": ("ecdsa", "sha256"),
    "1.2.840.10045.4.3.3": ("ecdsa", "sha384"),
    "1.2.840.10045.4.3.4": ("ecdsa", "sha512"),
    "1.2.840.10040.4.3": ("dsa", "sha1"),
    "2.16.840.1.101.3.4.3.1": ("dsa", "sha224"),
    "2.16.840.1.101.3.4.3.2": ("dsa", "sha256"),
    ED25519: ("ed25519", None),
    ED448: ("ed448", None),
}

HASHES: dict[str, Hash] = {
    "1.2.840.113549.2.2": "md2",
    "1.2.840.113549.2.4": "md4",
    "1.2.840.113549.2.5": "md5",
    "1.3.14.3.2.26": "sha1",
    "2.16.840.1.101.3.4.2.4": "sha224",
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}

CURVES: dict[str, tuple[str, int]] = {
    "1.2.840.10045.3.1.1": ("secp192r1", 192),
    "1.3.132.0.33": ("secp224r1", 224),
    "1.2.840.10045.3.1.7": ("secp256r1", 256),
    "1.3.132.0.34": ("secp384r1", 384),
    "1.3.132.0.35": ("secp521r1", 521),
    "1.3.132.0.10": ("secp256k1", 256),
    "1.3.36.3.3.2.8.1.1.7": ("brainpoolP256r1", 256),
    "1.3.36.3.3.2.8.1.1.11": ("brainpoolP384r1", 384),
    "1.3.36.3.3.2.8.1.1.13": ("brainpoolP512r1", 512),
}


_MAX_CACHED_OCTETS = 4096


def read_signature_algorithm(raw: bytes) -> SignatureAlgorithm:
    """Read the AlgorithmIdentifier of a signature; DerError when it is none.

    RSASSA-PSS with parameters that cannot be read has no hash.
    """
    return _remembered_algorithm(raw) if len(raw) <= _MAX_CACHED_OCTETS else _read_algorithm(raw)


@lru_cache(maxsize=256)
def _remembered_algorithm(raw: bytes) -> SignatureAlgorithm:
    return _read_algorithm(raw)


def _read_algorithm(raw: bytes) -> SignatureAlgorithm:
    oid, parameters = algorithm_identifier(der.expect(raw, der.SEQUENCE, "AlgorithmIdentifier"))
    if oid == RSASSA_PSS:
        try:
            return SignatureAlgorithm(oid, "rsa-pss", pss_parameters(parameters)[0])
        except der.DerError:
            return SignatureAlgorithm(oid, "rsa-pss", None)
    kind, digest = SIGNATURES.get(oid, ("unknown", None))
    return SignatureAlgorithm(oid, kind, digest)


def algorithm_identifier(content: bytes) -> tuple[str, bytes | None]:
    """OID and whole parameters element of an AlgorithmIdentifier (RFC 5280 4.1.1.2)."""
    parts = der.whole_children(content)
    if not 1 <= len(parts) <= 2 or parts[0][0] != der.OBJECT_IDENTIFIER:
        raise der.DerError("expected an algorithm and its parameters")
    return der.oid(parts[0][1]), parts[1][2] if len(parts) == 2 else None


def pss_parameters(parameters: bytes | None) -> tuple[Hash | None, Hash | None, int]:
    """Hash, hash of the mask generation and salt length in octets (RFC 4055 3.1); None for an unknown hash."""
    digest: Hash | None = "sha1"
    mask: Hash | None = "sha1"
    salt = 20
    if parameters is not None:
        for tag, content in der.children(der.expect(parameters, der.SEQUENCE, "RSASSA-PSS-params")):
            if tag == 0xA0:
                digest = _hash(der.expect(content, der.SEQUENCE, "hashAlgorithm"))
            elif tag == 0xA1:
                oid, inner = algorithm_identifier(der.expect(content, der.SEQUENCE, "maskGenAlgorithm"))
                known = oid == MGF1 and inner is not None
                mask = _hash(der.expect(inner, der.SEQUENCE, "hash of MGF1")) if known and inner else None
            elif tag == 0xA2:
                salt = der.small_integer(der.expect(content, der.INTEGER, "saltLength"))
    return digest, mask, salt


def read_public_key(spki: bytes) -> tuple[PublicKey, str]:
    """Read a SubjectPublicKeyInfo; with it what is wrong with it, empty when nothing is. Never raises.

    RSA keys restricted to PSS (RFC 4055 1.2) are `rsa` too.
    """
    return _remembered(spki) if len(spki) <= _MAX_CACHED_OCTETS else _read(spki)


@lru_cache(maxsize=1024)
def _remembered(spki: bytes) -> tuple[PublicKey, str]:
    return _read(spki)


def _read(spki: bytes) -> tuple[PublicKey, str]:
    try:
        return _public_key(spki), ""
    except der.DerError as error:
        return PublicKey(_algorithm_of(spki), 0, None, spki), str(error)


def rsa_numbers(spki: bytes) -> tuple[int, int]:
    """Modulus and exponent of an RSA key; DerError when it is none."""
    _, _, key = _split(spki)
    numbers = der.children(der.expect(key, der.SEQUENCE, "RSAPublicKey"))
    if [tag for tag, _ in numbers] != [der.INTEGER, der.INTEGER]:
        raise der.DerError("expected an RSAPublicKey of two INTEGERs")
    return der.integer(numbers[0][1]), der.integer(numbers[1][1])


def _hash(content: bytes) -> Hash | None:
    return HASHES.get(algorithm_identifier(content)[0])


def _split(spki: bytes) -> tuple[str, bytes | None, bytes]:
    parts = der.children(der.expect(spki, der.SEQUENCE, "SubjectPublicKeyInfo"))
    if [tag for tag, _ in parts] != [der.SEQUENCE, der.BIT_STRING]:
        raise der.DerError("expected an algorithm and a BIT STRING")
    oid, parameters = algorithm_identifier(parts[0][1])
    return oid, parameters, der.bits(parts[1][1])[1]


def _algorithm_of(spki: bytes) -> str:
    """The algorithm alone, of a key whose numbers cannot be read; empty when not even that."""
    try:
        oid = algorithm_identifier(der.children(der.read(spki)[1])[0][1])[0]
    except (der.DerError, IndexError):
        return ""
    names = {RSA_ENCRYPTION: "rsa", RSASSA_PSS: "rsa", EC_PUBLIC_KEY: "ec", DSA: "dsa"}
    return names.get(oid, oid)


def _public_key(spki: bytes) -> PublicKey:
    oid, parameters, key = _split(spki)
    if oid in (RSA_ENCRYPTION, RSASSA_PSS):
        modulus, exponent = rsa_numbers(spki)
        if modulus <= 0 or exponent <= 0:
            raise der.DerError("an RSA key with a number that is not positive")
        return PublicKey("rsa", modulus.bit_length(), None, spki)
    if oid == EC_PUBLIC_KEY:
        if parameters is None or parameters[0] != der.OBJECT_IDENTIFIER:
            raise der.DerError("an EC key without a named curve (RFC 5480 2.1.1)")
        curve = der.oid(der.expect(parameters, der.OBJECT_IDENTIFIER, "namedCurve"))
        # An unknown curve: about as many bits as one coordinate of the uncompressed point has
        name, bits = CURVES.get(curve, (curve, (len(key) - 1) // 2 * 8))
        return PublicKey("ec", bits, name, spki)
    if oid == ED25519:
        return PublicKey("ed25519", 256, None, spki)
    if oid == ED448:
        return PublicKey("ed448", 456, None, spki)
    if oid == DSA:
        numbers = der.children(der.expect(parameters or b"", der.SEQUENCE, "Dss-Parms"))
        if not numbers:
            raise der.DerError("a DSA key without parameters")
        return PublicKey("dsa", der.integer(numbers[0][1]).bit_length(), None, spki)
    return PublicKey(oid, len(key) * 8, None, spki)
