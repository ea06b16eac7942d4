"""Private keys at rest: AES-256-GCM under a store's own key, which a passphrase or key file opens by scrypt.

A lock holds the store's key: `MTL1`, log2(N), r, p, salt (16), nonce (12), ciphertext with tag. What is sealed is
`MTS1`, nonce (12), ciphertext with tag. Either header is authenticated, and what is sealed is bound to its context:
moved to another record it does not open. Salts and nonces are arguments.
"""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text

KEY_OCTETS = 32
SALT_OCTETS = 16
NONCE_OCTETS = 12
COST = (17, 8, 1)
"""log2(N), r and p of scrypt (RFC 7914 2): 128 MiB and some tenths of a second for each guess."""
MOST_MEMORY = 2**30
"""Octets that a lock from elsewhere may ask for: 128 * N * r."""
MOST_PARALLEL = 16

_LOCK = b"MTL1"
_SEAL = b"MTS1"
_HEADER = len(_LOCK) + 3 + SALT_OCTETS


class SealProblem(UserProblem):
    """What is sealed does not open."""


def make_lock(
    store_key: bytes, secret: bytes, *, salt: bytes, nonce: bytes, cost: tuple[int, int, int] = COST
) -> bytes:
    """Lock a store's key by a secret."""
    header = _LOCK + bytes(cost) + salt
    return header + nonce + AESGCM(_derived(secret, salt, cost)).encrypt(nonce, store_key, header)


def open_lock(lock: bytes, secret: bytes) -> bytes:
    """The store's key. Raises SealProblem."""
    header, nonce, sealed = lock[:_HEADER], lock[_HEADER : _HEADER + NONCE_OCTETS], lock[_HEADER + NONCE_OCTETS :]
    if not lock.startswith(_LOCK) or len(sealed) != KEY_OCTETS + 16:
        raise SealProblem(
            text("The lock of the store's keys is damaged, or a newer mailtrust has written it. Restore a backup.")
        )
    log_n, r, p = header[len(_LOCK) : len(_LOCK) + 3]
    if not (0 < log_n < 32 and r and 0 < p <= MOST_PARALLEL and 128 * r * 2**log_n <= MOST_MEMORY):
        raise SealProblem(text("The lock of the store's keys asks for more memory than is reasonable: it is damaged."))
    try:
        return AESGCM(_derived(secret, header[-SALT_OCTETS:], (log_n, r, p))).decrypt(nonce, sealed, header)
    except InvalidTag:
        raise SealProblem(
            text(
                "The passphrase or key file is not the one that the store's keys are encrypted with. Give the right "
                "one with --key-file; without it the private keys in this store cannot be read."
            )
        ) from None


def seal(store_key: bytes, plain: bytes, context: bytes, nonce: bytes) -> bytes:
    """Encrypt and bind to a context."""
    return _SEAL + nonce + AESGCM(store_key).encrypt(nonce, plain, _SEAL + context)


def unseal(store_key: bytes, sealed: bytes, context: bytes) -> bytes:
    """What was sealed for this context. Raises SealProblem."""
    nonce = sealed[len(_SEAL) : len(_SEAL) + NONCE_OCTETS]
    try:
        if sealed.startswith(_SEAL) and len(nonce) == NONCE_OCTETS:
            return AESGCM(store_key).decrypt(nonce, sealed[len(_SEAL) + NONCE_OCTETS :], _SEAL + context)
    except InvalidTag:
        pass
    raise SealProblem(text("A private key in the store is damaged, or belongs to another record. Restore a backup."))


def _derived(secret: bytes, salt: bytes, cost: tuple[int, int, int]) -> bytes:
    log_n, r, p = cost
    return Scrypt(salt=salt, length=KEY_OCTETS, n=2**log_n, r=r, p=p).derive(secret)
