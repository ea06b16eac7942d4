"""Java's own key store, JKS, as keytool wrote it until Java 9: its certificates, which need no password, and its keys.

The format is in no standard; it is that of OpenJDK's JavaKeyStore and KeyProtector.
"""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.frozen import frozen
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


@frozen
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


def write_java_keystore(
    certificates: Sequence[Certificate],
    key: PrivateKey | None,
    *,
    alias: str,
    password: bytes,
    salt: bytes,
    created: datetime,
) -> bytes:
    """Write a JKS file: a key with its chain, leaf first; without a key each certificate as one that is trusted.

    `salt`: 20 random octets. The protection is weak by today's measure (SHA-1 over the password): PKCS#12 is better,
    and Java reads it since version 8.
    """
    stamp = int(created.timestamp() * 1000).to_bytes(8, "big")
    if key is not None:
        chain = b"".join(_certificate(one) for one in certificates)
        entries = [
            _number(1)
            + _word(alias)
            + stamp
            + _counted(_seal(key, password, salt))
            + _number(len(certificates))
            + chain
        ]
    else:
        aliases = [alias, *(f"{alias}-{number}" for number in range(2, len(certificates) + 1))]
        entries = [
            _number(2) + _word(name) + stamp + _certificate(one)
            for name, one in zip(aliases, certificates, strict=True)
        ]
    body = MAGIC + _number(2) + _number(len(entries)) + b"".join(entries)
    # JavaKeyStore: the digest of the password, a phrase of its own, and everything before
    seal = hashlib.sha1(_secret(password) + b"Mighty Aphrodite" + body, usedforsecurity=False)
    return body + seal.digest()


def _seal(key: PrivateKey, password: bytes, salt: bytes) -> bytes:
    """KeyProtector: what `_open` undoes."""
    secret = _secret(password)
    stream = _key_stream(secret, salt, len(key.pkcs8))
    cipher = bytes(one ^ other for one, other in zip(key.pkcs8, stream, strict=True))
    digest = hashlib.sha1(secret + key.pkcs8, usedforsecurity=False).digest()
    algorithm = der.encode(der.SEQUENCE, der.encode_oid(_KEY_PROTECTOR), der.encode(der.NULL))
    return der.encode(der.SEQUENCE, algorithm, der.encode(der.OCTET_STRING, salt, cipher, digest))


def _key_stream(secret: bytes, block: bytes, length: int) -> bytes:
    """SHA-1 over password and previous block, again and again."""
    stream = bytearray()
    while len(stream) < length:
        block = hashlib.sha1(secret + block, usedforsecurity=False).digest()
        stream += block
    return bytes(stream[:length])


def _secret(password: bytes) -> bytes:
    return password.decode("utf-8").encode("utf-16-be")


def _number(value: int) -> bytes:
    return value.to_bytes(4, "big")


def _counted(octets: bytes) -> bytes:
    return _number(len(octets)) + octets


def _word(word: str) -> bytes:
    """Java's modified UTF-8, which is UTF-8 for what is in the basic plane and no zero."""
    octets = word.encode("utf-8")
    return len(octets).to_bytes(2, "big") + octets


def _certificate(certificate: Certificate) -> bytes:
    return _word("X.509") + _counted(certificate.der)


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
        secret = _secret(password)
    except UnicodeDecodeError:
        return text("the password does not open a private key in the Java key store.")
    block, cipher, digest = protected[:_DIGEST], protected[_DIGEST:-_DIGEST], protected[-_DIGEST:]
    plain = bytes(one ^ other for one, other in zip(cipher, _key_stream(secret, block, len(cipher)), strict=True))
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
