"""Java's own key store, JKS, as keytool wrote it until Java 9: its certificates, which need no password, and its keys.

The format is in no standard; it is that of OpenJDK's JavaKeyStore and KeyProtector.
"""

import hashlib
import hmac
from dataclasses import dataclass

from mailtrust.core.model.text import Text, text
from mailtrust.core.x509 import der
from mailtrust.core.x509.private_key import PrivateKey, read_private_key

MAGIC = b"\xfe\xed\xfe\xed"
JCEKS_MAGIC = b"\xce\xce\xce\xce"
_KEY_PROTECTOR = "1.3.6.1.4.1.42.2.17.1.1"
_MAX_ENTRIES = 1000
_MAX_CHAIN = 50
_MAX_KEY_OCTETS = 64 * 1024
_DIGEST = 20


@dataclass(frozen=True, slots=True)
class KeyStore:
    """What a JKS file holds."""

    certificates: tuple[bytes, ...]
    keys: tuple[PrivateKey, ...]
    problems: tuple[Text, ...]


class _Reader:
    """Big-endian numbers and counted octets, one behind the other."""

    def __init__(self, data: bytes, at: int) -> None:
        self._data = data
        self._at = at

    def take(self, count: int) -> bytes:
        taken = self._data[self._at : self._at + count]
        if len(taken) != count:
            raise ValueError("the key store ends early")
        self._at += count
        return taken

    def number(self, octets: int) -> int:
        return int.from_bytes(self.take(octets), "big")

    def counted(self, size_octets: int) -> bytes:
        return self.take(self.number(size_octets))


def read_java_keystore(data: bytes, password: bytes | None) -> KeyStore | Text:
    """Read a JKS file; a Text says that it cannot be read."""
    try:
        certificates, sealed = _entries(_Reader(data, len(MAGIC)))
    except ValueError:
        return text("the Java key store is damaged, or of an unknown version.")
    keys: list[PrivateKey] = []
    problems: list[Text] = []
    for entry in sealed:
        opened = _open(entry, password)
        if isinstance(opened, Text):
            problems.append(opened)
        else:
            keys.append(opened)
    return KeyStore(tuple(certificates), tuple(keys), tuple(problems))


def _entries(reader: _Reader) -> tuple[list[bytes], list[bytes]]:
    """The certificates and the sealed keys of all entries."""
    certificates: list[bytes] = []
    sealed: list[bytes] = []
    version = reader.number(4)
    entries = reader.number(4)
    if version not in (1, 2) or entries > _MAX_ENTRIES:
        raise ValueError("not a key store of a known version and size")
    for _ in range(entries):
        kind = reader.number(4)
        reader.counted(2)  # alias
        reader.take(8)  # creation date
        if kind == 1:
            sealed.append(reader.counted(4))
        chain = reader.number(4) if kind == 1 else 1
        if kind not in (1, 2) or chain > _MAX_CHAIN:
            raise ValueError("an entry of an unknown kind")
        for _ in range(chain):
            if version == 2:
                reader.counted(2)  # "X.509"
            certificates.append(reader.counted(4))
    return certificates, sealed


def _open(sealed: bytes, password: bytes | None) -> PrivateKey | Text:
    """Undo KeyProtector: a key stream of SHA-1 over password and previous block, and a digest at the end."""
    if password is None:
        return text("a private key in the Java key store was not read: give the password of the key store.")
    protected = _protected(sealed)
    if protected is None:
        return text("a private key in the Java key store is protected in a way that is not supported.")
    try:
        secret = password.decode("utf-8").encode("utf-16-be")
    except UnicodeDecodeError:
        return text("the password does not open a private key in the Java key store.")
    block, cipher, digest = protected[:_DIGEST], protected[_DIGEST:-_DIGEST], protected[-_DIGEST:]
    stream = bytearray()
    while len(stream) < len(cipher):
        block = hashlib.sha1(secret + block, usedforsecurity=False).digest()
        stream += block
    plain = bytes(one ^ other for one, other in zip(cipher, stream, strict=False))
    if not hmac.compare_digest(hashlib.sha1(secret + plain, usedforsecurity=False).digest(), digest):
        return text("the password does not open a private key in the Java key store.")
    return read_private_key(plain)


def _protected(sealed: bytes) -> bytes | None:
    """The octets under KeyProtector: salt, cipher text, digest; None when it is another protection."""
    try:
        (_, algorithm), (_, protected) = der.children(der.expect(sealed, der.SEQUENCE, "EncryptedPrivateKeyInfo"))
        oid = der.oid(der.children(algorithm)[0][1])
    except (ValueError, IndexError):
        return None
    fits = 2 * _DIGEST <= len(protected) <= _MAX_KEY_OCTETS
    return protected if oid == _KEY_PROTECTOR and fits else None
