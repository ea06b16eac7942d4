"""What administrators paste from the shell: Format-List, and the tables that come without it.

PowerShell's names of properties, its words and its `True` are English in every language of Windows; dates are not, so
no date is read here. What it cuts (`{a, b...}`) is told as cut.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from mailtrust.core.formats.exchange.services_text import are_letters
from mailtrust.core.formats.exchange.shown import MOST_OBJECTS, Shown, Value

MOST_LINES = 200_000

ASKED = "-server"
"""The property that holds what stood behind -Server in the command, where the prompt was pasted too."""

_PROPERTY = re.compile(r"(?P<name>[A-Za-z][A-Za-z0-9_]*) *:(?: (?P<value>.*)|)")
_PROMPT = re.compile(r"(?:\[PS\] |PS )[^>]*>(?P<command>.*)")
_SERVER = re.compile(r"-Server[ :]+[\"']?(?P<name>[A-Za-z0-9._-]+)", re.IGNORECASE)
_RULE = re.compile(r"-{2,}(?: +-{2,})*")
_TALK = ("WARNING:", "VERBOSE:", "AVERTISSEMENT", "WARNUNG:", "ADVERTENCIA:")
_CUT = ("...", "\u2026")


def read_format_list(text: str) -> tuple[Shown, ...]:
    """Every object of a text, in its order; none where it is something else. At most one more than MOST_OBJECTS."""
    lines = [line.expandtabs().rstrip("\r") for line in text.split("\n", MOST_LINES)[:MOST_LINES]]
    margin = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    lines = [line[margin:] for line in lines]
    return tuple(islice(_objects(lines), MOST_OBJECTS + 1))


def is_property(line: str) -> bool:
    """Whether a property begins here, and no value that was wrapped goes on."""
    return _PROPERTY.fullmatch(line.rstrip()) is not None


def _objects(lines: Sequence[str]) -> Iterator[Shown]:
    width = max(map(len, lines), default=0)
    record: dict[str, list[str]] = {}
    last: list[str] = []
    asked = ""
    rows: list[tuple[str, int, int | None]] = []
    for number, line in enumerate(lines):
        bare = line.strip()
        if prompt := _PROMPT.fullmatch(bare):
            yield from _finished(record, asked, width)
            record, last, rows = {}, [], []
            server = _SERVER.search(prompt["command"])
            asked = server["name"] if server else ""
        elif not bare:
            yield from _finished(record, asked, width)
            record, last = {}, []
            # PowerShell leaves no blank line inside a table.
            rows = [] if rows and number and not _RULE.fullmatch(lines[number - 1].strip()) else rows
        elif _RULE.fullmatch(bare) and number:
            record, last = {}, []
            rows = _columns(lines[number - 1], line)
        elif rows:
            yield from _row(line, rows, asked)
        elif bare.startswith(_TALK):
            last = []
        elif found := _PROPERTY.fullmatch(line.rstrip()):
            name = found["name"].lower()
            if name in record:
                yield from _finished(record, asked, width)
                record = {}
            last = record.setdefault(name, [line])
            last[:] = [found["value"] or "", line]
        elif last and line[:1].isspace():
            last += [bare, line]
    yield from _finished(record, asked, width)


def _finished(record: Mapping[str, list[str]], asked: str, width: int) -> Iterator[Shown]:
    if not record:
        return
    values: dict[str, Value] = {ASKED: asked} if asked else {}
    cut = set()
    for name, pieces in record.items():
        values[name], is_cut = _value(_joined(pieces, width))
        if is_cut:
            cut.add(name)
    yield Shown(values, cut=frozenset(cut))


def _joined(pieces: Sequence[str], width: int) -> str:
    """A value that was wrapped: pieces and the whole lines that they stood on, in turn.

    PowerShell breaks at blanks, which the end of a line loses; only a line that is full may end inside a word.
    """
    whole = pieces[0]
    for before, piece in zip(pieces[1::2], pieces[2::2], strict=False):
        at_hyphen = whole.endswith("-") and not whole.endswith(" -")
        full = len(before.rstrip()) >= width and not whole.endswith(",")
        whole += piece if at_hyphen or full or whole.endswith(" ") else f" {piece}"
    return whole.strip()


def _value(text: str) -> tuple[Value, bool]:
    """A list where it has the braces of one; and whether it is cut."""
    if not (text.startswith("{") and text.endswith("}")):
        return text, False
    inner, cut = _uncut(text[1:-1].strip())
    return tuple(one for one in (part.strip() for part in inner.split(", ")) if one), cut


def _uncut(text: str) -> tuple[str, bool]:
    ending = next((one for one in _CUT if text.endswith(one)), "")
    return text.removesuffix(ending), bool(ending)


def _columns(head: str, rule: str) -> list[tuple[str, int, int | None]]:
    """Name, first and last place of each column; the dashes stand below the names."""
    starts = [found.start() for found in re.finditer(r"-+", rule)]
    ends = [*starts[1:], None]
    return [(head[start:end].strip().lower(), start, end) for start, end in zip(starts, ends, strict=True)]


def _row(line: str, columns: Sequence[tuple[str, int, int | None]], asked: str) -> Iterator[Shown]:
    values: dict[str, Value] = {ASKED: asked} if asked else {}
    cut = set()
    for name, start, end in columns:
        text = line[start:end].strip()
        value, is_cut = _value(text)
        if isinstance(value, str) and value.endswith(_CUT) and not are_letters(value):
            # The beginning of a name is another name.
            value, is_cut = None, True
        values[name] = value
        if is_cut:
            cut.add(name)
    if cut or any(values[name] for name, _, _ in columns):
        yield Shown(values, cut=frozenset(cut))
