"""Apache's configuration: text to directives with their places, so that one can be changed and the rest stays as it is.

The grammar is the one of httpd 2.4's own reader (server/config.c, server/util.c): a directive a line, a backslash at
its end joins it with the next, sections in angle brackets.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import field

from mailtrust.core.model.frozen import frozen

MOST_DEPTH = 50
MOST_DIRECTIVES = 100_000
MOST_JOINED = 1000
"""Lines that are continued."""

# What isspace(3) calls so.
_SPACE = " \t\n\v\f\r"
_WORD = re.compile(
    r"""[ \t\n\v\f\r]*(?P<word>
      "(?P<double>(?:\\["\\]|[^"])*)"?
      | '(?P<single>(?:\\['\\]|[^'])*)'?
      | [^ \t\n\v\f\r]+)""",
    re.VERBOSE,
)


class ApacheConfError(ValueError):
    """It is no configuration that Apache would read; the message names the line."""


@frozen
class Directive:
    """One directive, or a section."""

    name: str
    """In lower case; of a section without its brackets."""
    said: str
    """All that stands behind the name, continued lines joined, of a section without its bracket."""
    line: int
    """Where it begins."""
    at: int
    """Where its name begins."""
    spans: tuple[tuple[int, int], ...]
    """Where the words behind the name begin and end, quotes included."""
    end: int
    """Behind its line; of a section behind the line that closes it."""
    block: tuple["Directive", ...] | None = field(default=None, repr=False)
    """What a section holds; None: it is none."""


@frozen
class _Line:
    """A line as Apache takes it, its continuations joined."""

    text: str
    number: int
    end: int
    joints: tuple[tuple[int, int], ...]
    """From which character of the text on it stands where in the source."""

    def place(self, at: int) -> int:
        """Where a character of the text stands in the source."""
        start, where = self.joints[bisect_right(self.joints, at, key=lambda joint: joint[0]) - 1]
        return where + at - start


def read_apache_conf(source: str) -> tuple[Directive, ...]:
    """Every directive of the outermost level, with those in its sections. Raises ApacheConfError."""
    lines = _lines(source)
    found, closing = _level(lines, "", 0, [MOST_DIRECTIVES])
    if closing is not None:
        raise ApacheConfError(f"line {closing.number}: nothing is open that is closed here")
    return found


def words_of(said: str) -> tuple[str, ...]:
    """What a directive says in words: quotes and escapes undone, variables left as they are."""
    return tuple(_plain(match) for match in _WORD.finditer(said))


def written(argument: str) -> str:
    """A word as a file has to write it."""
    if re.fullmatch(r"[\w./:@%+=,*-]+", argument, re.ASCII):
        return argument
    return '"' + argument.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _plain(match: re.Match[str]) -> str:
    for sign, quoted in (('"', match["double"]), ("'", match["single"])):
        if quoted is not None:
            return re.sub(rf"\\([\\{sign}])", r"\1", quoted)
    return match["word"].replace("\\\\", "\\")


def _lines(source: str) -> Iterator[_Line]:
    at, number = 0, 1
    while at < len(source):
        first, text, continued = number, "", True
        joints: list[tuple[int, int]] = []
        while continued and at < len(source):
            end = source.find("\n", at) + 1 or len(source)
            joints = [joint for joint in joints if joint[0] < len(text)] + [(len(text), at)]
            text += source[at:end]
            at, number = end, number + 1
            # It looks at all that is joined so far: an empty line behind two backslashes is joined as well.
            bare = text.removesuffix("\n").removesuffix("\r")
            continued = text.endswith("\n") and bare.endswith("\\")
            if continued:
                text = bare[:-1]
            if number - first > MOST_JOINED:
                raise ApacheConfError(f"line {first}: more than {MOST_JOINED} lines are joined")
        yield _Line(text.rstrip(_SPACE), first, at, tuple(joints))


def _level(
    lines: Iterator[_Line], section: str, depth: int, left: list[int]
) -> tuple[tuple[Directive, ...], _Line | None]:
    """The directives up to the end of the section, and the line that ends it; None: the text ends."""
    if depth > MOST_DEPTH:
        raise ApacheConfError(f"more than {MOST_DEPTH} sections in one another")
    found: list[Directive] = []
    for line in lines:
        match = _WORD.match(line.text)
        if match is None or match.start("word") < 0 or line.text[match.start("word")] == "#":
            continue
        left[0] -= 1
        if left[0] < 0:
            raise ApacheConfError(f"more than {MOST_DIRECTIVES} directives")
        name = _plain(match)
        if name.startswith("</"):
            if name[2:].removesuffix(">").lower() != section:
                raise ApacheConfError(f"line {line.number}: expected the end of “{section}”, found “{name}”")
            return tuple(found), line
        if name.startswith("<"):
            found.append(_section(lines, line, match, depth, left))
        elif name:
            found.append(_directive(line, match, len(line.text), line.end, None))
    return tuple(found), None


def _section(lines: Iterator[_Line], line: _Line, match: re.Match[str], depth: int, left: list[int]) -> Directive:
    name = _name(match)
    bracket = line.text.rfind(">", match.start("word"))
    if bracket < 0:
        raise ApacheConfError(f"line {line.number}: “<{name}” without “>”")
    block, closing = _level(lines, name, depth + 1, left)
    if closing is None:
        raise ApacheConfError(f"line {line.number}: “<{name}>” is not closed")
    return _directive(line, match, bracket, closing.end, block)


def _name(match: re.Match[str]) -> str:
    return _plain(match).removesuffix(">").removeprefix("<").lower()


def _directive(
    line: _Line, match: re.Match[str], stop: int, end: int, block: tuple[Directive, ...] | None
) -> Directive:
    start = min(match.end(), stop)
    said = line.text[start:stop].rstrip(_SPACE)
    words = [found.span("word") for found in _WORD.finditer(line.text, start, start + len(said))]
    spans = tuple((line.place(first), line.place(last - 1) + 1) for first, last in words)
    return Directive(_name(match), said.lstrip(_SPACE), line.number, line.place(match.start("word")), spans, end, block)
