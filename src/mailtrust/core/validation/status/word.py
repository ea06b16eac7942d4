"""The three things that can be known about a certificate's status."""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from mailtrust.core.model.frozen import frozen

Source = Literal["ocsp", "crl"]


@frozen
class Good:
    """Somebody who must know says that it is not revoked."""

    source: Source


@frozen
class Revoked:
    """Its issuer has taken it back."""

    since: datetime | None
    reason: str | None
    source: Source


@frozen
class Undetermined:
    """Nobody said a word that counts; `because` has one of WHY for each that did not."""

    because: tuple[str, ...]


Word = Good | Revoked | Undetermined

WHY = frozenset(
    {
        "nothing-said",
        "no-answer",
        "malformed",
        "not-yet-valid",
        "outdated",
        "signer-unknown",
        "signer-not-allowed",
        "signature-invalid",
        "critical-extension-unknown",
        "out-of-scope",
        "some-reasons-only",
        "status-unknown",
    }
)
"""Why a list or an answer tells nothing."""


def strongest(words: Iterable[Word]) -> Word:
    """A revocation counts more than any other word, and a good one more than none."""
    kept: Word | None = None
    because: list[str] = []
    for word in words:
        match word:
            case Revoked():
                return word
            case Good():
                kept = word
            case Undetermined(because=why):
                because.extend(why)
    if kept is not None:
        return kept
    told = tuple(dict.fromkeys(one for one in because if one != "nothing-said"))
    return Undetermined(told or ("nothing-said",))
