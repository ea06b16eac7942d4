"""Files of a configuration changed at a few places, and everything else left as it is."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby

from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.configured import Edit
from mailtrust.core.model.server_facts import ServerFacts, content_of
from mailtrust.core.model.text import Text, in_a_row, text

MOST_SHOWN = 200
"""Characters of a line that are shown."""


@dataclass(frozen=True, slots=True)
class Replacement:
    """`new` for what stands at `start` to `end` of a file's text; nothing is taken away where the two are the same."""

    path: str
    start: int
    end: int
    new: str


def decode(octets: bytes) -> str:
    """A configuration's text, from which `encode` gives the very same octets, whatever its encoding."""
    return octets.decode("utf-8", "surrogateescape")


def encode(written: str) -> bytes:
    """Back to octets."""
    return written.encode("utf-8", "surrogateescape")


def edits(facts: ServerFacts, replacements: Iterable[Replacement]) -> tuple[Edit, ...]:
    """One edit for each file that changes. Replacements must not overlap; the same one twice counts once."""
    ordered = sorted(set(replacements), key=lambda one: (one.path, one.start, one.end))
    changed = (_edit(facts, path, tuple(parts)) for path, parts in groupby(ordered, key=lambda one: one.path))
    return tuple(edit for edit in changed if edit is not None)


def _edit(facts: ServerFacts, path: str, parts: tuple[Replacement, ...]) -> Edit | None:
    content = content_of(facts, path)
    assert content is not None, path  # noqa: S101 - a place in a file is known from the file
    old = decode(content.octets)
    new, at = "", 0
    for part in parts:
        new += old[at : part.start] + part.new
        at = part.end
    new += old[at:]
    if new == old:
        return None
    return Edit(path, encode(new), in_a_row(_told(old, new)))


def _told(old: str, new: str) -> Iterable[Text]:
    """Each line that goes, comes or becomes another."""
    before, after = old.splitlines(), new.splitlines()
    for kind, first, last, first_new, last_new in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        gone, come = _shown(before[first:last]), _shown(after[first_new:last_new])
        if gone and come:
            yield text("Line {line}: “{old}” becomes “{new}”.", line=first + 1, old=gone, new=come)
        elif come:
            yield text("After line {line} comes “{new}”.", line=first, new=come)
        else:
            yield text("Line {line}, “{old}”, goes.", line=first + 1, old=gone)


def _shown(lines: list[str]) -> str:
    return clean(" ".join(line.strip() for line in lines), MOST_SHOWN)
