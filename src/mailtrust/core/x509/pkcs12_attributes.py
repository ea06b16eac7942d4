"""What Windows notes beside a key in a PKCS#12 file, put into one that the crypto library wrote.

The library knows friendly name and local key id alone. Key and certificates stay as they are, encrypted; only the
attributes of the key's bag are added to, and the MAC over everything is made anew.
"""

import hashlib
import hmac

from mailtrust.core.model.frozen import frozen
from mailtrust.core.x509 import der
from mailtrust.core.x509.algorithms import HASHES

# Microsoft sdk-api, PFXImportCertStore: what an import reads of a key's bag
PROVIDER_NAME = "1.3.6.1.4.1.311.17.1"
LOCAL_MACHINE_KEYSET = "1.3.6.1.4.1.311.17.2"

_DATA = "1.2.840.113549.1.7.1"
_KEY_BAGS = ("1.2.840.113549.1.12.10.1.1", "1.2.840.113549.1.12.10.1.2")
"""keyBag and pkcs8ShroudedKeyBag (RFC 7292 4.2)."""
_MAC_KEY = 3
"""RFC 7292 B.3: the purpose that the MAC's key is derived for."""


@frozen
class KeyHome:
    """Where Windows shall keep the key."""

    provider: str = ""
    """Name of the CSP or KSP; empty: Windows chooses."""
    machine: bool = False
    """In the machine's store, whoever imports it."""


def with_key_home(pfx: bytes, home: KeyHome, password: bytes | None) -> bytes:
    """The same file with the attributes added; DerError when it is none that the crypto library wrote."""
    version, safe, *mac = der.whole_children(der.expect(pfx, der.SEQUENCE, "PFX"))
    content = der.expect(_content_of(safe[1], _DATA), der.OCTET_STRING, "AuthenticatedSafe")
    parts = der.whole_children(der.expect(content, der.SEQUENCE, "AuthenticatedSafe"))
    safes = b"".join(_with_attributes(inner, whole, home) for _, inner, whole in parts)
    content = der.encode(der.SEQUENCE, safes)
    return der.encode(
        der.SEQUENCE, version[2], _data(content), *(_mac_anew(one[1], content, password or b"") for one in mac)
    )


def _data(content: bytes) -> bytes:
    inner = der.encode(0xA0, der.encode(der.OCTET_STRING, content))
    return der.encode(der.SEQUENCE, der.encode_oid(_DATA), inner)


def _content_of(content_info: bytes, wanted: str) -> bytes:
    """What a ContentInfo of the wanted type holds; DerError when it is of another."""
    parts = der.children(content_info)
    if len(parts) != 2 or parts[0][0] != der.OBJECT_IDENTIFIER or der.oid(parts[0][1]) != wanted:
        raise der.DerError(f"expected a ContentInfo of type {wanted}")
    return parts[1][1]


def _with_attributes(content_info: bytes, whole: bytes, home: KeyHome) -> bytes:
    """A ContentInfo with the key's bag added to; one that is encrypted as a whole holds no key and stays."""
    if der.oid(der.children(content_info)[0][1]) != _DATA:
        return whole
    octets = der.expect(_content_of(content_info, _DATA), der.OCTET_STRING, "SafeContents")
    bags = der.whole_children(der.expect(octets, der.SEQUENCE, "SafeContents"))
    return _data(der.encode(der.SEQUENCE, *(_bag(content, bag, home) for _, content, bag in bags)))


def _bag(content: bytes, whole: bytes, home: KeyHome) -> bytes:
    parts = der.whole_children(content)
    if der.oid(parts[0][1]) not in _KEY_BAGS:
        return whole
    known = [attribute for _, _, attribute in der.whole_children(parts[2][1])] if len(parts) > 2 else []
    # DER sorts a SET OF by its encodings (X.690 11.6)
    attributes = der.encode(der.SET, *sorted((*known, *_attributes(home))))
    return der.encode(der.SEQUENCE, parts[0][2], parts[1][2], attributes)


def _attributes(home: KeyHome) -> list[bytes]:
    found = []
    if home.provider:
        name = der.encode(der.BMP_STRING, home.provider.encode("utf-16-be"))
        found.append(der.encode(der.SEQUENCE, der.encode_oid(PROVIDER_NAME), der.encode(der.SET, name)))
    if home.machine:
        found.append(der.encode(der.SEQUENCE, der.encode_oid(LOCAL_MACHINE_KEYSET), der.encode(der.SET)))
    return found


def _mac_anew(mac: bytes, content: bytes, password: bytes) -> bytes:
    """MacData over other content, with the same hash, salt and rounds (RFC 7292 4)."""
    digest_info, salt, *rounds = der.whole_children(mac)
    algorithm = der.whole_children(digest_info[1])[0]
    name = HASHES[der.oid(der.children(algorithm[1])[0][1])]
    count = der.small_integer(rounds[0][1]) if rounds else 1
    key = _derived(name, password, salt[1], count)
    digest = hmac.new(key, content, name).digest()
    return der.encode(
        der.SEQUENCE,
        der.encode(der.SEQUENCE, algorithm[2], der.encode(der.OCTET_STRING, digest)),
        salt[2],
        *(one[2] for one in rounds),
    )


def _derived(name: str, password: bytes, salt: bytes, rounds: int) -> bytes:
    """A key as long as the hash, by RFC 7292 B.2: one block is enough, so nothing of its step 6 C is needed."""
    block = hashlib.new(name).block_size
    # RFC 7292 B.1: the password as BMPString with a terminator
    secret = password.decode("utf-8").encode("utf-16-be") + b"\0\0"
    filled = b"".join(_repeated(part, block) for part in (salt, secret))
    key = hashlib.new(name, bytes((_MAC_KEY,)) * block + filled).digest()
    for _ in range(rounds - 1):
        key = hashlib.new(name, key).digest()
    return key


def _repeated(part: bytes, block: int) -> bytes:
    """Repeated to fill whole blocks (RFC 7292 B.2, steps 2 and 3)."""
    length = -(-len(part) // block) * block
    return (part * (length // len(part) + 1))[:length] if part else b""
