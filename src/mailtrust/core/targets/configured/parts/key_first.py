"""Lists of files in which a key comes before its certificate: which of them belong together (postconf(5))."""

from collections.abc import Iterator, Sequence

from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.server_facts import ServerFacts
from mailtrust.core.targets.configured.parts.pem_files import certificates_in, keys_in
from mailtrust.core.x509.pem import find_pem
from mailtrust.core.x509.withheld_keys import LABEL as WITHHELD
from mailtrust.core.x509.withheld_keys import mark_of


@frozen
class Group:
    """A key and its chain: the files `first` to `last` of the list."""

    chain: str
    key: str
    first: int
    last: int


def groups(facts: ServerFacts, paths: Sequence[str]) -> Iterator[Group]:
    """The files that belong together; a chain that stands before its key is put with it all the same."""
    first = 0
    while first < len(paths):
        last = first + 1
        keys, certificates = _holds(facts, paths, first)
        chain = key = paths[first]
        if keys and not certificates and last < len(paths):
            chain = paths[last]
            last += 1
        elif certificates and not keys and last < len(paths) and _belongs(facts, chain, paths[last]):
            key = paths[last]
            last += 1
        while last < len(paths) and _holds(facts, paths, last) == (False, True) and not _starts(facts, paths, last):
            last += 1
        yield Group(chain, key, first, last)
        first = last


def key_put_first(octets: bytes) -> bytes:
    """A file's content with its only key before its certificates; as it is, where that is so, or there are several."""
    blocks = find_pem(octets)
    keys = [block.whole for block in blocks if block.label == WITHHELD]
    if len(keys) != 1 or blocks[0].label == WITHHELD:
        return octets
    return keys[0] + b"\n" + octets.replace(keys[0] + b"\n", b"", 1).replace(keys[0], b"", 1)


def _holds(facts: ServerFacts, paths: Sequence[str], at: int) -> tuple[bool, bool]:
    """Whether a file holds keys, and certificates; one that is not known is what it should be at its place."""
    found = bool(keys_in(facts, paths[at])), bool(certificates_in(facts, paths[at]))
    return found if any(found) else (True, at + 1 == len(paths))


def _belongs(facts: ServerFacts, chain: str, key: str) -> bool:
    leaf = certificates_in(facts, chain)[0]
    return mark_of(leaf) in keys_in(facts, key) and not certificates_in(facts, key)


def _starts(facts: ServerFacts, paths: Sequence[str], at: int) -> bool:
    """Whether a chain stands before the very key that follows it."""
    return at + 1 < len(paths) and _belongs(facts, paths[at], paths[at + 1])
