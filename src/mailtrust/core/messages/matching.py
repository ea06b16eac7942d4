"""Finding a catalogue's line in a text: mistyped, partly quoted, or in the middle of something else.

The words of a line are looked for in their order, not far from each other; what was found of the line, of the text,
and how densely, decides whether it is this line, perhaps this line, or none.
"""

from collections.abc import Mapping, Sequence

from mailtrust.core.messages.lines import UNKNOWN_WORD, Line, Lines
from mailtrust.core.messages.tokens import Token
from mailtrust.core.model.frozen import frozen

_REACH = 10
"""Words that may stand between two words of a line: a name, a path, a list of names."""
_GAP_COST = 0.12
_MOST_RECENT = 32
"""How many found words are tried as the word before; more than stand within reach in any text that people write."""
_MOST_CANDIDATES = 80

# How much must be found, in the weight of words; a word of one line alone weighs about 7, "certificate" about 1.
_NOT_BY_CHANCE = 5.5
_TELLING = 7.0
_STRIKING = 20.0
_FEW_WORDS = 3
_UNMISTAKABLE = 25.0


@frozen
class Reading:
    """A word of the text, as a word that the catalogue knows."""

    word: str
    nearness: float
    place: float
    """Where it stands, counted in words that are not incidental."""


@frozen
class Text:
    """A text, read with the catalogue's words."""

    readings: tuple[Reading, ...]
    weight: float
    """What all its words weigh together."""
    weights: tuple[float, ...]
    """What stands at each place."""


@frozen
class Hit:
    """A line that was found, wholly or in part."""

    line: Line
    found: float
    """What the words that were found weigh together, as near as they are."""
    places: frozenset[int]
    coverage: float
    """How much of the line was found, from 0 to 1."""
    quoted: float
    """How much of the text it accounts for, from 0 to 1."""
    density: float
    """The same, of the stretch of text in which it was found."""
    on_topic: bool
    """Whether one of the words that were found speaks of certificates, where the line has such words."""

    @property
    def merit(self) -> float:
        """By what it is preferred to other lines of the same place: much that is found, and little that is missing."""
        return self.found * (0.4 + 0.6 * self.coverage)

    @property
    def sure(self) -> bool:
        """Whether the text says this line, wholly or in part."""
        if self.line.is_code:
            return True
        if not self.on_topic:
            # The part of a line that does not speak of certificates: only where nothing else is said.
            return self.found >= _STRIKING and self.quoted >= 0.9 and self.density >= 0.9 and self.coverage >= 0.3
        if self.found < _TELLING or len(self.line.words) <= _FEW_WORDS:
            # A line of few or common words proves something only word for word, or where it is all that is said.
            whole = self.coverage >= 0.95 and self.density >= 0.95 and self.found >= _NOT_BY_CHANCE
            return whole or (self.coverage >= 0.8 and self.quoted >= 0.75)
        if self.coverage >= 0.72:
            return self.density >= 0.4
        if self.quoted >= 0.8 and self.coverage >= 0.2:
            return True
        if self.coverage >= 0.6 and self.found >= _UNMISTAKABLE:
            return self.density >= 0.6
        return self.found >= _STRIKING and self.density >= 0.85 and self.coverage >= 0.35

    @property
    def perhaps(self) -> bool:
        """Whether it is near enough to be mentioned."""
        if self.found < _TELLING or self.density < 0.4 or not self.on_topic:
            return False
        return self.coverage >= 0.55 or (self.quoted >= 0.6 and self.coverage >= 0.25)


def read(given: Sequence[Token], lines: Lines) -> Text:
    """Read a text: each word as the known words that may be meant."""
    spelling = lines.spelling
    readings: list[Reading] = []
    weights: list[float] = []
    for at, token in enumerate(given):
        if not token.incidental or not weights:
            weights.append(0.0)
        place = len(weights) - 1
        meant = spelling.meant(token.text)
        together = spelling.parts(token.text) if not meant else ()
        for word, nearness in meant.items():
            readings.append(Reading(word, nearness, place))
        for number, word in enumerate(together):
            readings.append(Reading(word, 1.0, place + number / 64))
        if not meant and at + 1 < len(given):
            # A word that was cut in two, at the end of a line or by a hyphen.
            whole = token.text + given[at + 1].text
            if spelling.knows(whole):
                readings.append(Reading(whole, 1.0, place))
                meant = {whole: 1.0}
        if not token.incidental:
            weights[place] = _weigh(token.text, meant, together, lines)
    return Text(tuple(readings), sum(weights), tuple(weights))


def _weigh(word: str, meant: Mapping[str, float], together: Sequence[str], lines: Lines) -> float:
    """What a word of the text weighs: as itself, or as the commonest word that may be meant, or as its parts."""
    if word in meant:
        return lines.weight(word)
    if meant:
        return min(lines.weight(known) for known in meant)
    return max((lines.weight(part) for part in together), default=UNKNOWN_WORD)


def find(text: Text, lines: Lines) -> list[Hit]:
    """Every line that the text says or perhaps says, the one that fits best first."""
    hits = [
        hit for line in _candidates(text, lines) if (hit := _align(text, line, lines)) and (hit.sure or hit.perhaps)
    ]
    return sorted(hits, key=lambda hit: (-hit.merit, hit.line.words))


def _candidates(text: Text, lines: Lines) -> list[Line]:
    """The lines of which enough words stand somewhere in the text."""
    shared: dict[int, float] = {}
    nearest: dict[str, float] = {}
    for reading in text.readings:
        nearest[reading.word] = max(nearest.get(reading.word, 0.0), reading.nearness)
    for word, nearness in nearest.items():
        for number in lines.holders.get(word, ()):
            shared[number] = shared.get(number, 0.0) + nearness * lines.weight(word)
    likely = [
        number
        for number, weight in shared.items()
        if weight >= 0.4 * lines.lines[number].weight or weight >= 0.5 * text.weight
    ]
    likely.sort(key=lambda number: (-shared[number], number))
    return [lines.lines[number] for number in likely[:_MOST_CANDIDATES]]


@frozen
class _Chain:
    """Words of a line that were found one after the other, up to a word of the text."""

    index: int
    place: float
    score: float
    before: "_Chain | None"
    found: float
    word: str


def _align(text: Text, line: Line, lines: Lines) -> Hit | None:
    """The stretch of text in which most of the line stands in order."""
    at_index: dict[str, list[int]] = {}
    for index, word in enumerate(line.words):
        at_index.setdefault(word, []).append(index)
    recent: list[_Chain] = []
    best: _Chain | None = None
    for reading in text.readings:
        indices = at_index.get(reading.word)
        if indices is None:
            continue
        recent = [chain for chain in recent[-_MOST_RECENT:] if reading.place - chain.place <= _REACH]
        weight = lines.weight(reading.word) * reading.nearness
        grown: list[_Chain] = []
        for index in indices:
            score, before = 0.0, None
            for chain in recent:
                if chain.index < index and chain.place <= reading.place:
                    gap = max(reading.place - chain.place - 1, 0.0)
                    carried = chain.score - _GAP_COST * gap
                    if carried > score:
                        score, before = carried, chain
            found = weight + (before.found if before else 0.0)
            grown.append(_Chain(index, reading.place, score + weight, before, found, reading.word))
        recent += grown
        best = max([*grown, *([best] if best else [])], key=lambda chain: chain.score)
    return _hit(text, line, best) if best else None


def _hit(text: Text, line: Line, end: _Chain) -> Hit:
    places: set[int] = set()
    words: set[str] = set()
    chain: _Chain | None = end
    while chain is not None:
        places.add(int(chain.place))
        words.add(chain.word)
        chain = chain.before
    stretch = sum(text.weights[min(places) : max(places) + 1])
    return Hit(
        line,
        end.found,
        frozenset(places),
        coverage=min(end.found / line.weight, 1.0),
        quoted=min(end.found / text.weight, 1.0) if text.weight else 0.0,
        density=min(end.found / stretch, 1.0) if stretch else 1.0,
        on_topic=not line.topical or not line.topical.isdisjoint(words),
    )
