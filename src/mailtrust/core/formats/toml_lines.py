"""In which line of a TOML text each value stands; Python's reader tells that of syntax errors only.

It goes through a text that tomllib has accepted already, and so knows no errors of its own.
"""

import re
import tomllib
from collections.abc import Mapping

Key = tuple[str | int, ...]
"""The way to a value: keys, and indices of arrays and of arrays of tables."""

# TOML 1.0. A bare run may be part of a number or date as well; values are passed over as they come.
_TOKEN = re.compile(
    r"(?P<blank>[ \t]+|\#[^\n]*)"
    r"|(?P<newline>\r?\n)"
    r'|(?P<string>"""(?:\\.|[^\\])*?"""(?!")|\'\'\'.*?\'\'\'(?!\')|"(?:\\.|[^"\\])*"|\'[^\']*\')'
    r"|(?P<mark>[\[\]{},=.])"
    r"|(?P<bare>[^\s\[\]{},=.\"'#]+)",
    re.DOTALL,
)


def lines_of(document: str) -> Mapping[Key, int]:
    """The line, from 1, in which each key and each element begins; `document` must be TOML."""
    return _Lines(document).found


class _Lines:
    """One walk through the tokens."""

    def __init__(self, document: str) -> None:
        self.found: dict[Key, int] = {}
        self._tokens: list[tuple[str, str, int]] = []
        self._next = 0
        self._tables: dict[Key, int] = {}
        line = 1
        for match in _TOKEN.finditer(document):
            kind = match.lastgroup or ""
            if kind != "blank":
                self._tokens.append((kind, match[0], line))
            line += match[0].count("\n")
        self._tokens.append(("end", "", line))
        table: Key = ()
        while self._kind != "end":
            if self._kind == "newline":
                self._next += 1
            elif self._is("["):
                table = self._header()
            else:
                self._pair(table)

    @property
    def _kind(self) -> str:
        return self._tokens[self._next][0]

    @property
    def _line(self) -> int:
        return self._tokens[self._next][2]

    def _is(self, mark: str) -> bool:
        return self._tokens[self._next][:2] == ("mark", mark)

    def _skip(self, *marks: str) -> None:
        for mark in marks:
            if self._is(mark):
                self._next += 1

    def _header(self) -> Key:
        line = self._line
        self._skip("[")
        many = self._is("[")
        self._skip("[")
        key: Key = ()
        *parents, last = self._parts()
        self._skip("]", *("]" * many))
        for part in parents:
            key = self._inside((*key, part))
            self.found.setdefault(key, line)
        key = (*key, last)
        self.found.setdefault(key, line)
        if many:
            self._tables[key] = self._tables.get(key, -1) + 1
            key = (*key, self._tables[key])
            self.found[key] = line
        return key

    def _inside(self, key: Key) -> Key:
        """The table that a header's part leads into: of an array of tables the last."""
        return (*key, self._tables[key]) if key in self._tables else key

    def _parts(self) -> list[str]:
        parts = []
        while self._kind in ("bare", "string"):
            kind, token, _ = self._tokens[self._next]
            parts.append(str(tomllib.loads(f"key = {token}")["key"]) if kind == "string" else token)
            self._next += 1
            self._skip(".")
        return parts

    def _pair(self, table: Key) -> None:
        line, key = self._line, table
        for part in self._parts():
            key = (*key, part)
            self.found.setdefault(key, line)
        self._skip("=")
        self._value(key)

    def _value(self, key: Key) -> None:
        if self._is("["):
            self._skip("[")
            self._elements(key)
        elif self._is("{"):
            self._skip("{")
            while not self._is("}"):
                self._newlines()
                if not self._is("}"):
                    self._pair(key)
                self._newlines()
                self._skip(",")
            self._skip("}")
        else:
            while self._kind in ("bare", "string") or self._is("."):
                self._next += 1

    def _elements(self, key: Key) -> None:
        index = 0
        self._newlines()
        while not self._is("]"):
            self.found[*key, index] = self._line
            self._value((*key, index))
            self._newlines()
            self._skip(",")
            self._newlines()
            index += 1
        self._skip("]")

    def _newlines(self) -> None:
        while self._kind == "newline":
            self._next += 1
