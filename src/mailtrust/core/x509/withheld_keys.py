"""Private keys taken out of a file's content, and put in again: what facts, plans and reports may hold instead.

Each block of a private key becomes a block that tells it by the SHA-256 of its public half, or of its own octets where
it cannot be opened. So a file can be read, compared, rearranged and written into a plan, and no key leaves its place.
"""

import hashlib
import re
from collections.abc import Iterable

from mailtrust.core.model.certificate import Certificate, PublicKey
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text
from mailtrust.core.x509.pem import PRIVATE_KEY_LABELS, PemBlock, find_pem
from mailtrust.core.x509.private_key import PrivateKey, read_private_key

LABEL = "WITHHELD KEY"
"""Of the block that stands for a key."""
_WITHHELD = re.compile(rb"-----BEGIN WITHHELD KEY-----\r?\n([0-9a-f]{64})\r?\n-----END WITHHELD KEY-----")


class KeyNotThere(UserProblem):
    """A key that was withheld is in none of the files that were to hold it."""

    def __init__(self) -> None:
        super().__init__(
            text("Expected the private key that belongs to the certificate in the files that the plan names, found "
                 "another one, or none: make the plan again.")
        )  # fmt: skip


def withhold_keys(content: bytes) -> bytes:
    """The same content without a private key."""
    for block in _keys_in(content):
        content = content.replace(block.whole, withheld(_mark(block)).rstrip(b"\n"))
    return content


def put_keys_in(content: bytes, sources: Iterable[bytes]) -> bytes:
    """The content with its keys, taken from the contents of files that hold them. Raises KeyNotThere."""
    wanted = withheld_in(content)
    if not wanted:
        return content
    known = {_mark(block): block.whole for source in sources for block in _keys_in(source)}

    def found(match: re.Match[bytes]) -> bytes:
        key = known.get(match[1].decode("ascii"))
        if key is None:
            raise KeyNotThere
        return key

    return _WITHHELD.sub(found, content)


def withheld(mark: str) -> bytes:
    """The block that stands for a key."""
    return f"-----BEGIN {LABEL}-----\n{mark}\n-----END {LABEL}-----\n".encode("ascii")


def withheld_in(content: bytes) -> tuple[str, ...]:
    """The marks of the keys that were in this content."""
    return tuple(match[1].decode("ascii") for match in _WITHHELD.finditer(content))


def mark_of(key: PrivateKey | PublicKey | Certificate) -> str:
    """By what a withheld key is told: the key's own, or that of the certificate that belongs to it."""
    public = key if isinstance(key, PublicKey) else key.public_key
    return hashlib.sha256(public.spki).hexdigest()


def _keys_in(content: bytes) -> Iterable[PemBlock]:
    return (block for block in find_pem(content) if block.label in PRIVATE_KEY_LABELS)


def _mark(block: PemBlock) -> str:
    key = read_private_key(block.whole)
    return mark_of(key) if isinstance(key, PrivateKey) else hashlib.sha256(block.whole).hexdigest()
