"""Text from outside, made fit to be shown: nothing in it can move a cursor, turn a line round, or flood a page."""

import unicodedata

MOST = 500
"""Characters that are kept when the caller names no other limit."""

MARKS_IN_A_ROW = 3
"""Combining marks on one base character; no script needs more, piles of them climb over other lines."""

# Cc: terminal escapes, C1 included. Cf: bidi overrides and isolates (Unicode UAX 9), zero-width characters, tags.
# Cs, Co, Cn: lone surrogates and what nobody has defined. Zl, Zp: line ends that are not "\n".
_UNFIT = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def clean(value: str, most: int = MOST) -> str:
    r"""Give `value` as one line of at most `most` characters: what could do harm is spelled out, as in `\x1b`.

    White space of any kind becomes one ordinary space each; a value that is cut ends in `…`. Total: never raises.
    """
    if len(value) <= most and value.isascii() and value.isprintable():
        return value  # nearly every text there is
    shown: list[str] = []
    length = marks = 0
    # A spelled-out character is longer than itself, so more than `most` characters of input are never needed.
    for character in value[: most + 1]:
        category = unicodedata.category(character)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if marks > MARKS_IN_A_ROW:
            continue
        piece = _shown(character, category)
        length += len(piece)
        shown.append(piece)
        if length > most:
            break
    whole = "".join(shown)
    if length <= most and len(value) <= most + 1:
        return whole
    return whole[: max(most - 1, 0)] + "…"


def _shown(character: str, category: str) -> str:
    if category == "Zs" or character in "\t\r\n":
        return " "
    if category not in _UNFIT:
        return character
    number = ord(character)
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
