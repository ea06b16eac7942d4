"""Dovecot's configuration: text to settings and sections with their places, so that one can be changed alone.

The grammar is the one of Dovecot's own reader (src/config/config-parser.c, 2.3 and 2.4): a line is `key = value`,
`type name {` or `}`; what is behind a `#` outside of quotes is a comment; a backslash at a line's end goes on.
"""

import re
from collections.abc import Iterator
from dataclasses import field

from mailtrust.core.model.frozen import frozen

MOST_DEPTH = 50
MOST_LINES = 100_000

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
# What counts of a line: quoted parts whole, whatever stands in them.
_CODE = re.compile(r"""(?:"(?:\\.|[^"\\])*+"|'(?:\\.|[^'\\])*+'|["'][^\n]*|[^#"'])*+""", re.DOTALL)
_KEY = re.compile(r"[^\s=]+")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


class DovecotConfError(ValueError):
    """It is no configuration that Dovecot would read; the message names the line."""


@frozen
class Entry:
    """A setting, or a section."""

    name: str
    value: str
    """Quotes undone, and without the `<` of a file. Of a section: its name."""
    is_file: bool
    """Whether the value stands for what a file holds."""
    line: int
    at: int
    """Where the entry begins."""
    start: int
    end: int
    """Where the value stands, quotes and `<` included."""
    after: int
    """Where its line, or the last line of its section, ends."""
    block: tuple["Entry", ...] | None = field(default=None, repr=False)
    """None: it is a setting."""


@frozen
class _Line:
    """A line without its comment; what a backslash joins is one."""

    number: int
    text: str
    start: int
    after: int


def read_dovecot_conf(source: str) -> tuple[Entry, ...]:
    """Every setting and section of the outermost level. Raises DovecotConfError."""
    lines = _lines(source)
    found, closed = _entries(lines, 0)
    if closed is not None:
        raise DovecotConfError(f"line {closed.number}: unexpected “}}”")
    return found


def _entries(lines: Iterator[_Line], depth: int) -> tuple[tuple[Entry, ...], _Line | None]:
    """What stands before the end, or before the line that closes the section."""
    if depth > MOST_DEPTH:
        raise DovecotConfError(f"more than {MOST_DEPTH} sections in one another")
    found: list[Entry] = []
    for line in lines:
        if line.text == "}":
            return tuple(found), line
        found.append(_entry(line, lines, depth))
    return tuple(found), None


def _entry(line: _Line, lines: Iterator[_Line], depth: int) -> Entry:
    key = _KEY.match(line.text)
    if key is None:
        raise DovecotConfError(f"line {line.number}: no “key = value”")
    rest = line.text[key.end() :].lstrip()
    at = len(line.text) - len(rest)
    if rest.startswith("="):
        value = rest[1:].lstrip()
        return _setting(line, key[0], value, len(line.text) - len(value))
    if key[0] in ("!include", "!include_try"):
        return _setting(line, key[0], rest, at)
    name, brace, inner = _name_of(rest)
    if not brace:
        raise DovecotConfError(f"line {line.number}: neither “=” nor “{{” behind “{key[0]}”")
    start = line.start + at
    if inner:  # a whole section on one line
        if not inner.endswith("}"):
            raise DovecotConfError(f"line {line.number}: something stands behind “{{”")
        content = inner[:-1].strip()
        begin = line.start + line.text.rindex(inner) + inner.index(content)
        one = _Line(line.number, content, begin, line.after)
        block: tuple[Entry, ...] = (_entry(one, iter(()), depth + 1),) if content else ()
        after = line.after
    else:
        block, closed = _entries(lines, depth + 1)
        if closed is None:
            raise DovecotConfError(f"line {line.number}: the section of “{key[0]}” is not closed")
        after = closed.after
    return Entry(key[0], name, False, line.number, line.start, start, start + len(rest), after, block)


def _setting(line: _Line, name: str, value: str, at: int) -> Entry:
    start = line.start + at
    is_file = value.startswith("<")
    plain = value[1:].lstrip() if is_file else _plain(value)
    return Entry(name, plain, is_file, line.number, line.start, start, start + len(value), line.after)


def _name_of(rest: str) -> tuple[str, bool, str]:
    """A section's name, whether a brace follows, and what is behind that."""
    quoted = re.match(r"""("(?:\\.|[^"\\])*+"|'(?:\\.|[^'\\])*+')\s*""", rest, re.DOTALL)
    if quoted is not None:
        name, rest = _plain(quoted[1]), rest[quoted.end() :]
    else:
        name, _, _ = rest.partition("{")
        rest, name = rest[len(name) :], name.strip()
    return name, rest.startswith("{"), rest[1:].strip()


def _plain(value: str) -> str:
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        return _ESCAPE.sub(r"\1", value[1:-1])
    return value


def _lines(source: str) -> Iterator[_Line]:
    joined, number, begin = "", 0, 0
    for count, match in enumerate(_LINE.finditer(source), 1):
        if count > MOST_LINES:
            raise DovecotConfError(f"more than {MOST_LINES} lines")
        if not joined:
            number, begin = count, match.start()
        code = _CODE.match(match[0])
        text = code[0].rstrip() if code is not None else ""
        if text.endswith("\\"):
            joined += text[:-1].ljust(len(match[0]))  # as long as it was, so that places stay places
            continue
        if whole := (joined + text).strip():
            yield _Line(number, whole, begin + len(joined + text) - len((joined + text).lstrip()), match.end())
        joined = ""
    if whole := joined.strip():
        yield _Line(number, whole, begin + len(joined) - len(joined.lstrip()), len(source))
