"""The lines of the catalogue: each part of a message that can be met alone, with the messages it belongs to."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from math import log

from mailtrust.core.messages.message import Message
from mailtrust.core.messages.spelling import Spelling
from mailtrust.core.messages.tokens import tokens
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.verdict import Utterance

_OPEN_PLACE = re.compile(r"\{\w*\}")
_END = re.compile(r"(?<=[.;!?])\s+|(?<=:)\s*|(?<=[。：；！？])")
_TOPIC = ("cert", "zertifik", "ssl", "tls", "x509", "pkix")
_LEAST_WORDS = 2
_SAYS_NOTHING = frozenset(
    {("ssl", "routines"), ("ssl", "error"), ("verify", "error"), ("openssl", "error", "messages")}
)
"""Parts that stand before every error of OpenSSL, whatever it is about."""
_LONG_NUMBER = 8
UNKNOWN_WORD = 4.0
"""What a word weighs that stands in no line: it says that the text goes on about something else."""


@frozen
class Said:
    """A message, and the one of its utterances in which a line stands."""

    message: Message
    utterance: Utterance


@frozen
class Line:
    """Words that stand together on a screen or in a log."""

    words: tuple[str, ...]
    said: tuple[Said, ...]
    weight: float
    """What its words weigh together."""
    topical: frozenset[str]
    """Those of its words that speak of certificates or of encryption."""

    @property
    def is_code(self) -> bool:
        """Whether it is a code, which means one thing wherever it stands: CERT_E_EXPIRED, 0x800B0109."""
        return _is_code(self.words)


class Lines:
    """Every line, how much each word tells, and which lines hold it."""

    def __init__(self, messages: Iterable[Message]) -> None:
        owners: dict[tuple[str, ...], dict[int, Said]] = {}
        for message in messages:
            for utterance in message.utterances:
                for line in parts(utterance.text):
                    words = tuple(token.text for token in tokens(line))
                    if (len(words) >= _LEAST_WORDS and words not in _SAYS_NOTHING) or _is_code(words):
                        owners.setdefault(words, {}).setdefault(id(message), Said(message, utterance))
        holders: dict[str, list[int]] = {}
        for number, words in enumerate(owners):
            for word in set(words):
                holders.setdefault(word, []).append(number)
        self.holders: Mapping[str, list[int]] = holders
        self._weights = {word: _weight(word, len(held), len(owners)) for word, held in holders.items()}
        self.lines = tuple(
            Line(
                words,
                tuple(said.values()),
                sum(self._weights[word] for word in words),
                frozenset(word for word in words if is_topical(word)),
            )
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
    """A message's lines, and the sentences of each, without the places that differ from case to case.

    A sentence that says nothing of certificates in a line that does is no part: many programs begin or end so whatever
    happened ("The underlying connection was closed:").
    """
    for shown in _OPEN_PLACE.sub(" ", text).split(" / "):
        yield shown
        sentences = [sentence for sentence in _END.split(shown) if sentence.strip()]
        topical = any(map(_topical_text, sentences))
        if len(sentences) > 1:
            yield from (one for one in sentences if not topical or _topical_text(one))


def is_topical(word: str) -> bool:
    """Whether a word speaks of certificates or of encryption."""
    return word == "证书" or any(stem in word for stem in _TOPIC)


def _topical_text(text: str) -> bool:
    return any(is_topical(token.text) for token in tokens(text))


def _weight(word: str, held_by: int, lines: int) -> float:
    weight = log(1 + lines / held_by)
    # Each Chinese character stands in two pairs.
    return weight if word.isascii() or len(word) > 2 else 0.6 * weight


def _is_code(words: tuple[str, ...]) -> bool:
    return len(words) == 1 and (
        "_" in words[0] or words[0].startswith("0x") or (words[0].isdigit() and len(words[0]) >= _LONG_NUMBER)
    )
