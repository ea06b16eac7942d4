"""How much work a stranger's encrypted file asks for before it can be opened."""

from collections.abc import Iterator

from mailtrust.core.x509 import der

MOST_ROUNDS = 10_000_000
"""Rounds of key derivation in one file, all together: ten times what the most careful programs write, some seconds."""

_SCRYPT = "1.3.6.1.4.1.11591.4.11"
_MOST_SCRYPT_BLOCKS = 2**22
"""Cost times block size times parallelisation: 128 octets of memory, or as much work, for each (RFC 7914 6)."""
_DEEPEST = 24
_MOST_ELEMENTS = 50_000


def asks_too_much(octets: bytes) -> bool:
    """Whether opening it would take very long, or much memory. What is encrypted itself cannot be looked into.

    Salt and number of rounds always stand side by side, an OCTET STRING and an INTEGER: RFC 7292 4 and C, RFC 8018 A.2.
    """
    rounds = 0
    for count, found in enumerate(_tasks(octets, 0)):
        rounds += found
        if rounds > MOST_ROUNDS or count > _MOST_ELEMENTS:
            return True
    return False


def _tasks(octets: bytes, depth: int) -> Iterator[int]:
    """The rounds of each task in elements and in what they hold; 0 for every element that is none."""
    try:
        elements = der.children(octets) if depth < _DEEPEST else []
    except der.DerError:
        return
    if [tag for tag, _ in elements[:2]] == [der.OBJECT_IDENTIFIER, der.SEQUENCE] and _is_scrypt(elements):
        yield _of_scrypt(elements[1][1])
        return
    salted = False
    for tag, content in elements:
        yield _number(content) if tag == der.INTEGER and salted else 0
        salted = tag == der.OCTET_STRING
        if tag & 0x20 or salted:
            yield from _tasks(content, depth + 1)


def _is_scrypt(elements: list[tuple[int, bytes]]) -> bool:
    return elements[0][1] == der.encode_oid(_SCRYPT)[2:]


def _of_scrypt(parameters: bytes) -> int:
    """Its cost as rounds: none where it is bearable, more than may be where it is not (RFC 7914 7)."""
    try:
        numbers = [_number(content) for tag, content in der.children(parameters) if tag == der.INTEGER]
    except der.DerError:
        return 0
    cost = 1
    for number in numbers[:3]:  # what follows is the length of the key
        cost *= max(number, 1)
    return 0 if cost <= _MOST_SCRYPT_BLOCKS else MOST_ROUNDS + 1


def _number(content: bytes) -> int:
    """A number that is no longer than it need be to be too large; what is negative is no count."""
    return max(int.from_bytes(content[:16], "big", signed=True), 0)
