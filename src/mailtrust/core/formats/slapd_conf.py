"""slapd.conf: text to directives with their places, so that one can be changed alone; and what cn=config says as LDIF.

The grammar is slapd.conf(5)'s: words, quoted or not; a line that begins with white space goes on with the one before.
"""

import base64
import binascii
import re
from collections.abc import Iterator

from mailtrust.core.model.frozen import frozen

MOST_LINES = 100_000

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_WORD = re.compile(r'(?:"(?:\\.|[^"\\])*+"|\\.|[^\s"\\])+', re.DOTALL)
_QUOTES = re.compile(r'\\(.)|"', re.DOTALL)
_VALUE = re.compile(r"^([A-Za-z][\w;.-]*)(::?)[ \t]*(.*)$", re.MULTILINE)


class SlapdConfError(ValueError):
    """It is no configuration that slapd would read; the message names the line."""


@frozen
class Directive:
    """One directive. Its first argument stands at `start` to `end` of the text, quotes included."""

    name: str
    """In small letters: slapd does not tell them apart."""
    argument: str
    line: int
    start: int
    end: int
    after: int
    """Where its last line ends."""


def read_slapd_conf(source: str) -> tuple[Directive, ...]:
    """Every directive, in its order. Raises SlapdConfError."""
    return tuple(_directives(source))


def read_ldif_values(printed: str) -> dict[str, str]:
    """The last value of each attribute, by its name in small letters, of LDIF that is not wrapped (RFC 2849)."""
    found = {}
    for match in _VALUE.finditer(printed.replace("\n ", "")):
        value = match[3].strip()
        if match[2] == "::":
            try:
                value = base64.b64decode(value, validate=True).decode("utf-8", "surrogateescape")
            except (binascii.Error, ValueError):
                continue
        found[match[1].lower()] = value
    return found


def ldif_line(name: str, value: str) -> str:
    """An attribute's line."""
    if re.fullmatch(r"[!-9;=-~][ -~]*", value) and not value.endswith(" "):
        return f"{name}: {value}\n"
    return f"{name}:: {base64.b64encode(value.encode('utf-8', 'surrogateescape')).decode('ascii')}\n"


def _directives(source: str) -> Iterator[Directive]:
    for number, start, end, after in _lines(source):
        words = list(_WORD.finditer(source, start, end))
        if not words:
            raise SlapdConfError(f"line {number}: a quote that is not closed")
        argument = words[1] if len(words) > 1 else None
        yield Directive(
            _plain(words[0][0]).lower(),
            _plain(argument[0]) if argument is not None else "",
            number,
            argument.start() if argument is not None else end,
            argument.end() if argument is not None else end,
            after,
        )


def _lines(source: str) -> Iterator[tuple[int, int, int, int]]:
    """The number of a logical line, its begin, its end without white space, and where the next one begins."""
    begun: tuple[int, int] | None = None
    end = after = 0
    for number, match in enumerate(_LINE.finditer(source), 1):
        if number > MOST_LINES:
            raise SlapdConfError(f"more than {MOST_LINES} lines")
        line = match[0]
        if line[0] in " \t" and line.strip():
            if begun is not None:
                end, after = match.start() + len(line.rstrip()), match.end()
            continue
        if begun is not None and source[begun[1]] != "#":
            yield *begun, end, after
        begun = (number, match.start()) if line.strip() else None
        end, after = match.start() + len(line.rstrip()), match.end()
    if begun is not None and source[begun[1]] != "#":
        yield *begun, end, after


def _plain(word: str) -> str:
    return _QUOTES.sub(lambda match: match[1] or "", word)
