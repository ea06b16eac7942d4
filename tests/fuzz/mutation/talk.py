"""What a server says up to TLS, changed line by line."""

from collections.abc import Sequence
from random import Random

from tests.fuzz.mutation.octets import mutate_octets
from tests.fuzz.mutation.words import hostile

LINES = (
    b"220 go\r\n",
    b"220-\r\n",
    b"421 4.3.2 busy\r\n",
    b"454 no\r\n",
    b"250-STARTTLS\r\n",
    b"250 STARTTLS\n",
    b"999 x\r\n",
    b"2\r\n",
    b"220",
    b"\r\n",
    b"\n\r",
    b"* OK x\r\n",
    b"* BYE x\r\n",
    b"* CAPABILITY IMAP4rev1 STARTTLS\r\n",
    b"a001 OK\r\n",
    b"a002 NO\r\n",
    b"+ \r\n",
    b"* X {9}\r\n",
    b"* X {99999999999999999999}\r\n",
    b"{3+}\r\nabc",
    b"+OK\r\n",
    b"-ERR [SYS/TEMP] x\r\n",
    b".\r\n",
    b"..\r\n",
    b"STLS\r\n",
    b'"STARTTLS"\r\n',
    b'"SIEVE" "x"\r\n',
    b'OK (TAG "x") "y"\r\n',
    b"NO {5}\r\nabcde\r\n",
    b'"\\',
    b"BYE\r\n",
    b"0\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00",
    b"0\x84\xff\xff\xff\xff",
    b"0\x80\x00\x00",
    b"\x16\x03\x01\x00\x05\x02\x00\x00\x01\x00",
    b"\x15\x03\x01\x00\x02\x02\x28",
    b"\x80\x2e\x01\x00",
    b"SSH-2.0-x\r\n",
    b"HTTP/1.1 400 Bad\r\n\r\n",
)
MOST = 200_000


def mutate_talk(chance: Random, seed: bytes, seeds: Sequence[bytes]) -> bytes:
    """Lines dropped, repeated, moved, taken from elsewhere, filled with what hurts; lines without end."""
    lines = seed.splitlines(keepends=True)
    for _ in range(chance.choice((1, 1, 2, 3, 5))):
        at = chance.randrange(len(lines) + 1)
        match chance.randrange(9):
            case 0 if lines:
                del lines[at - 1]
            case 1:
                lines[at:at] = [chance.choice(LINES)]
            case 2 if lines:
                lines[at - 1 : at] = [lines[at - 1]] * chance.choice((2, 3, 3000))
            case 3:
                other = chance.choice(seeds).splitlines(keepends=True)
                lines[at:] = other[chance.randrange(len(other) + 1) :]
            case 4 if lines:
                line = lines[at - 1]
                place = chance.randrange(len(line) + 1)
                lines[at - 1] = line[:place] + hostile(chance).encode("utf-8", "surrogatepass") + line[place:]
            case 5 if lines:
                lines[at - 1] = lines[at - 1].rstrip(b"\r\n") + chance.choice((b"", b"\n", b"\r", b"\r\r\n", b"\0\r\n"))
            case 6 if lines:
                lines[at - 1] = lines[at - 1].rstrip(b"\r\n") + bytes((chance.randrange(256),)) * chance.choice(
                    (600, 9000, 70_000)
                )
            case 7 if lines:
                lines[at - 1] = mutate_octets(chance, lines[at - 1], seeds)
            case _:
                lines = lines[:at]
    return b"".join(lines)[:MOST]
