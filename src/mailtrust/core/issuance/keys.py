"""New private keys, good ones and those too short to trust."""

from collections.abc import Callable
from typing import Literal, get_args

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from mailtrust.core.x509.private_key import PrivateKey, keep

KeyKind = Literal["rsa-512", "rsa-1024", "rsa-2048", "rsa-3072", "rsa-4096", "ec-p256", "ec-p384", "ec-p521", "ed25519"]
KEY_KINDS: tuple[KeyKind, ...] = get_args(KeyKind)

RandomBits = Callable[[int], int]
"""A random number of at most so many bits, a multiple of 128."""

_EXPONENT = 65537
_CURVES: dict[str, ec.EllipticCurve] = {
    "ec-p256": ec.SECP256R1(),
    "ec-p384": ec.SECP384R1(),
    "ec-p521": ec.SECP521R1(),
}


def library_random_bits(count: int) -> int:
    """Random bits of the crypto library, which is where all randomness of issuing comes from."""
    return int.from_bytes(b"".join(AESGCM.generate_key(128) for _ in range(count // 128)), "big")


def make_serial(random_bits: RandomBits = library_random_bits) -> int:
    """A serial number: positive, at most 20 octets, 126 of its bits by chance (RFC 5280 4.1.2.2)."""
    return random_bits(128) >> 2 | 1 << 126


def make_key(kind: KeyKind, random_bits: RandomBits = library_random_bits) -> PrivateKey:
    """Make a key. Those below 2048 bits of RSA are for laboratories: every client of today refuses them."""
    if kind == "ed25519":
        return keep(ed25519.Ed25519PrivateKey.generate())
    if kind in _CURVES:
        return keep(ec.generate_private_key(_CURVES[kind]))
    bits = int(kind.removeprefix("rsa-"))
    if bits < 1024:
        return keep(_short_rsa_key(bits, random_bits))
    return make_rsa_key(bits)


def make_rsa_key(bits: int) -> PrivateKey:
    """An RSA key of any length from 1024 bits on; above 4096 it takes long to make, and to use."""
    return keep(rsa.generate_private_key(_EXPONENT, bits))


def _short_rsa_key(bits: int, random_bits: RandomBits) -> rsa.RSAPrivateKey:
    """An RSA key shorter than the crypto library makes (FIPS 186-5 A.1.3, without its lower bound)."""
    while True:
        p, q = (_prime(bits // 2, random_bits) for _ in range(2))
        if p != q and (p * q).bit_length() == bits:
            break
    d = pow(_EXPONENT, -1, (p - 1) * (q - 1))
    public = rsa.RSAPublicNumbers(_EXPONENT, p * q)
    crt = rsa.rsa_crt_dmp1(d, p), rsa.rsa_crt_dmq1(d, q), rsa.rsa_crt_iqmp(p, q)
    return rsa.RSAPrivateNumbers(p, q, d, *crt, public).private_key()


def _prime(bits: int, random_bits: RandomBits) -> int:
    """A random prime of exactly so many bits, to which the exponent is coprime."""
    while True:
        candidate = random_bits(bits) | 3 << bits - 2 | 1
        if candidate % _EXPONENT != 1 and _is_prime(candidate, random_bits, bits):
            return candidate


def _is_prime(candidate: int, random_bits: RandomBits, bits: int) -> bool:
    """Miller-Rabin with 32 random bases (FIPS 186-5 B.3.1); `candidate` is odd and larger than 3."""
    if any(candidate % small == 0 for small in (3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)):
        return False
    twos = ((candidate - 1) & (1 - candidate)).bit_length() - 1
    odd = (candidate - 1) >> twos
    for _ in range(32):
        power = pow(2 + random_bits(bits) % (candidate - 3), odd, candidate)
        if power in (1, candidate - 1):
            continue
        for _ in range(twos - 1):
            power = power * power % candidate
            if power == candidate - 1:
                break
        else:
            return False
    return True
