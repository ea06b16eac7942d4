"""PowerShell as it runs on every Windows: 5.1, which takes a file without a byte order mark for ANSI."""

import re
import unicodedata

from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text


def script(source: str) -> bytes:
    """A script as a file: with a byte order mark, and lines that end as Windows has them."""
    return source.replace("\n", "\r\n").encode("utf-8-sig")


def quoted(value: str) -> str:
    """A literal in single quotes, in which nothing is expanded. Raises UserProblem for what no name holds."""
    return f"'{within_quotes(value)}'"


def within_quotes(value: str) -> str:
    """What stands between single quotes for it. Raises UserProblem for what no name holds.

    PowerShell takes typographic single quotes for straight ones, so these are doubled too (about_Quoting_Rules).
    A line end would be harmless to PowerShell, and fool whoever reads the script.
    """
    if any(unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") for letter in value):
        raise UserProblem(
            text(
                "“{value}” holds control characters, which no script is written with. Expected what can be shown.",
                value=clean(value, 80),
            )
        )
    return "".join(letter * 2 if letter in "'\u2018\u2019\u201a\u201b" else letter for letter in value)


def argument(value: str) -> str:
    """What stands for it in a command: itself where it needs no quotes, else a literal. Raises UserProblem."""
    return value if _PLAIN.fullmatch(value) else quoted(value)


_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
