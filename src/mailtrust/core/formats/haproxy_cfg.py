"""HAProxy's configuration: lines to words with their places, so that one can be changed and the rest stays as it is.

The grammar is the one of HAProxy's own reader (src/tools.c, parse_line; src/cfgparse.c), and of its crt-lists
(src/ssl_crtlist.c).
"""

import re
from dataclasses import dataclass

MOST_LINES = 200_000

SECTIONS = frozenset({"global", "defaults", "frontend", "backend", "listen", "peers", "resolvers", "userlist",
                      "mailers", "cache", "program", "http-errors", "ring", "fcgi-app", "log-forward", "log-profile",
                      "traces",
                      "crt-store", "acme", "healthcheck", "namespace_list", "dynamic-update"})  # fmt: skip

_VARIABLE = r"\$(?:\{[^}\"\n\r]*\}|\.?[A-Za-z_]\w*)"
_ESCAPE = r"\\x[0-9A-Fa-f]{2} | \\(?!x)[^\n\r]"
_PART = rf"""\\x[0-9A-Fa-f]{{2}} | \\(?![x\t\v\f])[^\n\r] | \\(?=[\n\r\t\v\f]|\Z) | [^\s"'\\\#] | '[^'\n\r]*'
    | "(?:{_ESCAPE} | {_VARIABLE} | [^"\\\n\r$])*" """
# A carriage return ends a line, unless white space stands before it.
_SPACE = r"(?:[ \t\v\f][ \t\v\f\r]*+)?+"
_WORD = re.compile(rf"{_SPACE}(?P<word>(?:{_PART})+)", re.VERBOSE | re.ASCII)
_REST = re.compile(rf"{_SPACE}(?:[#\r][^\n]*)?(?:\n|\Z)")
_INSIDE = r"\\x(?P<hex>..) | \\(?P<escaped>.)? | (?P<plain>.)"
_DOUBLE = re.compile(_INSIDE, re.VERBOSE | re.DOTALL)
_OUTSIDE = re.compile(rf"""'(?P<single>[^']*)' | "(?P<double>(?:\\.|[^"\\])*)" | {_INSIDE}""", re.VERBOSE | re.DOTALL)
_ESCAPES = {"t": "\t", "n": "\n", "r": "\r", **{one: one for one in " \\#'\""}}
_LIST_WORD = re.compile(r"[ \t\v\f\r]*(?P<word>[^\s\[\]]+|[\[\]])")


class HaproxyCfgError(ValueError):
    """It is no configuration that HAProxy would read; the message names the line."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a line, and where it stands."""

    value: str
    """Quotes and escapes undone; empty: a variable of the environment decides what it is."""
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Line:
    """A line that says something."""

    section: str
    """The section that it stands in, by its first word; it may be the line that begins it."""
    called: str
    """The name of that section; empty: it has none."""
    number: int
    words: tuple[Word, ...]

    @property
    def values(self) -> tuple[str, ...]:
        """What the words say."""
        return tuple(word.value for word in self.words)


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a crt-list."""

    number: int
    words: tuple[Word, ...]
    """The file, and the names (SNI) for which it is; not the options in brackets."""
    start: int
    end: int
    """Where all of the line stands, its end included."""


def read_haproxy_cfg(source: str) -> tuple[Line, ...]:
    """Every line that says something, in order. Raises HaproxyCfgError."""
    found: list[Line] = []
    section = called = ""
    at, number = 0, 0
    while at < len(source):
        number += 1
        if number > MOST_LINES:
            raise HaproxyCfgError(f"more than {MOST_LINES} lines")
        words: list[Word] = []
        while match := _WORD.match(source, at):
            words.append(Word(_plain(match["word"]), *match.span("word")))
            at = match.end()
        rest = _REST.match(source, at)
        if rest is None:
            raise HaproxyCfgError(f"line {number}: a quote that is not closed, or an escape that is none")
        at = rest.end()
        if words and words[0].value in SECTIONS:
            section, called = words[0].value, words[1].value if len(words) > 1 else ""
        if words:
            found.append(Line(section, called, number, tuple(words)))
    return tuple(found)


def read_crt_list(source: str) -> tuple[Entry, ...]:
    """The entries of a crt-list. Raises HaproxyCfgError."""
    found: list[Entry] = []
    at = 0
    for number, line in enumerate(source.split("\n"), 1):
        if number > MOST_LINES:
            raise HaproxyCfgError(f"more than {MOST_LINES} lines")
        words: list[Word] = []
        depth = 0
        for match in _LIST_WORD.finditer(line):
            word = match["word"]
            depth += {"[": 1, "]": -1}.get(word, 0)
            if not depth and word != "]":
                words.append(Word(word, at + match.start("word"), at + match.end("word")))
        if words and not words[0].value.startswith("#"):
            found.append(Entry(number, tuple(words), at, min(at + len(line) + 1, len(source))))
        at += len(line) + 1
    return tuple(found)


def written(argument: str) -> str:
    """A word as a file has to write it."""
    if re.fullmatch(r"[\w./:@%+=,*-]+", argument, re.ASCII):
        return argument
    return '"' + re.sub(r'([\\"$])', r"\\\1", argument) + '"'


def _plain(word: str) -> str:
    if "$" in word and re.search(rf'"[^"]*(?<!\\){_VARIABLE}', word):
        return ""
    return "".join(map(_piece, _OUTSIDE.finditer(word)))


def _piece(match: re.Match[str]) -> str:
    if match["single"] is not None:
        return match["single"]
    if match["double"] is not None:
        return "".join(_character(one, "$") for one in _DOUBLE.finditer(match["double"]))
    return _character(match, "")


def _character(match: re.Match[str], also: str) -> str:
    if match["hex"] is not None:
        return chr(int(match["hex"], 16))
    if match["plain"] is not None:
        return match["plain"]
    escaped = match["escaped"] or ""
    return escaped if escaped and escaped == also else _ESCAPES.get(escaped, "\\" + escaped)
