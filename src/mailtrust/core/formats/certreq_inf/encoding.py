"""The octets of an INF file to text: Notepad writes ANSI, UTF-8 and UTF-16, with and without a byte order mark."""

import codecs

MOST_OCTETS = 256 * 1024
"""Octets of a file that is read; real ones have a few thousand."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def decode(octets: bytes) -> tuple[str, str]:
    """The text and the name of the encoding it was in. Total: what fits nothing is read as Windows-1252."""
    for mark, name in _MARKS:
        if octets.startswith(mark):
            return octets[len(mark) :].decode(name, "replace"), name
    if b"\0" in octets[:200]:
        # UTF-16 without its mark: ASCII characters have their zero octet second (little endian) or first.
        name = "utf-16-le" if octets[1:200:2].count(0) >= octets[0:200:2].count(0) else "utf-16-be"
        return octets.decode(name, "replace"), name
    try:
        return octets.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return octets.decode("cp1252", "replace"), "windows-1252"
