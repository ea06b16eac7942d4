"""Settings a line each: `option: value` of Cyrus's imapd.conf, `NAME=value` of Courier's shell files."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_CYRUS = re.compile(r"^[ \t]*(?P<name>@?[A-Za-z0-9_-]+):[ \t]*(?P<value>(?:\\\n|[^\n])*+)", re.MULTILINE | re.ASCII)
_SHELL = re.compile(
    r"^[ \t]*(?:export[ \t]+)?(?P<name>[A-Za-z_]\w*)="
    r"(?P<value>\"[^\"\n]*\"|'[^'\n]*'|[^\s\"'#;]*)[ \t]*(?:[#;][^\n]*)?\r?$",
    re.MULTILINE | re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Option:
    """One setting."""

    name: str
    value: str
    """Quotes and continuations undone."""
    line: int
    at: int
    """Where its name begins."""
    start: int
    end: int
    """Where its value stands, quotes included."""


def read_imapd_conf(source: str) -> tuple[Option, ...]:
    """Every option; names in small letters (imapd.conf(5), lib/libconfig.c)."""
    return tuple(
        Option(name.lower(), value.replace("\\\n", ""), *where) for name, value, *where in _found(_CYRUS, source)
    )


def read_assignments(source: str) -> tuple[Option, ...]:
    """Every plain assignment. What a shell would have to work out keeps its `$` or `` ` ``."""
    return tuple(Option(name, value.strip("\"'"), *where) for name, value, *where in _found(_SHELL, source))


def _found(pattern: re.Pattern[str], source: str) -> Iterator[tuple[str, str, int, int, int, int]]:
    line, counted = 1, 0
    for match in pattern.finditer(source):
        line += source.count("\n", counted, match.start("name"))
        counted = match.start("name")
        value = match["value"].rstrip(" \t\r")
        start = match.start("value")
        yield match["name"], value, line, counted, start, start + len(value)
