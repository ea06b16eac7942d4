"""Thumbprints as people paste them: with blanks, colons, and the marks that Windows' dialogues copy along unseen."""

import re
import unicodedata

from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text

DIGITS = 40
"""Hexadecimal digits of a SHA-1."""
SHOWN = 8
"""So many are shown beside a name to tell a certificate from its twin."""

_MOST_CHARACTERS = 1000
_HEX = re.compile(r"[0-9a-f]+")


class ThumbprintError(UserProblem):
    """What was given is no thumbprint."""


def hex_digits(given: str) -> str | None:
    """The digits of a thumbprint or of a part of one, lower-case; None where anything else stands among them."""
    digits = _bare(given)
    return digits if _HEX.fullmatch(digits) else None


def upper_digits(given: str) -> str:
    """The same as Windows writes them, upper-case; empty where anything else stands among them."""
    return (hex_digits(given) or "").upper()


def read_thumbprint(given: str) -> str:
    """A whole thumbprint as Windows calls a certificate by it: 40 digits, upper-case. Raises ThumbprintError."""
    bare = _bare(given)
    wrong = next((character for character in bare if character not in "0123456789abcdef"), None)
    if wrong is not None:
        raise ThumbprintError(
            text(
                "“{given}” is no thumbprint: “{wrong}” is no hexadecimal digit. Copy it from Get-ExchangeCertificate.",
                given=clean(given, 80),
                wrong=clean(wrong),
            )
        )
    if len(bare) == 64:
        raise ThumbprintError(
            text(
                "“{given}” has 64 digits, so it is a SHA-256 fingerprint. Windows calls a certificate by its SHA-1, "
                "40 digits: copy it from Get-ExchangeCertificate.",
                given=clean(given, 80),
            )
        )
    if len(bare) != DIGITS:
        raise ThumbprintError(
            text(
                "Expected the 40 hexadecimal digits of a thumbprint, got {count} in “{given}”.",
                count=len(bare),
                given=clean(given, 80),
            )
        )
    return bare.upper()


def _bare(given: str) -> str:
    """Without blanks, separators and invisible marks; U+200E is what the certificate dialogue of Windows copies."""
    kept = [
        character
        for character in given[:_MOST_CHARACTERS]
        if character not in ":-" and unicodedata.category(character) not in ("Cf", "Zs", "Cc")
    ]
    # Full-width digits, as some input methods write them.
    return unicodedata.normalize("NFKC", "".join(kept)).lower()
