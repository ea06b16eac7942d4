"""Files of a configuration changed at a few places, and everything else left as it is."""

from collections.abc import Iterable
from difflib import SequenceMatcher
from itertools import groupby

from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.configured import Edit
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.server_facts import ServerFacts, content_of
from mailtrust.core.model.text import Text, in_a_row, text

MOST_SHOWN = 200
"""Characters of a line that are shown."""
MOST_TOLD = 50
"""Changes of one file that are told; of the others their number is."""


@frozen
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


def source_of(facts: ServerFacts, path: str) -> str:
    """The text of a file of which a place is known, and so the file."""
    content = content_of(facts, path)
    assert content is not None, path  # noqa: S101 - a place in a file is known from the file
    return decode(content.octets)


def line_before(facts: ServerFacts, path: str, at: int, line: str) -> Replacement:
    """A line of its own before what begins at `at`, indented as that is; on the same line where more stands before."""
    source = source_of(facts, path)
    begin = source.rfind("\n", 0, at) + 1
    indent = source[begin:at]
    if indent.strip(" \t"):
        return Replacement(path, at, at, f"{line} ")
    ending = "\r\n" if source[at : source.find("\n", at) + 1].endswith("\r\n") else "\n"
    return Replacement(path, at, at, f"{line}{ending}{indent}")


def lines_after(facts: ServerFacts, path: str, start: int, end: int, *lines: str) -> Replacement:
    """Lines of their own behind the line on which `end` is, indented as what begins at `start`."""
    source = source_of(facts, path)
    begin = source.rfind("\n", 0, start) + 1
    first = source[begin:start]
    indent = first if not first.strip(" \t") else ""
    behind = source.find("\n", end)
    if behind < 0:
        return Replacement(path, len(source), len(source), "".join(f"\n{indent}{line}" for line in lines))
    ending = "\r\n" if source[:behind].endswith("\r") else "\n"
    return Replacement(path, behind + 1, behind + 1, "".join(f"{indent}{line}{ending}" for line in lines))


def without_line(facts: ServerFacts, path: str, start: int, end: int) -> Replacement:
    """Takes away what stands at `start` to `end`, with the whole line where nothing else stands on it."""
    source = source_of(facts, path)
    first, last = _lines_around(source, start, end)
    if source[first:start].strip() or source[end:last].strip():
        return Replacement(path, start, end, "")
    return Replacement(path, first, last, "")


def edits(facts: ServerFacts, replacements: Iterable[Replacement]) -> tuple[Edit, ...]:
    """One edit for each file that changes. Replacements must not overlap; the same one twice counts once."""
    ordered = sorted(dict.fromkeys(replacements), key=lambda one: (one.path, one.start, one.end))
    changed = (_edit(facts, path, tuple(parts)) for path, parts in groupby(ordered, key=lambda one: one.path))
    return tuple(edit for edit in changed if edit is not None)


def _edit(facts: ServerFacts, path: str, parts: tuple[Replacement, ...]) -> Edit | None:
    old = source_of(facts, path)
    new = _replaced(old, parts, 0, len(old))
    if new == old:
        return None
    told = tuple(_told(old, parts))
    if len(told) > MOST_TOLD:
        told = (*told[:MOST_TOLD], text("And so on: {count} more.", count=len(told) - MOST_TOLD))
    return Edit(path, encode(new), in_a_row(told))


def _replaced(old: str, parts: Iterable[Replacement], start: int, end: int) -> str:
    new, at = [], start
    for part in parts:
        new += [old[at : part.start], part.new]
        at = part.end
    return "".join((*new, old[at:end]))


def _told(old: str, parts: tuple[Replacement, ...]) -> Iterable[Text]:
    """Each line that goes, comes or becomes another."""
    number, counted = 1, 0
    for start, end, own in _by_lines(old, parts):
        number += old.count("\n", counted, start)
        counted = start
        yield from _compared(number, old[start:end].splitlines(), _replaced(old, own, start, end).splitlines())


def _by_lines(old: str, parts: tuple[Replacement, ...]) -> Iterable[tuple[int, int, list[Replacement]]]:
    """Whole lines, with what is replaced in them."""
    together: list[tuple[int, int, list[Replacement]]] = []
    for part in parts:
        first, last = _lines_around(old, part.start, part.end)
        if together and first < together[-1][1]:
            start, end, own = together[-1]
            together[-1] = start, max(end, last), [*own, part]
        else:
            together.append((first, last, [part]))
    return together


def _lines_around(source: str, start: int, end: int) -> tuple[int, int]:
    """Where the first of the lines begins, and where the last one ends."""
    ends = source.find("\n", max(end - 1, start))
    return source.rfind("\n", 0, start) + 1, len(source) if ends < 0 else ends + 1


def _compared(number: int, before: list[str], after: list[str]) -> Iterable[Text]:
    for kind, first, last, first_new, last_new in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        gone, come = _shown(before[first:last]), _shown(after[first_new:last_new])
        if gone and come:
            yield text("Line {line}: “{old}” becomes “{new}”.", line=number + first, old=gone, new=come)
        elif come:
            yield text("After line {line} comes “{new}”.", line=number + first - 1, new=come)
        else:
            yield text("Line {line}, “{old}”, goes.", line=number + first, old=gone)


def _shown(lines: list[str]) -> str:
    return clean(" ".join(line.strip() for line in lines), MOST_SHOWN)
