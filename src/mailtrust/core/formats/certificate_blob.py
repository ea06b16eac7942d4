"""A certificate as a store in the registry keeps it: the value `Blob`, properties first, the certificate last.

Each is three 32-bit numbers, least octet first (property, encoding type 1, length), and the octets. What Group Policy's
own editor writes has more properties, all computed from the certificate; Windows works them out again where they lack.
"""

import hashlib
import struct
from collections.abc import Iterator, Mapping

from mailtrust.core.model.certificate import Certificate

KEY_PROVIDER = 2
SHA1_HASH = 3
FRIENDLY_NAME = 11
CERTIFICATE = 32

_X509_ENCODING = 1
_MOST_PROPERTIES = 1000


def certificate_blob(certificate: Certificate, friendly_name: str = "") -> bytes:
    """The value's octets; Windows shows the friendly name in its lists."""
    properties = [(SHA1_HASH, hashlib.sha1(certificate.der, usedforsecurity=False).digest())]
    if friendly_name:
        properties.append((FRIENDLY_NAME, f"{friendly_name}\0".encode("utf-16-le")))
    properties.append((CERTIFICATE, certificate.der))
    return b"".join(struct.pack("<III", number, _X509_ENCODING, len(data)) + data for number, data in properties)


def properties_in(blob: bytes) -> Mapping[int, bytes]:
    """The properties by their numbers, as far as the octets can be read; CERTIFICATE is the certificate itself."""
    return dict(_properties(blob))


def _properties(blob: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    for _ in range(_MOST_PROPERTIES):
        if len(blob) - at < 12:
            return
        number, _, length = struct.unpack_from("<III", blob, at)
        at += 12
        if number == 0 or len(blob) - at < length:
            return
        yield number, blob[at : at + length]
        at += length
