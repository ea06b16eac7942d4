"""Lines of an INF file to sections and entries: comments, quotes, continued lines, `%strings%`.

Source: "General Syntax Rules for INF Files" (Windows driver documentation), and certreq's own `_continue_`.
"""

import re
from collections.abc import Collection

from mailtrust.core.formats.certreq_inf.document import Document, Entry, Section
from mailtrust.core.formats.certreq_inf.remark import Remark, error, warning
from mailtrust.core.formats.certreq_inf.strings import with_strings
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.frozen import record
from mailtrust.core.model.text import text

MOST_LINES = 2000
LONGEST_SECTION_NAME = 255

_TYPOGRAPHIC = "“”„«»‟"
_MOST_WRAPPED = 10


def read_document(source: str, keys: Collection[str] = ()) -> tuple[Document, tuple[Remark, ...]]:
    """Read a file. `keys`, in lower case, are those that may stand where a wrapped value is looked for."""
    reader = _Reader(source, keys)
    reader.read()
    return Document(with_strings(reader.merged(), reader.remarks)), tuple(reader.remarks)


@record
class _Scan:
    """Goes through the letters of a logical line."""

    characters: list[tuple[str, bool]]
    """Each with whether quotes protect it."""
    inside: bool = False
    quoted: bool = False
    commented: bool = False

    @property
    def key(self) -> str:
        """What stands before the first equals sign, for people."""
        return clean("".join(letter for letter, _ in self.characters).partition("=")[0].strip(), 80)

    def protect(self, letters: str) -> None:
        self.characters += ((letter, True) for letter in letters)

    def line(self, line: str) -> bool:
        """Take one physical line; whether the next one continues it."""
        at = 0
        while at < len(line):
            letter = line[at]
            at += 1
            if letter == '"':
                self.quoted = True
                if self.inside and line[at : at + 1] == '"':  # a doubled quote inside quotes is one
                    self.protect('"')
                    at += 1
                else:
                    self.inside = not self.inside
            elif self.inside:
                self.protect(letter)
            elif letter == ";":
                self.commented = True
                return False
            elif letter == "\\" and line[at:].lstrip()[:1] in ("", ";"):
                return True
            else:
                self.characters.append((letter, False))
        return False


class _Reader:
    """Goes through the lines once."""

    def __init__(self, source: str, keys: Collection[str]) -> None:
        self.lines = re.split(r"\r\n|\r|\n", source)
        self.keys = keys
        self.at = 0
        self.remarks: list[Remark] = []
        self.sections: dict[str, tuple[str, int, list[Entry]]] = {}
        self.comment_above = 0
        """Number of the line above when a comment ends it, else 0."""

    def merged(self) -> list[Section]:
        return [Section(name, line, tuple(entries)) for name, line, entries in self.sections.values()]

    def read(self) -> None:
        if len(self.lines) > MOST_LINES:
            self.remarks.append(
                error(0, text("A request file has at most {most} lines, this one has more.", most=MOST_LINES))
            )
            return
        current: list[Entry] | None = None
        while self.at < len(self.lines):
            number = self.at + 1
            bare = self.lines[self.at].strip().lstrip("\ufeff")
            self.at += 1
            if not bare:
                self.comment_above = 0
            elif bare.startswith(";"):
                self.comment_above = number
            elif bare.startswith("["):
                current = self._head(bare, number)
            else:
                self._entry(current, number)

    def _head(self, bare: str, number: int) -> list[Entry]:
        name, bracket, behind = bare[1:].partition("]")
        name, behind = name.strip(), behind.strip()
        self.comment_above = number if ";" in behind else 0
        if not bracket or len(name) > LONGEST_SECTION_NAME or not name:
            self.remarks.append(
                error(
                    number,
                    text(
                        "Expected a section such as [NewRequest], with both brackets and at most {most} characters, "
                        "got “{given}”.",
                        most=LONGEST_SECTION_NAME,
                        given=clean(bare, 80),
                    ),
                )
            )
        elif behind and not behind.startswith(";"):
            self.remarks.append(
                error(
                    number,
                    text(
                        "Nothing but a comment may follow [{section}] on its line, got “{given}”: put it on a line of "
                        "its own, or ; before it.",
                        section=clean(name, 80),
                        given=clean(behind, 80),
                    ),
                )
            )
        return self.sections.setdefault(name.lower(), (name, number, []))[2]

    def _entry(self, current: list[Entry] | None, number: int) -> None:
        above = self.comment_above
        line = self._logical(number)
        self.comment_above = self.at if line.commented else 0
        equals = next((n for n, (letter, quoted) in enumerate(line.characters) if letter == "=" and not quoted), None)
        whole = "".join(letter for letter, _ in line.characters).strip()
        if equals is None:
            self.remarks.append(self._no_entry(whole, number, above))
            return
        key = "".join(letter for letter, _ in line.characters[:equals]).strip()
        value = _stripped(line.characters[equals + 1 :])
        if current is None:
            self.remarks.append(
                error(
                    number,
                    text(
                        "{key} stands before the first section: write [NewRequest] on a line above it.",
                        key=clean(key, 80),
                    ),
                )
            )
            return
        if value and any(letter in _TYPOGRAPHIC and not quoted for letter, quoted in (value[0], value[-1])):
            self.remarks.append(_typographic(key, number))
            value = [one for one in value if one[0] not in _TYPOGRAPHIC]
        current.append(Entry(key, "".join(letter for letter, _ in value), number, line.quoted))

    def _no_entry(self, whole: str, number: int, above: int) -> Remark:
        shown = clean(whole, 80)
        if above:
            return error(
                number,
                text(
                    "“{given}” is no “key = value”: it reads like the rest of the comment on line {line}, wrapped. "
                    "Put ; before it.",
                    given=shown,
                    line=above,
                ),
            )
        return error(
            number, text("Expected “key = value”, a [section] or a comment after ;, got “{given}”.", given=shown)
        )

    def _logical(self, number: int) -> _Scan:
        """The line at hand with those that continue it."""
        scan = _Scan([])
        while True:
            more = scan.line(self.lines[self.at - 1])
            if scan.inside:
                closing = self._closing_line()
                self.remarks.append(_unclosed(scan.key, number, closing))
                if not closing:
                    break
                for between in self.lines[self.at : closing - 1]:
                    scan.protect(f" {between.strip()}")
                scan.protect(" ")
                self.at = closing - 1
                self.lines[self.at] = self.lines[self.at].lstrip()
            elif not more:
                break
            if self.at >= len(self.lines):
                break
            self.at += 1
        return scan

    def _closing_line(self) -> int:
        """Number of the line further down that closes an open quote; 0 when the quote was forgotten."""
        for index in range(self.at, min(self.at + _MOST_WRAPPED, len(self.lines))):
            bare = self.lines[index].strip()
            key = bare.partition("=")[0].strip().lower()
            if not bare or bare[0] in "[;" or ("=" in bare and key in self.keys):
                return 0
            if bare.count('"') % 2:
                return index + 1
        return 0


def _stripped(characters: list[tuple[str, bool]]) -> list[tuple[str, bool]]:
    """The letters without the blanks around it; those in quotes stay."""
    first, last = 0, len(characters)
    while first < last and characters[first][0].isspace() and not characters[first][1]:
        first += 1
    while last > first and characters[last - 1][0].isspace() and not characters[last - 1][1]:
        last -= 1
    return characters[first:last]


def _typographic(key: str, number: int) -> Remark:
    return error(
        number,
        text(
            'The value of {key} stands in typographic quotes, which Windows takes for letters: write " instead.',
            key=clean(key, 80),
        ),
    )


def _unclosed(key: str, number: int, closing: int) -> Remark:
    if closing:
        return error(
            number,
            text(
                "{key}: the quote that opens here closes on line {line} only. A value stands on one line: join them.",
                key=key,
                line=closing,
            ),
        )
    return warning(
        number, text("{key}: the quote that opens here is never closed; Windows takes all to the line's end.", key=key)
    )
