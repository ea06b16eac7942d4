"""PowerShell as it runs on every Windows: 5.1, which takes a file without a byte order mark for ANSI."""


def script(text: str) -> bytes:
    """A script as a file: with a byte order mark, and lines that end as Windows has them."""
    return text.replace("\n", "\r\n").encode("utf-8-sig")


def quoted(text: str) -> str:
    """A literal in single quotes, in which nothing is expanded.

    PowerShell takes typographic single quotes for straight ones, so these are doubled too (about_Quoting_Rules).
    """
    doubled = "".join(letter * 2 if letter in "'\u2018\u2019\u201a\u201b" else letter for letter in text)
    return f"'{doubled}'"
