"""The store's own key, and the passphrase or key file that opens it."""

import base64
import hashlib
import os
import secrets
from dataclasses import field
from pathlib import Path

from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import Text, text
from mailtrust.core.x509 import sealing
from mailtrust.core.x509.private_key import PrivateKey, read_private_key
from mailtrust.edge.files import NewFile, write_new


@frozen
class KeySource:
    """Where the secret comes from that opens the store's keys."""

    given: bytes | None = field(default=None, repr=False)
    """What somebody named; None: nobody did."""
    beside: Path | None = None
    """Where else it stands, and is made when there is none; None: nowhere."""

    def secret(self) -> bytes:
        """The secret. Raises UserProblem where there is none."""
        if self.given is not None:
            return self.given
        if self.beside is None or not os.path.lexists(self.beside):
            raise UserProblem(
                text(
                    "The private keys of this store are encrypted: give the passphrase or the key file with --key-file."
                )
            )
        try:
            first = self.beside.read_bytes()[:4096].split(b"\n", 1)[0].strip()
        except OSError as error:
            raise UserProblem(
                text("Could not read {path}: {why}.", path=_called(self.beside), why=error.strerror or str(error))
            ) from error
        if not first:
            raise UserProblem(text("Expected the store's key in {path}, found nothing.", path=_called(self.beside)))
        return first

    def made(self) -> Path | None:
        """Make the key file where nothing was given and none is there (0600); its path if one was made."""
        if self.given is not None or (self.beside is not None and os.path.lexists(self.beside)):
            return None
        if self.beside is None:
            raise UserProblem(
                text(
                    "Private keys are kept encrypted: give a passphrase or a key file with --key-file, the same one "
                    "for all who use this store."
                )
            )
        line = base64.b64encode(secrets.token_bytes(sealing.KEY_OCTETS)) + b"\n"
        try:
            write_new((NewFile(self.beside, line, 0o600),))
        except OSError as error:
            raise UserProblem(
                text("Could not write {path}: {why}. Nothing was changed.",
                     path=_called(self.beside), why=error.strerror or str(error))
            ) from error  # fmt: skip
        return self.beside


@frozen
class Vault:
    """Seals private keys and opens them, each bound to its own record."""

    store_key: bytes = field(repr=False)

    @classmethod
    def opened(cls, lock: bytes, secret: bytes) -> "Vault":
        """Raises SealProblem."""
        return cls(sealing.open_lock(lock, secret))

    @classmethod
    def fresh(cls) -> "Vault":
        """With a new key."""
        return cls(secrets.token_bytes(sealing.KEY_OCTETS))

    def lock(self, secret: bytes) -> bytes:
        """What opens with this secret."""
        salt, nonce = secrets.token_bytes(sealing.SALT_OCTETS), secrets.token_bytes(sealing.NONCE_OCTETS)
        return sealing.make_lock(self.store_key, secret, salt=salt, nonce=nonce, cost=sealing.COST)

    def seal(self, key: PrivateKey) -> bytes:
        """Encrypt a private key."""
        return sealing.seal(self.store_key, key.pkcs8, _context(key.spki), secrets.token_bytes(sealing.NONCE_OCTETS))

    def unseal(self, sealed: bytes, spki: bytes) -> PrivateKey:
        """Decrypt the private key of this public one. Raises UserProblem."""
        key = read_private_key(sealing.unseal(self.store_key, sealed, _context(spki)))
        if isinstance(key, Text):
            raise UserProblem(text("The store: {why}", why=key))
        return key


def id_of_key(spki: bytes) -> str:
    """A key's id in the store: hex SHA-256 of its public half."""
    return hashlib.sha256(spki).hexdigest()


def _context(spki: bytes) -> bytes:
    return b"private-key\0" + id_of_key(spki).encode("ascii")


def _called(path: Path) -> str:
    return clean(str(path), 200)
