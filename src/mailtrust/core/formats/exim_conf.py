"""Exim's configuration: the main section's options and macros with their places, so that one can be changed alone.

The grammar is Exim's own (specification, 6): macros begin with a capital and are replaced wherever they stand,
`.ifdef` and its kin choose lines, a backslash at a line's end goes on, `begin` ends the main section.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from mailtrust.core.model.frozen import frozen

MOST_LINES = 100_000
MOST_MACROS = 500
MOST_LONG = 20_000
"""Characters of a line with its macros replaced."""
MOST_DEPTH = 20

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_MACRO = re.compile(r"([A-Z]\w*)\s*==?\s*", re.ASCII)
_OPTION = re.compile(r"(?:hide\s+)?([a-z]\w*)\s*=\s*", re.ASCII)
_COMMAND = re.compile(r"\.(ifdef|ifndef|elifdef|elifndef|else|endif|include_if_exists|include)\b\s*(\S*)")
_END = re.compile(r"begin\s")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)

Included = Callable[[str], str | None]
"""What a file holds; None: it is not known."""


class EximConfError(ValueError):
    """It is no configuration that Exim would read; the message names file and line."""


@frozen
class Setting:
    """An option or a macro, as it is set last."""

    name: str
    written: str
    """As it is written, lines joined."""
    value: str
    """With macros replaced and quotes undone."""
    path: str
    line: int
    start: int
    end: int
    """Where the value stands."""
    after: int
    """Where its line ends."""


@dataclass
class EximConf:
    """The main section."""

    options: dict[str, Setting] = field(default_factory=dict)
    macros: dict[str, Setting] = field(default_factory=dict)
    files: dict[str, None] = field(default_factory=dict)
    """Every file that it is made of, also those that are not known."""

    def origin(self, setting: Setting) -> Setting:
        """Where a value comes from: the macro, where it is nothing but one."""
        seen = {setting.written}
        while (macro := self.macros.get(setting.written)) is not None:
            setting = macro
            if setting.written in seen:
                break
            seen.add(setting.written)
        return setting


@frozen
class _Line:
    number: int
    text: str
    """Without what is at its ends; what a backslash joins is one."""
    pieces: tuple[tuple[int, int], ...]
    """Where in the text each of the lines begins that were joined, and where in the file."""
    end: int
    after: int

    def from_(self, at: int) -> tuple[int, int, str]:
        """Where the value stands that begins behind the first `at` characters, and how it is written."""
        begin, start = next(piece for piece in reversed(self.pieces) if piece[0] <= at)
        start = min(start + at - begin, self.end)
        return start, self.end, self.text[at:]


def read_exim_conf(files: Iterable[tuple[str, str]], included: Included) -> EximConf:
    """The main section of these files, read as one. Raises EximConfError."""
    reader = _Reader(included)
    for path, source in files:
        if not reader.read(path, source, ()):
            break
    return reader.found


class _Reader:
    def __init__(self, included: Included) -> None:
        self.found = EximConf()
        self._included = included
        self._names: re.Pattern[str] | None = None
        self._choices: list[tuple[bool, bool]] = []
        """For each `.ifdef` around: whether its lines count now, and whether any have counted."""
        self._lines = 0
        self._ended = False

    def read(self, path: str, source: str, above: tuple[str, ...]) -> bool:
        """Whether the main section goes on behind this file."""
        self.found.files[path] = None
        if path in above or len(above) > MOST_DEPTH:
            raise EximConfError(f"{path} includes itself")
        for line in _lines(source):
            self._lines += 1
            if self._lines > MOST_LINES:
                raise EximConfError(f"{path}: more than {MOST_LINES} lines")
            if self._ended:
                return False
            where = f"{path}, line {line.number}"
            if command := _COMMAND.match(line.text):
                self._command(command[1], command[2], path, above, where)
            elif all(counts for counts, _ in self._choices):
                if _END.match(line.text):
                    return False
                self._set(line, path, where)
        return True

    def _command(self, name: str, said: str, path: str, above: tuple[str, ...], where: str) -> None:
        if name.startswith("include"):
            if all(counts for counts, _ in self._choices):
                file = self._replaced(said, where)
                self.found.files[file] = None
                source = self._included(file)
                if source is not None:
                    self._ended = not self.read(file, source, (*above, path))
            return
        if name in ("ifdef", "ifndef"):
            counts = self._is_known(said) == (name == "ifdef")
            self._choices.append((counts, counts))
            return
        if not self._choices:
            raise EximConfError(f"{where}: “.{name}” without “.ifdef”")
        _, chosen = self._choices.pop()
        if name != "endif":
            counts = not chosen and (name == "else" or self._is_known(said) == (name == "elifdef"))
            self._choices.append((counts, chosen or counts))

    def _is_known(self, name: str) -> bool:
        # What Exim was built with and the names of its options are macros that begin with an underscore.
        return name in self.found.macros or name.startswith("_")

    def _set(self, line: _Line, path: str, where: str) -> None:
        macro = _MACRO.match(line.text)
        match = macro or _OPTION.match(line.text)
        if match is None:
            return  # a switch, or a list's name
        start, end, written = line.from_(match.end())
        value = self._replaced(written, where)
        if len(value) > 1 and value[0] == value[-1] == '"':
            value = _ESCAPE.sub(r"\1", value[1:-1])
        one = Setting(match[1], written, value, path, line.number, start, end, line.after)
        if macro is None:
            self.found.options[one.name] = one
        else:
            if one.name not in self.found.macros:
                self._names = None
            self.found.macros[one.name] = one
            if len(self.found.macros) > MOST_MACROS:
                raise EximConfError(f"{where}: more than {MOST_MACROS} macros")

    def _replaced(self, written: str, where: str) -> str:
        if not self.found.macros or not any(map(str.isupper, written)):
            return written
        if self._names is None:
            names = sorted(self.found.macros, key=lambda name: (-len(name), name))
            self._names = re.compile("|".join(map(re.escape, names)))
        value = self._names.sub(lambda match: self.found.macros[match[0]].value, written)
        if len(value) > MOST_LONG:
            raise EximConfError(f"{where}: more than {MOST_LONG} characters")
        return value


def _lines(source: str) -> Iterator[_Line]:
    """Lines that say something; a comment between two that a backslash joins does not part them."""
    joined, number = "", 0
    pieces: list[tuple[int, int]] = []
    end = after = 0
    for count, match in enumerate(_LINE.finditer(source), 1):
        line = match[0].strip()
        if line.startswith("#") or (not line and not pieces):
            continue
        if not pieces:
            joined, number = "", count
        pieces.append((len(joined), match.start() + len(match[0]) - len(match[0].lstrip())))
        end, after = match.start() + len(match[0].rstrip()), match.end()
        joined += line.removesuffix("\\")
        if not line.endswith("\\"):
            yield _Line(number, joined.rstrip(), tuple(pieces), end, after)
            pieces = []
    if pieces:
        yield _Line(number, joined.rstrip(), tuple(pieces), end, after)
