"""The little of BER that LDAP needs (X.690 8.1; RFC 4511 5.1: definite lengths, one-octet tags)."""

from mailtrust.core.model.frozen import frozen

LONGEST_HEAD = 6
"""Octets of a tag and a length as they are read here."""


class BerError(Exception):
    """Octets that RFC 4511 5.1 does not allow."""


@frozen
class Element:
    """One tag with its content."""

    tag: int
    content: bytes
    size: int
    """Octets of the whole element: tag, length and content."""


def encode(tag: int, content: bytes) -> bytes:
    """Give the element with the shortest length there is."""
    if len(content) < 0x80:
        return bytes((tag, len(content))) + content
    length = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def size_of(data: bytes) -> int | None:
    """Give the size of the element that begins here, from its first octets; None: more of them are needed.

    Long forms with leading zeros are legal and usual: Active Directory writes every length as `84 00 00 00 nn`.
    """
    if len(data) < 2:
        return None
    if data[0] & 0x1F == 0x1F:
        raise BerError(f"a tag of several octets: 0x{data[0]:02x}")
    first = data[1]
    if first < 0x80:
        return 2 + first
    octets = first & 0x7F
    if not 1 <= octets <= 4:
        raise BerError(f"a length of the form 0x{first:02x}")
    if len(data) < 2 + octets:
        return None
    return 2 + octets + int.from_bytes(data[2 : 2 + octets], "big")


def read(data: bytes) -> Element:
    """Read the element at the beginning of `data`; raises BerError where it is not whole."""
    size = size_of(data)
    if size is None or size > len(data):
        raise BerError("an element that ends early")
    head = 2 if data[1] < 0x80 else 2 + (data[1] & 0x7F)
    return Element(data[0], data[head:size], size)


def children(content: bytes) -> tuple[Element, ...]:
    """Read the elements that stand one after the other in `content`; in a time that grows with its size alone."""
    found: list[Element] = []
    at = 0
    while at < len(content):
        size = size_of(content[at : at + LONGEST_HEAD]) or 0
        element = read(content[at : at + max(size, 1)])
        found.append(element)
        at += element.size
    return tuple(found)
