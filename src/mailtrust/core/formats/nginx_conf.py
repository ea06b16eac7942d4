"""nginx's configuration: text to directives with their places, so that one can be changed and the rest stays as it is.

The grammar is the one of nginx's own reader (src/core/ngx_conf_file.c): words, quoted or not, ended by `;` or a block.
"""

import re
from collections.abc import Iterator
from dataclasses import field

from mailtrust.core.model.frozen import frozen

MOST_DEPTH = 50
MOST_DIRECTIVES = 100_000

_WORD = re.compile(
    r"""[ \t\r\n]+ | \#[^\n]* | (?P<mark>[;{}])
      | (?P<quoted>"(?:\\.|[^"\\])*+" | '(?:\\.|[^'\\])*+')
      | (?P<plain>(?:\\.|\$\{*+|[^ \t\r\n;{}"'\\\#])(?:\\.|\$\{*+|[^ \t\r\n;{\\])*+)""",
    re.VERBOSE | re.DOTALL,
)
# Behind a closed quote nginx wants white space, the end of the directive, or a parenthesis.
_AFTER_QUOTE = frozenset(" \t\r\n;{)")
_ESCAPE = re.compile(r"""\\(["'\\trn])""")
_ESCAPES = {"t": "\t", "r": "\r", "n": "\n"}
_LUA = re.compile(r"_by_lua_block\Z")
# Strings, long brackets and comments of Lua, in which braces do not count (Lua 5.1 reference manual, 2.1).
_LUA_PART = re.compile(
    r"""(?:--)?\[(?P<level>=*)\[(?:.*?\](?P=level)\]|(?P<open>)) | --[^\n]*
      | "(?:\\.|[^"\\\n])*+" | '(?:\\.|[^'\\\n])*+' | (?P<brace>[{}])""",
    re.VERBOSE | re.DOTALL,
)


class NginxConfError(ValueError):
    """It is no configuration that nginx would read; the message names the line."""


@frozen
class Directive:
    """One directive."""

    name: str
    arguments: tuple[str, ...]
    """Quotes and escapes undone."""
    line: int
    at: int
    """Where its name begins."""
    spans: tuple[tuple[int, int], ...]
    """Where its arguments begin and end, quotes included."""
    block: tuple["Directive", ...] | None = field(default=None, repr=False)
    """None: it has none, and ends in a semicolon."""


@frozen
class _Token:
    kind: str
    value: str
    start: int
    end: int


def read_nginx_conf(source: str) -> tuple[Directive, ...]:
    """Every directive of the outermost level, with those in its block. Raises NginxConfError."""
    reader = _Reader(source)
    found = reader.directives(0)
    if reader.token is not None:
        raise NginxConfError(f"line {reader.line_of(reader.token.start)}: unexpected “{reader.token.value}”")
    return found


def written(argument: str) -> str:
    """An argument as a file has to write it."""
    if re.fullmatch(r"[\w./:@%+=,*-]+", argument, re.ASCII):
        return argument
    return '"' + argument.replace("\\", "\\\\").replace('"', '\\"') + '"'


class _Reader:
    def __init__(self, source: str) -> None:
        self._source = source
        self._at = 0
        self._counted = 0
        self._count_at = 0
        self._count = 1
        self.token: _Token | None = None
        self.advance()

    def line_of(self, at: int) -> int:
        # Directives are met in the order of the text: lines are counted once.
        if at < self._count_at:
            return self._source.count("\n", 0, at) + 1
        self._count += self._source.count("\n", self._count_at, at)
        self._count_at = at
        return self._count

    def advance(self) -> None:
        while self._at < len(self._source):
            match = _WORD.match(self._source, self._at)
            if match is None:
                raise NginxConfError(f"line {self.line_of(self._at)}: a quote that is not closed")
            self._at = match.end()
            if match.lastgroup is not None:
                if match.lastgroup == "quoted" and self._source[self._at : self._at + 1] not in _AFTER_QUOTE:
                    raise NginxConfError(f"line {self.line_of(self._at)}: a quote is closed in the middle of a word")
                self.token = _Token(match.lastgroup, match[0], match.start(), match.end())
                return
        self.token = None

    def directives(self, depth: int) -> tuple[Directive, ...]:
        if depth > MOST_DEPTH:
            raise NginxConfError(f"more than {MOST_DEPTH} blocks in one another")
        return tuple(self._each(depth))

    def _each(self, depth: int) -> Iterator[Directive]:
        while self.token is not None and self.token.value != "}":
            self._counted += 1
            if self._counted > MOST_DIRECTIVES:
                raise NginxConfError(f"more than {MOST_DIRECTIVES} directives")
            yield self._directive(self.token, depth)

    def _directive(self, first: _Token, depth: int) -> Directive:
        if first.kind == "mark":
            raise NginxConfError(f"line {self.line_of(first.start)}: unexpected “{first.value}”")
        line = self.line_of(first.start)
        name = _plain(first)
        self.advance()
        words: list[_Token] = []
        while self.token is not None and self.token.kind != "mark":
            words.append(self.token)
            self.advance()
        if self.token is None:
            raise NginxConfError(f"line {line}: “{name}” is not ended by “;”")
        arguments, spans = tuple(map(_plain, words)), tuple((word.start, word.end) for word in words)
        block: tuple[Directive, ...] | None = None
        match self.token.value:
            case "}":
                raise NginxConfError(f"line {line}: “{name}” is not ended by “;”")
            case "{" if _LUA.search(name):
                self._skip_lua(line)
                block = ()
            case "{":
                self.advance()
                block = self.directives(depth + 1)
                if self.token is None:
                    raise NginxConfError(f"line {line}: the block of “{name}” is not closed")
        self.advance()
        return Directive(name, arguments, line, first.start, spans, block)

    def _skip_lua(self, line: int) -> None:
        """Lua in braces is no nginx; its own braces are in pairs."""
        depth = 1
        while depth:
            found = _LUA_PART.search(self._source, self._at)
            if found is None or found["open"] is not None:
                raise NginxConfError(f"line {line}: a block of Lua is not closed")
            depth += {"{": 1, "}": -1}.get(found["brace"] or "", 0)
            self._at = found.end()
        self.token = _Token("mark", "}", self._at - 1, self._at)


def _plain(token: _Token) -> str:
    inner = token.value[1:-1] if token.kind == "quoted" else token.value
    return _ESCAPE.sub(lambda match: _ESCAPES.get(match[1], match[1]), inner)
