"""Octets changed by chance, whatever they mean."""

from collections.abc import Sequence
from random import Random

INTERESTING = (
    b"\x00",
    b"\xff",
    b"\x7f",
    b"\x80",
    b"\x00\x00\x00\x00",
    b"\xff\xff\xff\xff",
    b"\x7f\xff\xff\xff",
    b"\r\n",
)
LONGEST = 400_000


def mutate_octets(chance: Random, seed: bytes, seeds: Sequence[bytes]) -> bytes:
    """A few changes: bits turned, octets set, cut, inserted, repeated, and parts of another seed."""
    octets = bytearray(seed)
    for _ in range(chance.choice((1, 1, 1, 2, 3, 6, 20))):
        at = chance.randrange(len(octets) + 1)
        many = chance.choice((1, 1, 2, 4, 8, 64))
        match chance.randrange(9):
            case 0 if at < len(octets):
                octets[at] ^= 1 << chance.randrange(8)
            case 1 if at < len(octets):
                octets[at] = chance.randrange(256)
            case 2:
                del octets[at : at + many]
            case 3:
                octets[at:at] = chance.randbytes(many)
            case 4:
                octets[at:at] = octets[at : at + many] * chance.choice((1, 1, 3, 100))
            case 5:
                word = chance.choice(INTERESTING)
                octets[at : at + len(word)] = word
            case 6:
                other = chance.choice(seeds)
                begin = chance.randrange(len(other) + 1)
                octets[at : at + many] = other[begin : begin + chance.choice((many, 500))]
            case 7:
                del octets[at:]
            case _:
                octets += chance.randbytes(many)
    return bytes(octets[:LONGEST])
