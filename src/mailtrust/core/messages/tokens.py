r"""A text as the words that count: without case, accents, quotation marks, hyphens, escapes and layout.

Latin and other alphabets give words, Chinese and Japanese give pairs of neighbouring characters, since nothing marks
their words. A word like SEC_ERROR_UNKNOWN_ISSUER or 0x800B0109 stays whole. What stands for one server or one moment
(addresses, URLs, dates, numbers) is kept, but marked: it proves nothing about which text this is.
"""

import re
import unicodedata
from html import unescape

from mailtrust.core.model.frozen import frozen

MOST_CHARACTERS = 20_000
"""As much of a text as is looked at. An error message is shorter; of a log its beginning must do."""
MOST_TOKENS = 4_000
"""As many words of it."""

_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([nrt\"'/\\]))")
# Every repetition is bounded, and begins where a word begins: texts come from strangers, and time must not explode.
_PLACE = re.compile(
    r"""[a-z][a-z0-9+.-]{1,20}://[^\s<>"'`]{1,2000}                        # a URL
      | (?<![^\s<>"'`@:;,()])[^\s<>"'`@:;,()]{1,64}@[a-z0-9.-]{1,255}   # an e-mail address
      | (?<![a-z0-9_.-])(?:[a-z0-9_-]{1,63}\.){1,20}[a-z][a-z0-9-]{1,62} # a host, file or class: written with dots
      | (?<!\d)\d{1,12}(?:[.:/-]\d{1,12}){1,12}                          # an address, a date, a time
    """,
    re.VERBOSE,
)
_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_CJK}]+|[^\W{_CJK}]+(?:\.\d+)*")
_IS_CJK = re.compile(rf"[{_CJK}]")
_HUMP = re.compile(r"(?<=[a-z\u00df-\u00ff]{2})(?=[A-Z\u00c0-\u00de][a-z\u00df-\u00ff])")
# What is written between letters and says nothing: soft hyphen, zero-width characters, marks of direction.
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff]")


@frozen
class Token:
    """One word, or one pair of characters, and whether it may stand there by accident of time and place."""

    text: str
    incidental: bool


def tokens(value: str) -> tuple[Token, ...]:
    """Take a text apart. Total: any text gives tokens, at worst none."""
    folded = fold(value)
    places = [match.span() for match in _PLACE.finditer(folded)]
    found: list[Token] = []
    place = 0
    for match in _WORD.finditer(folded):
        if len(found) >= MOST_TOKENS:
            break
        while place < len(places) and places[place][1] <= match.start():
            place += 1
        inside = place < len(places) and places[place][0] <= match.start()
        word = match.group()
        if _IS_CJK.match(word):
            found += [Token(pair, incidental=False) for pair in _pairs(word)]
        else:
            found.append(Token(word, incidental=inside or _is_number(word)))
    return tuple(found[:MOST_TOKENS])


def fold(value: str) -> str:
    """The text in small letters without accents, escapes and invisible characters."""
    plain = value[:MOST_CHARACTERS]
    if "&" in plain:
        plain = unescape(unescape(plain))
    if "\\" in plain:
        plain = _ESCAPE.sub(_unescaped, plain)
    # Words that ran together when a page was copied: "not validThe app"; in names as CertPathValidator it does no harm.
    if plain.isascii():
        return _HUMP.sub(" ", plain).lower()
    plain = _INVISIBLE.sub("", unicodedata.normalize("NFKC", plain))
    apart = unicodedata.normalize("NFD", _HUMP.sub(" ", plain).casefold())
    return unicodedata.normalize("NFC", "".join(one for one in apart if unicodedata.category(one) != "Mn"))


def _unescaped(match: re.Match[str]) -> str:
    number = match.group(1) or match.group(2)
    if number is None:
        return " " if match.group(3) in "nrt" else match.group(3)
    character = chr(int(number, 16))
    return " " if unicodedata.category(character) == "Cs" else character


def _pairs(word: str) -> list[str]:
    return [word[at : at + 2] for at in range(len(word) - 1)] or [word]


def _is_number(word: str) -> bool:
    return word.replace(".", "").isdigit()
