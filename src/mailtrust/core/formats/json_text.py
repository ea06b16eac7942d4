"""Values to JSON bytes that are the same on every run, and that a terminal can show without harm."""

import re

import msgspec

# JSON escapes what is below U+0020; a terminal also obeys C1 controls, and format characters deceive the eye.
_INVISIBLE = re.compile(
    "[\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)


def to_json_text(value: object) -> bytes:
    """Encode: struct fields in their order, keys of dictionaries sorted, two spaces of indent, one final newline.

    Invisible characters are written as escapes: the value stays exactly what it was (RFC 8259 7).
    """
    encoded = msgspec.json.format(msgspec.json.encode(value, order="deterministic"), indent=2)
    # Inside valid JSON such a character can only stand in a string.
    return (_INVISIBLE.sub(_escape, encoded.decode("utf-8")) + "\n").encode("utf-8")


def to_json_line(value: object) -> bytes:
    """Encode on one line that ends in a newline, with the same escapes; keys of dictionaries stay in their order."""
    encoded = msgspec.json.encode(value)
    if encoded.isascii() and b"\x7f" not in encoded:
        return encoded + b"\n"
    return (_INVISIBLE.sub(_escape, encoded.decode("utf-8")) + "\n").encode("utf-8")


def _escape(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))
