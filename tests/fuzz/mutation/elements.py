"""DER as a tree that can be written with right and wrong headers, and values that hurt where they stand."""

from collections.abc import Iterator
from dataclasses import dataclass, field

CONSTRUCTED = 0x20
STRINGS = (0x0C, 0x12, 0x13, 0x14, 0x16, 0x1A, 0x1C, 0x1E)
ENCODINGS = {0x1C: "utf-32-be", 0x1E: "utf-16-be", 0x14: "latin-1"}
TAGS = (
    0x01,
    0x02,
    0x03,
    0x04,
    0x05,
    0x06,
    0x0A,
    *STRINGS,
    0x17,
    0x18,
    0x30,
    0x31,
    0x80,
    0x81,
    0x82,
    0x86,
    0x87,
    0x88,
    0xA0,
    0xA1,
    0xA3,
    0xA4,
    0x00,
    0x1F,
    0x9F,
    0xFF,
)
TIMES = (
    b"",
    b"Z",
    b"000101000000Z",
    b"500101000000Z",
    b"491231235959Z",
    b"20500101000000Z",
    b"99991231235959Z",
    b"00000101000000Z",
    b"00010101000000Z",
    b"99991231235960Z",
    b"20261131000000Z",
    b"20260101000000.123456789Z",
    b"2601010000Z",
    b"260101000000+2359",
    b"00010101000000+2359",
    b"99991231235959-2359",
    b"2026010100",
    b"-1",
    b"20260230000000Z",
    b"260101000000\x00",
    b"\xb2\xb3\xb9\xb2\xb3\xb9\xb2\xb3\xb9\xb2\xb3\xb9Z",
    b"190001010000Z",
    b"16010101000000Z",
)
URLS = (
    b"",
    b"http://",
    b"ldap:///CN=x",
    b"file:///etc/passwd",
    b"http://127.0.0.1/",
    b"http://[::1]:0/",
    b"//x",
    b"http://x.test/" + b"a" * 5000,
    b"HTTP://X.TEST/\r\nHost: y",
    b"http://x.test/\x1b[2J\x00",
    b"gopher://x",
)
EXTENSIONS = tuple(
    bytes.fromhex(arc)
    for arc in (
        "551d0e",
        "551d0f",
        "551d11",
        "551d13",
        "551d1e",
        "551d1f",
        "551d20",
        "551d21",
        "551d23",
        "551d24",
        "551d25",
        "551d2e",
        "551d36",
        "2b06010505070101",
        "2b06010505070118",
        "2b06010401d679020402",
    )
)
LONGEST = 400_000


@dataclass
class Node:
    """An element; `inside` when its content is elements, too (also below OCTET STRING and BIT STRING)."""

    tag: int
    content: bytes = b""
    inside: "list[Node] | None" = None
    before: bytes = b""
    """Octets before the elements: the unused bits of a BIT STRING."""
    lie: int | None = None
    """Octets more (or fewer) than are there; None: the length is right."""
    form: str = field(default="der")
    """How the length is written: der, long, indefinite."""

    def copy(self) -> "Node":
        inside = None if self.inside is None else [child.copy() for child in self.inside]
        return Node(self.tag, self.content, inside, self.before, self.lie, self.form)

    def encode(self) -> bytes:
        content = self.content if self.inside is None else self.before + b"".join([one.encode() for one in self.inside])
        if self.form == "indefinite":
            return bytes((self.tag, 0x80)) + content + b"\0\0"
        size = max(0, len(content) + (self.lie or 0))
        if size < 0x80 and self.form != "long":
            return bytes((self.tag, size)) + content
        octets = size.to_bytes(max(1, (size.bit_length() + 7) // 8) + 2 * (self.form == "long"))
        return bytes((self.tag, 0x80 | len(octets))) + octets + content

    def walk(self) -> "Iterator[Node]":
        yield self
        for child in self.inside or ():
            yield from child.walk()


def parse(data: bytes, depth: int = 0) -> list[Node] | None:
    """The elements that fill `data` exactly; None when it is something else."""
    nodes: list[Node] = []
    at, end = 0, len(data)
    while at < end:
        if at + 2 > end or data[at] & 0x1F == 0x1F or not data[at] or depth > 24:
            return None
        tag, size, start = data[at], data[at + 1], at + 2
        if size & 0x80:
            octets = size & 0x7F
            size = int.from_bytes(data[start : start + octets])
            start += octets
            if not 1 <= octets <= 3:
                return None
        at = start + size
        if at > end:
            return None
        content = data[start:at]
        inside, before = None, b""
        if tag & CONSTRUCTED:
            inside = parse(content, depth + 1)
            if inside is None:
                return None
        elif tag == 0x04 and size > 2:
            inside = parse(content, depth + 1)
        elif tag == 0x03 and size > 3 and content[0] == 0:
            inside, before = parse(content[1:], depth + 1), content[:1]
        nodes.append(Node(tag, content, inside, before if inside is not None else b""))
    return nodes
