"""DER taken apart, changed where it hurts, and put together again."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from random import Random

from tests.fuzz.mutation.elements import ENCODINGS, EXTENSIONS, LONGEST, STRINGS, TAGS, TIMES, URLS, Node, parse
from tests.fuzz.mutation.octets import mutate_octets
from tests.fuzz.mutation.words import hostile


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
