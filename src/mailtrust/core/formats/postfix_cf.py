"""Postfix's main.cf, master.cf and tables: text to values with their places, so that one can be changed alone.

The grammar is postconf(5)'s, master(5)'s and postmap(1)'s: a line that begins with white space goes on with the one
before it, comments and empty lines may stand between the two, and of a name that comes twice the last counts.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from mailtrust.core.model.frozen import frozen

MOST_LINES = 100_000
MOST_EXPANDED = 10_000
"""Characters of a value with all its names replaced."""

_NAME = re.compile(r"\$(?:\$|(?P<plain>\w+)|\{(?P<braced>\w+)\}|\((?P<round>\w+)\)|(?P<other>))", re.ASCII)
_LINE = re.compile(r"[^\n]*\n|[^\n]+")  # nothing but a line feed ends one
_FIELD = re.compile(r"\S+")
_COMMA = re.compile(r"[ \t]*,[ \t]*")
_ITEM = re.compile(r"[^\s,]+")
_FIELDS = 8
"""What stands in master.cf before a service's arguments: service, type, private, ..., command."""


class PostfixCfError(ValueError):
    """It is no configuration that Postfix would read; the message names the line."""


@frozen
class Word:
    """A word, and where it stands."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, eq=False)
class Value:
    """What a parameter is set to, or what a key of a table stands for."""

    name: str
    line: int
    words: tuple[Word, ...]
    """Cut at white space and commas, as Postfix cuts its lists."""
    at: int
    """Where it begins, or would begin."""
    end: int
    """Where it ends."""
    whole: str
    after: int
    """Behind all of it: another can be written there."""

    @property
    def items(self) -> tuple[str, ...]:
        """The words alone."""
        return tuple(word.text for word in self.words)


@dataclass(frozen=True, slots=True, eq=False)
class Service:
    """A line of master.cf."""

    name: str
    type: str
    command: str
    line: int
    settings: dict[str, Value]
    """What `-o` sets for this service alone."""
    end: int
    """Behind its last word."""


@frozen
class _Line:
    """A logical line: its pieces without comments."""

    number: int
    pieces: tuple[Word, ...]
    end: int


def read_main(source: str) -> dict[str, Value]:
    """main.cf: each parameter as it is set last. Raises PostfixCfError."""
    found = {}
    for line in _lines(source):
        first = line.pieces[0]
        name, equals, _ = first.text.partition("=")
        if not equals or not name.strip():
            raise PostfixCfError(f"line {line.number}: no “name = value”")
        at = first.start + len(name) + 1
        found[name.strip()] = _value(name.strip(), line, at)
    return found


def read_table(source: str) -> dict[str, Value]:
    """The source of a table: each key, in small letters as postmap(1) folds it, as it comes first."""
    found: dict[str, Value] = {}
    for line in _lines(source):
        first = line.pieces[0]
        key = first.text.split(maxsplit=1)[0]
        found.setdefault(key.lower(), _value(key, line, first.start + len(key)))
    return found


def read_master(source: str) -> tuple[Service, ...]:
    """master.cf: every service. Raises PostfixCfError."""
    found = []
    for line in _lines(source):
        words = tuple(_words(line))
        if len(words) < _FIELDS:
            raise PostfixCfError(f"line {line.number}: {len(words)} fields, a service has {_FIELDS}")
        settings = {one.name: one for one in _settings(words[_FIELDS:], line)}
        name, kind, command = words[0].text, words[1].text, words[_FIELDS - 1].text
        found.append(Service(name, kind, command, line.number, settings, words[-1].end))
    return tuple(found)


def expanded(value: str, known: Callable[[str], str | None]) -> str | None:
    """A value with `$name`, `${name}` and `$(name)` replaced; None: by what is not known, or another form stands there.

    `known` gives what a name is set to, itself unexpanded.
    """
    for _ in range(20):
        if "$" not in value:
            return value
        unknown = False

        def found(match: re.Match[str]) -> str:
            nonlocal unknown
            name = match["plain"] or match["braced"] or match["round"]
            said = known(name) if name else None
            unknown = unknown or said is None
            return said or ""

        value = _NAME.sub(found, value)
        if unknown or len(value) > MOST_EXPANDED:
            return None
    return None


def changed(source: str, value: Value, items: Sequence[str], separator: str) -> Iterator[tuple[int, int, str]]:
    """What must be replaced so that a value has these words: the others stay, and comments between them."""
    old = value.words
    if not old:
        yield value.at, value.at, separator[1:] + separator.join(items)
        return
    for kind, first, last, new, end in SequenceMatcher(None, value.items, items, autojunk=False).get_opcodes():
        come = list(items[new:end])
        if kind == "insert" and first:
            yield old[first - 1].end, old[first - 1].end, "".join(separator + one for one in come)
        elif kind == "insert":
            yield old[0].start, old[0].start, "".join(one + separator for one in come)
        elif kind != "equal":
            for number in range(first, last):
                if come:  # what is more than the old words goes into the last of them
                    put = [come.pop(0)] if number < last - 1 else come
                    yield old[number].start, old[number].end, separator.join(put)
                else:
                    yield _gap(source, old, number)


def _gap(source: str, words: tuple[Word, ...], number: int) -> tuple[int, int, str]:
    """A word taken away, with the comma on its line."""
    one = words[number]
    if number and "\n" not in source[words[number - 1].end : one.start]:
        return words[number - 1].end, one.end, ""
    comma = _COMMA.match(source, one.end)
    return one.start, comma.end() if comma else one.end, ""


def _lines(source: str) -> Iterator[_Line]:
    pieces: list[Word] = []
    number, end = 0, 0
    for count, match in enumerate(_LINE.finditer(source), 1):
        if count > MOST_LINES:
            raise PostfixCfError(f"more than {MOST_LINES} lines")
        line = match[0]
        text = line.strip()
        if text and not text.startswith("#"):
            start = match.start() + len(line) - len(line.lstrip())
            piece = Word(text, start, start + len(text))
            if line[0] not in " \t":
                if pieces:
                    yield _Line(number, tuple(pieces), end)
                pieces, number = [piece], count
            elif pieces:  # without a line before it Postfix passes over it with a warning
                pieces.append(piece)
            end = match.end()
    if pieces:
        yield _Line(number, tuple(pieces), end)


def _value(name: str, line: _Line, at: int) -> Value:
    """What stands in the line from there on."""
    pieces = [
        Word(piece.text[max(0, at - piece.start) :], max(at, piece.start), piece.end)
        for piece in line.pieces
        if piece.end > at
    ]
    words = tuple(
        Word(match[0], piece.start + match.start(), piece.start + match.end())
        for piece in pieces
        for match in _ITEM.finditer(piece.text)
    )
    said = [piece for piece in pieces if piece.text.strip()]
    begin = said[0].end - len(said[0].text.lstrip()) if said else at
    end = said[-1].start + len(said[-1].text.rstrip()) if said else at
    return Value(name, line.number, words, begin, end, " ".join(one.text for one in pieces).strip(), line.end)


def _words(line: _Line) -> Iterator[Word]:
    """Words at white space; what begins with a brace ends with it."""
    for piece in line.pieces:
        at = 0
        while match := _FIELD.search(piece.text, at):
            start, end = match.span()
            if match[0][0] == "{":
                close = piece.text.find("}", start)
                if close < 0:
                    raise PostfixCfError(f"line {line.number}: a brace that is not closed")
                end = close + 1
            yield Word(piece.text[start:end], piece.start + start, piece.start + end)
            at = end


def _settings(words: tuple[Word, ...], line: _Line) -> Iterator[Value]:
    """`-o name=value`, and `-o { name = value }`."""
    following = iter(words)
    for word in following:
        if not word.text.startswith("-o"):
            continue
        said = word if len(word.text) > len("-o") else next(following, None)
        if said is None:
            return
        start = len("-o") if said is word else 0
        inner = said.text[start:]
        if inner.startswith("{"):
            start, inner = start + 1, inner[1:-1]
        name, equals, value = inner.partition("=")
        if equals and name.strip():
            at = said.start + start + len(name) + 1
            piece = Word(value, at, at + len(value))
            one = _value(name.strip(), _Line(line.number, (piece,), said.end), at)
            yield Value(one.name, one.line, one.words, one.at, one.end, one.whole, said.end)
