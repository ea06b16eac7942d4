"""What people say when they have no message to quote: symptoms, found by what they speak of in five languages."""

import re
from functools import cache
from types import ModuleType

from mailtrust.core.messages.spelling import ONE_SLIP, SHORTEST, Spelling
from mailtrust.core.messages.symptoms import autodiscover, clients, servers
from mailtrust.core.messages.symptoms.concepts import CONCEPTS, occurrences
from mailtrust.core.messages.symptoms.symptom import Symptom
from mailtrust.core.messages.tokens import fold
from mailtrust.core.model.frozen import frozen

_FILES: tuple[ModuleType, ...] = (clients, autodiscover, servers)

SYMPTOMS: tuple[Symptom, ...] = tuple(symptom for file in _FILES for symptom in file.SYMPTOMS)
"""Every symptom."""

SHORTEST_CORRECTED = 5
"""Letters of a word that is corrected; shorter ones are too much alike."""

REACH = 400
"""Characters within which the words of one symptom stand."""


_WORD = re.compile(r"(?<![a-z])[a-z]{5,}(?![a-z])")


@frozen
class Sighting:
    """A symptom that a text describes."""

    symptom: Symptom
    concepts: int
    """How many of its concepts were met."""
    words: tuple[str, ...]
    """The text's own words, by which it was known."""


def sightings(text: str) -> list[Sighting]:
    """The symptoms that a text describes, the one with most to show first."""
    spoken = " ".join(word for word in fold(text).split() if "://" not in word and "@" not in word)
    folded = f" {_WORD.sub(_corrected, spoken)} "
    seen: dict[str, list[tuple[int, str]]] = {}
    found = [sighting for symptom in SYMPTOMS if (sighting := _sighting(symptom, folded, seen))]
    found.sort(key=lambda one: -one.concepts)
    return found


def _sighting(symptom: Symptom, folded: str, seen: dict[str, list[tuple[int, str]]]) -> Sighting | None:
    best: Sighting | None = None
    for sign in symptom.signs:
        if best is not None and best.concepts >= len(sign):
            continue
        words = _together([_places(either, folded, seen) for either in sign])
        if words is not None:
            best = Sighting(symptom, len(sign), words)
    return best


def _together(places: list[list[tuple[int, str]]]) -> tuple[str, ...] | None:
    """One place of each within reach of each other, no two of them the same; None where there are none."""
    if not all(places):
        return None
    for start, _ in sorted({place for some in places for place in some}):
        chosen: list[tuple[int, str]] = []
        # Whoever has fewest places chooses first.
        for some in sorted(places, key=len):
            free = next((one for one in some if start <= one[0] < start + REACH and one not in chosen), None)
            if free is None:
                break
            chosen.append(free)
        else:
            return tuple(word for _, word in sorted(chosen))
    return None


def _places(either: str, folded: str, seen: dict[str, list[tuple[int, str]]]) -> list[tuple[int, str]]:
    if either not in seen:
        seen[either] = sorted({place for concept in either.split("|") for place in occurrences(concept, folded)})
    return seen[either]


def _corrected(match: re.Match[str]) -> str:
    """A long word as the concepts spell it, where it is one slip away from a word of theirs, and begins like none."""
    word = match.group()
    if word.startswith(_known_words()):
        return word
    meant = {known: near for known, near in _spelling().meant(word).items() if near >= ONE_SLIP}
    return max(meant, key=lambda known: (meant[known], known)) if meant else word


@cache
def _known_words() -> tuple[str, ...]:
    return tuple(word for words in CONCEPTS.values() for word in words if len(word) >= SHORTEST)


@cache
def _spelling() -> Spelling:
    return Spelling(word for word in _known_words() if len(word) >= SHORTEST_CORRECTED)
