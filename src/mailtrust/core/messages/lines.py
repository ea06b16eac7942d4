"""The lines of the catalogue: each part of a message that can be met alone, with the messages it belongs to."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import log

from mailtrust.core.messages.message import Message
from mailtrust.core.messages.spelling import Spelling
from mailtrust.core.messages.tokens import tokens
from mailtrust.core.model.verdict import Utterance

_OPEN_PLACE = re.compile(r"\{\w*\}")
_END = re.compile(r"(?<=[.;!?])\s+|(?<=:)\s*|(?<=[。：；！？])")
_LEAST_WORDS = 2
UNKNOWN_WORD = 3.0
"""What a word weighs that stands in no line: it says that the text goes on about something else."""


@dataclass(frozen=True, slots=True)
class Said:
    """A message, and the one of its utterances in which a line stands."""

    message: Message
    utterance: Utterance


@dataclass(frozen=True, slots=True)
class Line:
    """Words that stand together on a screen or in a log."""

    words: tuple[str, ...]
    said: tuple[Said, ...]
    weight: float
    """What its words weigh together."""


class Lines:
    """Every line, how much each word tells, and which lines hold it."""

    def __init__(self, messages: Iterable[Message]) -> None:
        owners: dict[tuple[str, ...], dict[int, Said]] = {}
        for message in messages:
            for utterance in message.utterances:
                for line in parts(utterance.text):
                    words = tuple(token.text for token in tokens(line))
                    if len(words) >= _LEAST_WORDS or _is_code(words):
                        owners.setdefault(words, {}).setdefault(id(message), Said(message, utterance))
        holders: dict[str, list[int]] = {}
        for number, words in enumerate(owners):
            for word in set(words):
                holders.setdefault(word, []).append(number)
        self.holders: Mapping[str, list[int]] = holders
        self._weights = {word: _weight(word, len(held), len(owners)) for word, held in holders.items()}
        self.lines = tuple(
            Line(words, tuple(said.values()), sum(self._weights[word] for word in words))
            for words, said in owners.items()
        )

    def weight(self, word: str) -> float:
        """How much this word tells, from 0 for a word of every line to about 7 for one of a single line."""
        return self._weights.get(word, UNKNOWN_WORD)

    @cached_property
    def spelling(self) -> Spelling:
        """What knows the words of all lines."""
        return Spelling(self._weights)


def parts(text: str) -> Iterator[str]:
    """A message's lines, and the sentences of each, without the places that differ from case to case."""
    for shown in _OPEN_PLACE.sub(" ", text).split(" / "):
        yield shown
        sentences = [sentence for sentence in _END.split(shown) if sentence.strip()]
        if len(sentences) > 1:
            yield from sentences


def _weight(word: str, held_by: int, lines: int) -> float:
    weight = log(1 + lines / held_by)
    # Each Chinese character stands in two pairs.
    return weight if word.isascii() or len(word) > 2 else 0.6 * weight


def _is_code(words: tuple[str, ...]) -> bool:
    return len(words) == 1 and ("_" in words[0] or words[0].startswith("0x"))
