"""Tag-length-value octets: DER (ITU-T X.690) as written, and the BER that strangers send instead as read.

Reading is tolerant and bounded; `irregularities` tells afterwards what a strict reader minds.
"""

from functools import lru_cache

BOOLEAN = 0x01
INTEGER = 0x02
BIT_STRING = 0x03
OCTET_STRING = 0x04
NULL = 0x05
OBJECT_IDENTIFIER = 0x06
UTF8_STRING = 0x0C
PRINTABLE_STRING = 0x13
IA5_STRING = 0x16
UTC_TIME = 0x17
GENERALIZED_TIME = 0x18
BMP_STRING = 0x1E
SEQUENCE = 0x30
SET = 0x31

_CONSTRUCTED = 0x20
_END_OF_CONTENTS = b"\0\0"
_MAX_DEPTH = 32
_MAX_OID_OCTETS = 64
_MAX_SMALL_OCTETS = 64
_MAX_CHILDREN = 20_000
"""Elements read inside one other; the longest real lists (names of a certificate) have a few thousand."""


class DerError(ValueError):
    """Octets that are not the element they should be; the message says what was expected and what came."""


def read(data: bytes, at: int = 0) -> tuple[int, bytes, int]:
    """Read the element that begins at `at`: its tag, its content octets and where the next one begins."""
    tag, start, stop, after = _bounds(data, at, 0)
    return tag, data[start:stop], after


def children(content: bytes) -> list[tuple[int, bytes]]:
    """Every element inside a constructed one, as (tag, content octets)."""
    found = []
    at = 0
    end = len(content)
    while at < end:
        tag, start, stop, at = _bounds(content, at, 0)
        found.append((tag, content[start:stop]))
        if len(found) > _MAX_CHILDREN:
            raise DerError(f"more than {_MAX_CHILDREN} elements in one")
    return found


def whole_children(content: bytes) -> list[tuple[int, bytes, bytes]]:
    """Like `children`, with the whole element (tag and length included) as third value."""
    found = []
    at = 0
    end = len(content)
    while at < end:
        begin = at
        tag, start, stop, at = _bounds(content, at, 0)
        found.append((tag, content[start:stop], content[begin:at]))
        if len(found) > _MAX_CHILDREN:
            raise DerError(f"more than {_MAX_CHILDREN} elements in one")
    return found


def expect(data: bytes, tag: int, what: str) -> bytes:
    """Content octets of `data`, which is one element with this tag and nothing behind it."""
    found, content, after = read(data)
    if found != tag:
        raise DerError(f"expected {what} with tag {tag:#04x}, found tag {found:#04x}")
    if after != len(data):
        raise DerError(f"{len(data) - after} octets follow the {what}")
    return content


def integer(content: bytes) -> int:
    """Value of an INTEGER of any size, such as a key's."""
    if not content:
        raise DerError("an INTEGER without octets")
    return int.from_bytes(content, "big", signed=True)


def small_integer(content: bytes) -> int:
    """Value of an INTEGER that is a count, a version or a number of a certificate: at most 64 octets.

    Python refuses to write very large numbers in decimal, so none of them may reach a report.
    """
    if len(content) > _MAX_SMALL_OCTETS:
        raise DerError(f"an INTEGER of {len(content)} octets, more than the {_MAX_SMALL_OCTETS} that are read")
    return integer(content)


def boolean(content: bytes) -> bool:
    """Value of a BOOLEAN; any octet but 0 is true, as in BER."""
    if len(content) != 1:
        raise DerError(f"a BOOLEAN of {len(content)} octets")
    return content != b"\0"


def bits(content: bytes) -> tuple[int, bytes]:
    """Unused bits and octets of a BIT STRING."""
    if not content or content[0] > 7 or (content[0] and len(content) == 1):
        raise DerError("a BIT STRING whose number of unused bits is wrong")
    return content[0], content[1:]


def whole_octets(content: bytes) -> bytes:
    """Octets of a BIT STRING that is made of whole ones, such as a signature."""
    unused, octets = bits(content)
    if unused:
        raise DerError(f"a BIT STRING with {unused} unused bits where there should be none")
    return octets


@lru_cache(maxsize=1024)
def oid(content: bytes) -> str:
    """Dotted form of an OBJECT IDENTIFIER."""
    if not content or len(content) > _MAX_OID_OCTETS or content[-1] & 0x80:
        raise DerError("an OBJECT IDENTIFIER that is empty, cut off or too long")
    arcs: list[int] = []
    value = 0
    for octet in content:
        value = value << 7 | octet & 0x7F
        if not octet & 0x80:
            arcs.append(value)
            value = 0
    first = min(arcs[0] // 40, 2)
    return ".".join(map(str, (first, arcs[0] - 40 * first, *arcs[1:])))


def irregularities(data: bytes) -> tuple[str, ...]:
    """What DER forbids and BER allows in `data`, each kind once, in words."""
    found: dict[str, None] = {}
    try:
        _inspect(data, 0, found)
    except DerError as error:
        found[str(error)] = None
    return tuple(found)


def encode(tag: int, *contents: bytes) -> bytes:
    """Write one element around the joined `contents`."""
    content = b"".join(contents)
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def encode_integer(value: int) -> bytes:
    """Write an INTEGER, negative ones too."""
    octets = (value if value >= 0 else ~value).bit_length() // 8 + 1
    return encode(INTEGER, value.to_bytes(octets, "big", signed=True))


def encode_oid(dotted: str) -> bytes:
    """Write an OBJECT IDENTIFIER."""
    first, second, *rest = map(int, dotted.split("."))
    octets = bytearray()
    for arc in (first * 40 + second, *rest):
        groups = [arc & 0x7F]
        while arc := arc >> 7:
            groups.append(arc & 0x7F | 0x80)
        octets.extend(reversed(groups))
    return encode(OBJECT_IDENTIFIER, bytes(octets))


def _bounds(data: bytes, at: int, depth: int) -> tuple[int, int, int, int]:
    """Tag, first content octet, octet behind the content, octet behind the element."""
    end = len(data)
    start = at + 2
    if start > end:
        raise DerError("an element is cut off")
    tag = data[at]
    if tag & 0x1F == 0x1F:
        raise DerError("a tag number above 30, which X.509 never uses")
    length = data[at + 1]
    if length > 0x80:
        octets = length & 0x7F
        if octets > 8 or start + octets > end:
            raise DerError("the length of an element is cut off or too large")
        length = int.from_bytes(data[start : start + octets], "big")
        start += octets
    elif length == 0x80:
        stop = _end_of_indefinite(data, start, depth + 1)
        return tag, start, stop, stop + 2
    stop = start + length
    if stop > end:
        raise DerError("an element is longer than what holds it")
    return tag, start, stop, stop


def _end_of_indefinite(data: bytes, at: int, depth: int) -> int:
    if depth > _MAX_DEPTH:
        raise DerError(f"elements are nested more than {_MAX_DEPTH} deep")
    while data[at : at + 2] != _END_OF_CONTENTS:
        at = _bounds(data, at, depth)[3]
    return at


def _inspect(data: bytes, depth: int, found: dict[str, None]) -> None:
    if depth > _MAX_DEPTH:
        raise DerError(f"elements are nested more than {_MAX_DEPTH} deep")
    at = 0
    while at < len(data):
        tag, start, stop, after = _bounds(data, at, 0)
        size = stop - start
        if data[at + 1] == 0x80:
            found["a length is indefinite (BER, not DER)"] = None
        elif start - at != _header_size(size):
            found["a length has more octets than it needs (BER, not DER)"] = None
        content = data[start:stop]
        if tag & _CONSTRUCTED:
            _inspect(content, depth + 1, found)
        elif tag == BOOLEAN and content not in (b"\0", b"\xff"):
            found["a BOOLEAN is neither 00 nor FF (BER, not DER)"] = None
        elif tag == INTEGER and size > 1 and content[0] in (0, 0xFF) and content[0] >> 7 == content[1] >> 7:
            found["an INTEGER has more octets than it needs"] = None
        at = after


def _header_size(size: int) -> int:
    return 2 if size < 0x80 else 2 + (size.bit_length() + 7) // 8
