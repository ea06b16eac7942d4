"""DER taken apart, changed where it hurts, and put together again with right and wrong headers."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from random import Random

from tests.fuzz.mutation.octets import mutate_octets
from tests.fuzz.mutation.words import hostile

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


@lru_cache(maxsize=512)
def _parsed(data: bytes) -> tuple[Node, ...] | None:
    nodes = parse(data)
    return None if nodes is None else tuple(nodes)


def mutate_der(chance: Random, seed: bytes, seeds: Sequence[bytes]) -> bytes:
    """One to four changes of the structure, now and then of the octets as well; other octets are changed as octets."""
    known = _parsed(seed)
    if not known or chance.random() < 0.1:
        return mutate_octets(chance, seed, seeds)
    roots = [node.copy() for node in known]
    for _ in range(chance.choice((1, 1, 1, 2, 2, 4))):
        nodes = [node for root in roots for node in root.walk()]
        chance.choice(CHANGES)(chance, chance.choice(nodes), nodes, seeds)
    octets = b"".join(root.encode() for root in roots)[:LONGEST]
    return mutate_octets(chance, octets, seeds) if chance.random() < 0.05 else octets


def _turn_bit(chance: Random, node: Node, nodes: Sequence[Node], seeds: Sequence[bytes]) -> None:
    leaf = _leaf(chance, nodes)
    if leaf.content:
        at = chance.randrange(len(leaf.content))
        leaf.content = (
            leaf.content[:at] + bytes((leaf.content[at] ^ 1 << chance.randrange(8),)) + leaf.content[at + 1 :]
        )


def _shorten(chance: Random, node: Node, nodes: Sequence[Node], seeds: Sequence[bytes]) -> None:
    if node.inside:
        del node.inside[chance.randrange(len(node.inside)) :]
    else:
        node.content = node.content[: chance.randrange(len(node.content) + 1)]


def _drop(chance: Random, node: Node, nodes: Sequence[Node], seeds: Sequence[bytes]) -> None:
    if node.inside:
        del node.inside[chance.randrange(len(node.inside))]


def _repeat(chance: Random, node: Node, nodes: Sequence[Node], seeds: Sequence[bytes]) -> None:
    if node.inside:
        at = chance.randrange(len(node.inside))
        times = chance.choice((1, 1, 2, 9, 200, 2000))
        node.inside[at:at] = [node.inside[at]] * min(times, 1 + LONGEST // 2 // (len(node.inside[at].encode()) + 1))


def _swap(chance: Random, node: Node, nodes: Sequence[Node], seeds: Sequence[bytes]) -> None:
    if node.inside:
        chance.shuffle(node.inside)


def _splice(chance: Random, node: Node, nodes: Sequence[Node], seeds: Sequence[bytes]) -> None:
    other = _parsed(chance.choice(seeds))
    if other:
        found = [one for root in other for one in root.walk()]
        alike = [one for one in found if one.tag == node.tag]
        _become(node, chance.choice(alike if alike and chance.random() < 0.8 else found).copy())


def _move(chance: Random, node: Node, nodes: Sequence[Node], seeds: Sequence[bytes]) -> None:
    _become(node, chance.choice(nodes).copy())


def _retag(chance: Random, node: Node, nodes: Sequence[Node], seeds: Sequence[bytes]) -> None:
    node.tag = chance.choice(TAGS) if chance.random() < 0.8 else chance.randrange(256)


def _lie(chance: Random, node: Node, nodes: Sequence[Node], seeds: Sequence[bytes]) -> None:
    node.lie = chance.choice((-1, 1, -2, 2, 100, 10_000, 1 << 31, 1 << 62, -chance.randrange(200)))


def _other_form(chance: Random, node: Node, nodes: Sequence[Node], seeds: Sequence[bytes]) -> None:
    for one in nodes if chance.random() < 0.2 else (node,):
        one.form = chance.choice(("long", "indefinite"))


def _nest(chance: Random, node: Node, nodes: Sequence[Node], seeds: Sequence[bytes]) -> None:
    """Wrapped again and again: SEQUENCEs, or directoryNames and otherNames inside each other."""
    tags = chance.choice(((0x30,), (0x31, 0x30), (0xA4, 0x30), (0xA0,), (0xA0, 0xA0, 0xA4), (0x04,)))
    levels = chance.choice((1, 3, 10, 31, 33, 200, 1500))
    octets = node.encode()
    for level in range(levels - 1):
        octets = Node(tags[level % len(tags)], octets).encode()
    _become(node, Node(tags[(levels - 1) % len(tags)], octets))


def _huge_number(chance: Random, node: Node, nodes: Sequence[Node], seeds: Sequence[bytes]) -> None:
    leaf = _tagged(chance, nodes, 0x02) or node
    size = chance.choice((0, 1, 8, 21, 64, 65, 600, 5000, 70_000))
    leaf.inside, leaf.content = None, chance.choice((b"\x7f", b"\xff", b"\x00", b"\x80", b"")) + chance.randbytes(size)


def _odd_identifier(chance: Random, node: Node, nodes: Sequence[Node], seeds: Sequence[bytes]) -> None:
    leaf = _tagged(chance, nodes, 0x06) or node
    content = (
        b"",
        b"\x80",
        b"\xff" * 63 + b"\x7f",
        b"\xff" * 5000,
        b"\x2a",
        b"\x80\x01",
        chance.randbytes(9),
        *EXTENSIONS,
    )
    leaf.inside, leaf.content = None, chance.choice(content)


def _odd_text(chance: Random, node: Node, nodes: Sequence[Node], seeds: Sequence[bytes]) -> None:
    texts = [one for one in nodes if one.inside is None and (one.tag in STRINGS or one.tag in (0x81, 0x82, 0x86))]
    for leaf in chance.sample(texts, min(len(texts), chance.choice((1, 1, 2, 5)))):
        if leaf.tag in STRINGS and chance.random() < 0.5:
            leaf.tag = chance.choice(STRINGS)
        words = hostile(chance)
        leaf.content = words.encode(
            ENCODINGS.get(leaf.tag, "utf-8"), "surrogatepass" if leaf.tag != 0x14 else "replace"
        )
        if leaf.tag == 0x86 and chance.random() < 0.5:
            leaf.content = chance.choice(URLS)


def _odd_time(chance: Random, node: Node, nodes: Sequence[Node], seeds: Sequence[bytes]) -> None:
    leaf = _tagged(chance, nodes, 0x17, 0x18)
    if leaf is not None:
        leaf.tag, leaf.content = chance.choice((0x17, 0x18)), chance.choice(TIMES)


def _odd_address(chance: Random, node: Node, nodes: Sequence[Node], seeds: Sequence[bytes]) -> None:
    holder = chance.choice([one for one in nodes if one.inside is not None] or [node])
    size = chance.choice((0, 1, 3, 4, 5, 8, 15, 16, 17, 32, 33))
    holder.inside = [
        *(holder.inside or ()),
        Node(0x87, chance.choice((bytes(size), b"\xff" * size, chance.randbytes(size)))),
    ]


def _extra_extension(chance: Random, node: Node, nodes: Sequence[Node], seeds: Sequence[bytes]) -> None:
    """An extension of any kind with any value, beside those that are there."""
    lists = [one for one in nodes if one.tag == 0x30 and one.inside and all(_is_extension(it) for it in one.inside)]
    if lists:
        value = (
            chance.choice(nodes).encode() if chance.random() < 0.7 else chance.randbytes(chance.choice((0, 1, 9, 90)))
        )
        flag = chance.choice(([], [Node(0x01, b"\xff")], [Node(0x01, b"\0")], [Node(0x01, b"")]))
        extension = Node(0x30, inside=[Node(0x06, chance.choice(EXTENSIONS)), *flag, Node(0x04, value)])
        holder = chance.choice(lists).inside
        assert holder is not None
        holder.insert(chance.randrange(len(holder) + 1), extension)


def _many_names(chance: Random, node: Node, nodes: Sequence[Node], seeds: Sequence[bytes]) -> None:
    """A list of names as long as a certificate can hold."""
    lists = [one for one in nodes if one.inside and all(it.tag in (0x81, 0x82, 0x86, 0x87, 0xA4) for it in one.inside)]
    if lists:
        holder = chance.choice(lists)
        label = chance.choice((b"", b"a", b"*.example.com", b"mail.example.co", b"xn--a", bytes(4)))
        names = [Node(chance.choice((0x82, 0x82, 0x86, 0x87, 0xA4, 0x88)), label)] * chance.choice((50, 1000, 19_000))
        holder.inside = [*(holder.inside or ()), *names[: LONGEST // 2 // (len(label) + 2)]]


Change = Callable[[Random, Node, Sequence[Node], Sequence[bytes]], None]
CHANGES: tuple[Change, ...] = (
    _turn_bit,
    _turn_bit,
    _shorten,
    _drop,
    _repeat,
    _swap,
    _splice,
    _splice,
    _move,
    _retag,
    _lie,
    _other_form,
    _nest,
    _huge_number,
    _odd_identifier,
    _odd_text,
    _odd_text,
    _odd_time,
    _odd_address,
    _extra_extension,
    _many_names,
)


def _leaf(chance: Random, nodes: Sequence[Node]) -> Node:
    return chance.choice([node for node in nodes if node.inside is None] or list(nodes))


def _tagged(chance: Random, nodes: Sequence[Node], *tags: int) -> Node | None:
    found = [node for node in nodes if node.tag in tags]
    return chance.choice(found) if found else None


def _become(node: Node, other: Node) -> None:
    node.tag, node.content, node.inside = other.tag, other.content, other.inside
    node.before, node.lie, node.form = other.before, other.lie, other.form


def _is_extension(node: Node) -> bool:
    return bool(node.inside) and node.inside[0].tag == 0x06 and node.inside[-1].tag == 0x04  # type: ignore[index]
