"""Lines of JSON, each with the hash of the one before: whoever changes one breaks the chain.

A journal that was cut shows only to who knows its head, the hash of the last line. A torn line at the end is of an act
that did not take place.
"""

import hashlib
from datetime import UTC, datetime
from typing import TypeVar

import msgspec
from msgspec import Struct

from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import Text, text

FIRST = "0" * 64
"""What stands for the hash of the line before the first."""


class Link(Struct, kw_only=True):
    """What every line has; a kind of journal adds its act."""

    n: int
    at: datetime
    by: str
    """Who did it, as the system calls them."""
    prev: str


class ChainBroken(UserProblem):
    """The lines cannot be believed."""

    def __init__(self, number: int, why: Text) -> None:
        """`number`: of the line, from 1 on."""
        super().__init__(text("line {number}: {why}", number=number, why=why))
        self.number = number
        self.why = why


_L = TypeVar("_L", bound=Link)


def read_chain(data: bytes, of: type[_L]) -> tuple[tuple[_L, ...], str]:
    """Whole lines, of which each must fit the one before; and the head. Raises ChainBroken."""
    links: list[_L] = []
    head = FIRST
    for number, line in enumerate(_lines(data), 1):
        try:
            link = msgspec.json.decode(line, type=of)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise ChainBroken(number, text("it is no entry of a journal")) from None
        if link.prev != head:
            raise ChainBroken(number, text("it does not follow from the line before: something was changed or removed"))
        if link.n != number:
            raise ChainBroken(number, text("it stands in the wrong place"))
        links.append(link)
        head = hashlib.sha256(line).hexdigest()
    return tuple(links), head


def write_link(link: Link) -> bytes:
    """One line, its line feed included."""
    return msgspec.json.encode(link) + b"\n"


def moment(at: datetime) -> datetime:
    """As lines tell it: UTC, whole seconds."""
    return at.astimezone(UTC).replace(microsecond=0)


def whole_lines(data: bytes) -> bytes:
    """The lines that were written to their end."""
    return data[: data.rfind(b"\n") + 1]


def hash_after(data: bytes) -> frozenset[str]:
    """The hash of each line: every head that the journal has ever had."""
    return frozenset(hashlib.sha256(line).hexdigest() for line in _lines(data))


def _lines(data: bytes) -> list[bytes]:
    # Nothing else ends a line: an octet of a line end that was changed is a change too.
    lines = data.split(b"\n")
    return lines if lines[-1] else lines[:-1]
