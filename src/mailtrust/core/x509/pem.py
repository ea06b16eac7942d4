"""PEM, the textual encoding (RFC 7468): found in any text, written with lines of 64."""

import base64
import binascii
import re
from collections.abc import Iterable

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.frozen import frozen

CERTIFICATE_LABELS = frozenset({"CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"})
PRIVATE_KEY_LABELS = frozenset(
    {"PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "DSA PRIVATE KEY"}
)

_MAX_BLOCKS = 10_000
# RFC 7468 3. Labels are short, and a body never holds a dash: no way to make this search slow.
_BLOCK = re.compile(rb"-----BEGIN ([A-Z0-9 #]{1,64})-----([^-]*(?:-(?!----)[^-]*)*)-----END \1-----")
_HEADER = re.compile(rb"[ \t]*[A-Za-z][A-Za-z0-9-]*:[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*(?:\r?\n|\Z)")


@frozen
class PemBlock:
    """One BEGIN-END block. `data` are its octets, empty when they are no Base64; `whole` is the block as found."""

    label: str
    data: bytes
    whole: bytes
    encrypted: bool = False
    """Whether its old-style header says that the octets are encrypted (RFC 1421, as OpenSSL writes it)."""

    def __repr__(self) -> str:
        """Without contents: they may be a private key."""
        return f"PemBlock({self.label!r}, {len(self.data)} octets)"


def find_pem(data: bytes) -> tuple[PemBlock, ...]:
    """Find every PEM block, in order, whatever stands around them; UTF-16 text is understood too.

    Windows tools and PowerShell write UTF-16, with or without a byte order mark.
    """
    found = []
    for match in _BLOCK.finditer(as_ascii(data)):
        body = match[2]
        headers = _headers_end(body)
        found.append(
            PemBlock(match[1].decode("ascii"), _decode(body[headers:]), match[0], b"ENCRYPTED" in body[:headers])
        )
        if len(found) == _MAX_BLOCKS:
            break
    return tuple(found)


def to_pem(certificate: Certificate | bytes, label: str = "CERTIFICATE") -> str:
    """Write DER octets (or a certificate's) as one PEM block, ending in a line feed."""
    octets = certificate.der if isinstance(certificate, Certificate) else certificate
    text = base64.b64encode(octets).decode("ascii")
    lines = "\n".join(text[at : at + 64] for at in range(0, len(text), 64))
    return f"-----BEGIN {label}-----\n{lines}\n-----END {label}-----\n"


def to_pem_chain(certificates: Iterable[Certificate]) -> str:
    """Write certificates one behind the other."""
    return "".join(map(to_pem, certificates))


def as_ascii(data: bytes) -> bytes:
    """UTF-16 text with its zero octets taken away; everything else as it is."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        data = data[2:]
    elif not (b"-\0-\0-\0" in data[:4096] or b"\0-\0-\0-" in data[:4096]):
        return data
    return data.replace(b"\0", b"")


def _headers_end(body: bytes) -> int:
    """Where the `Name: value` lines of the old form end (RFC 1421 4.4); 0 when there are none."""
    at = len(body) - len(body.lstrip(b"\r\n"))
    start = at
    while match := _HEADER.match(body, at):
        at = match.end()
    return at if at > start else 0


def _decode(body: bytes) -> bytes:
    try:
        return base64.b64decode(b"".join(body.split()), validate=True)
    except (binascii.Error, ValueError):
        return b""
