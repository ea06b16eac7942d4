"""From a word as somebody typed it to the word that was meant, among those that the catalogue knows."""

from collections.abc import Iterable

SHORTEST = 4
"""Shorter words are not guessed at: too many are alike."""
TWO_FROM = 9
"""From this length on two slips are forgiven instead of one."""
LONGEST = 60
"""Longer ones neither: they are no words."""
_SHORTEST_PART = 3
_OFF_A_SLIP = 0.15
ONE_SLIP = 1.0 - _OFF_A_SLIP
"""The nearness of a word with one slip in it."""
MOST_REMEMBERED = 5000
"""Words of earlier texts whose reading is remembered."""


class Spelling:
    """Knows words, and finds those that are at most a slip or two away, or were run together.

    Candidates are found by the triples of letters that they share with the typed word: a slip spoils four of them at
    most. So only words that are really near are ever compared.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self._words = frozenset(words)
        self._holding: dict[str, list[str]] = {}
        self._meant: dict[str, dict[str, float]] = {}

    def knows(self, word: str) -> bool:
        """Whether this very word is known."""
        return word in self._words

    def meant(self, word: str) -> dict[str, float]:
        """The known words that may be meant, each with its nearness from 0 to 1; empty when there is none.

        Near words are given for a known one too: `certificat` is French, or English with a letter missing.
        """
        known_as = self._meant.get(word)
        if known_as is None:
            if len(self._meant) >= MOST_REMEMBERED:
                self._meant.clear()
            known_as = self._meant[word] = self._find(word)
        return known_as

    def _find(self, word: str) -> dict[str, float]:
        found: dict[str, float] = {word: 1.0} if word in self._words else {}
        if not guessable(word):
            return found
        allowed = slips_in(word)
        for near in self._alike(word, allowed):
            slips = distance(word, near, most=min(allowed, slips_in(near)))
            if slips:
                found[near] = 1.0 - _OFF_A_SLIP * slips
        return found

    def _alike(self, word: str, allowed: int) -> list[str]:
        """The known words that share enough triples with this one to be so few slips away."""
        holding = self._holding or self._index()
        shared: dict[str, int] = {}
        triples = _triples(word)
        for triple in triples:
            for known in holding.get(triple, ()):
                shared[known] = shared.get(known, 0) + 1
        least = max(len(triples) - 4 * allowed, 1)
        return [known for known, count in shared.items() if count >= least and abs(len(known) - len(word)) <= allowed]

    def _index(self) -> dict[str, list[str]]:
        for word in sorted(self._words):
            if guessable(word):
                for triple in _triples(word):
                    self._holding.setdefault(triple, []).append(word)
        return self._holding

    def parts(self, word: str) -> tuple[str, ...]:
        """The known words that were run together into this one, in order; empty when it cannot be parted so."""
        if word in self._words or len(word) < 2 * _SHORTEST_PART or len(word) > LONGEST:
            return ()
        best: list[tuple[str, ...] | None] = [()] + [None] * len(word)
        for end in range(_SHORTEST_PART, len(word) + 1):
            for start in range(end - _SHORTEST_PART + 1):
                before = best[start]
                if before is not None and word[start:end] in self._words:
                    parted = (*before, word[start:end])
                    now = best[end]
                    best[end] = parted if now is None or len(parted) < len(now) else now
        return best[-1] or ()


def guessable(word: str) -> bool:
    """Whether a slip in this word may be forgiven: not in codes and numbers, where one sign makes another meaning."""
    return SHORTEST <= len(word) <= LONGEST and word.isalpha() and word.isascii()


def slips_in(word: str) -> int:
    """How many slips are forgiven in a word of this length."""
    return 2 if len(word) >= TWO_FROM else 1


def distance(one: str, other: str, *, most: int) -> int | None:
    """Letters added, left out, changed, or swapped with their neighbour, from one word to the other; None above most.

    Damerau's and Levenshtein's distance in its restricted form (optimal string alignment).
    """
    if abs(len(one) - len(other)) > most:
        return None
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        earlier, before, row = before, row, [at]
        for to, wanted in enumerate(other, 1):
            cost = min(before[to] + 1, row[to - 1] + 1, before[to - 1] + (letter != wanted))
            if at > 1 and to > 1 and letter == other[to - 2] and one[at - 2] == wanted:
                cost = min(cost, earlier[to - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return None
    return row[-1] if row[-1] <= most else None


def _triples(word: str) -> frozenset[str]:
    padded = f"  {word}  "
    return frozenset(padded[at : at + 3] for at in range(len(padded) - 2))
