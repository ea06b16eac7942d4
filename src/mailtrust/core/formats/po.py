"""gettext's PO files: the part of them that we write, with one form for each sentence."""

import re
from collections.abc import Iterator, Mapping

_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_ESCAPE = re.compile(r"\\(.)")
_MEANING = {"n": "\n", "t": "\t", "r": "\r"}


def read_po(source: str) -> Mapping[str, str]:
    """The translations by their English sentence; fuzzy, empty and obsolete ones are left out."""
    return {msgid: msgstr for fuzzy, msgid, msgstr in _entries(source) if msgid and msgstr and not fuzzy}


def _entries(source: str) -> Iterator[tuple[bool, str, str]]:
    """Whether it is fuzzy, the sentence and its translation: an entry ends where the next one begins."""
    fuzzy, place = False, "msgid"
    parts: dict[str, str] = {}
    for line in (*source.splitlines(), "#"):
        keyword = line.partition(" ")[0]
        if "msgstr" in parts and (line.startswith("#") or keyword == "msgid"):
            yield fuzzy, parts.get("msgid", ""), parts["msgstr"]
            fuzzy, parts = False, {}
        if line.startswith("#"):
            fuzzy = fuzzy or (line.startswith("#,") and "fuzzy" in line)
            continue
        if keyword in ("msgid", "msgstr"):
            place = keyword
            parts[place] = ""
        if quoted := _QUOTED.search(line):
            parts[place] = parts.get(place, "") + _ESCAPE.sub(_meaning, quoted[1])


def _meaning(match: re.Match[str]) -> str:
    return _MEANING.get(match[1], match[1])
