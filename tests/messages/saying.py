"""Texts as people really give them: filled in, spoilt in many ways, and the catalogue they come from."""

# ruff: noqa: RUF001 - people's own quotation marks and commas

from __future__ import annotations

import html
import json
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

from mailtrust.core.messages.catalogue import messages
from mailtrust.core.messages.explanation import Explanation
from mailtrust.core.messages.message import Message
from mailtrust.core.model.verdict import Utterance

FILLED = {
    "host": "mail.example.org",
    "date": "2026-03-01 12:00",
    "names": "a.example.org, b.example.org",
    "reason": "",
    "file": "/etc/ssl/certs/ca-certificates.crt",
    "number": "1416F086",
    "thumbprint": "434AC224C8459924B26521298CE8834C514856AB",
    "connector": "Default Frontend EX01",
    "url": "https://autodiscover.example.org/autodiscover/autodiscover.xml",
}


def filled(said: str) -> str:
    """Words of the catalogue as they stand on a screen."""
    return re.sub(r"\{(\w*)\}", lambda place: FILLED.get(place[1], "CN=Example CA"), said)


def who(explanation: Explanation) -> set[str]:
    """Everybody who speaks, in any answer."""
    return {speaker.id for answer in explanation.answers for speaker in (*answer.speakers, *answer.passed_on)}


def codes(explanation: Explanation, answer: int = 0) -> list[str]:
    """The causes of one answer, in order."""
    return [suspicion.cause.code for suspicion in explanation.answers[answer].suspicions]


@dataclass(frozen=True)
class Case:
    """One utterance of the catalogue."""

    message: Message
    utterance: Utterance

    @property
    def name(self) -> str:
        return f"{self.message.origin.id}: {self.utterance.text[:50]}"


def cases() -> Iterator[Case]:
    for message in messages():
        if message.alone:
            for utterance in message.utterances:
                yield Case(message, utterance)


def mistyped(said: str, chance: Random) -> str:
    """One slip in about every fourth word of six letters or more: left out, doubled, wrong, or swapped."""
    words = said.split(" ")
    for number, word in enumerate(words):
        if len(word) >= 6 and word.isalpha() and word.isascii() and chance.random() < 0.25:
            at = chance.randrange(1, len(word) - 1)
            slips = (
                word[:at] + word[at + 1 :],
                word[:at] + word[at] + word[at:],
                word[:at] + chance.choice("etaoinsr") + word[at + 1 :],
                word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            )
            words[number] = chance.choice(slips)
    return " ".join(words)


def without_accents(said: str) -> str:
    return "".join(one for one in unicodedata.normalize("NFD", said) if unicodedata.category(one) != "Mn")


SURROUNDINGS: dict[str, Callable[[str], str]] = {
    "in a log": lambda said: (
        f"Nov 21 12:00:01 mx1 app[4711]: session=<AbC1> ERROR {said} (see ticket 12345), again in 30 s"
    ),
    "in JSON": lambda said: json.dumps({"message": said, "level": "error"}),
    "in a letter": lambda said: (
        f"Hello, since this morning my colleague gets a window with “{said}” in it. Please help!"
    ),
}

SPOILERS: dict[str, Callable[[str], str]] = {
    "as it stands": lambda said: said.replace(" / ", " "),
    "line by line": lambda said: said.replace(" / ", "\n"),
    "in capitals": lambda said: said.replace(" / ", " ").upper(),
    "escaped for HTML": lambda said: html.escape(said.replace(" / ", " ")),
    "escaped twice": lambda said: html.escape(html.escape(said.replace(" / ", " "))),
    "without accents": without_accents,
    "without punctuation": lambda said: re.sub(r"[\"'“”’«»,;!?]|\.(?=\s|$)", "", said),
    "with typographic quotes": lambda said: said.replace("'", "’").replace('"', "”"),
    "decomposed": lambda said: unicodedata.normalize("NFD", said),
    "broken by soft hyphens": lambda said: re.sub(r"(\w{5})(\w{4})", "\\1\u00ad\\2", said),
    "indented": lambda said: "> " + said.replace(" ", "  \t"),
}
