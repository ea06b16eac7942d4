"""Whatever the catalogue holds finds itself: as it stands, and spoilt as people, logs and web pages spoil it."""

import re
from random import Random

import pytest
from tests.messages.saying import SPOILERS, SURROUNDINGS, Case, cases, filled, mistyped, who

from mailtrust.core.messages.explain import explain
from mailtrust.core.messages.lines import is_topical
from mailtrust.core.messages.tokens import tokens

CASES = tuple(cases())


def lost(texts: list[tuple[Case, str]]) -> list[str]:
    """The cases whose origin does not speak in the answer."""
    return [f"{case.name} <- {given}" for case, given in texts if case.message.origin.id not in who(explain(given))]


def words(case: Case) -> int:
    """How many words are its own: what stands for a name or a day is told differently each time."""
    return len(tokens(re.sub(r"\{\w+\}", " ", case.utterance.text)))


def is_code(case: Case) -> bool:
    return words(case) == 1


@pytest.mark.parametrize("spoiler", sorted(SPOILERS))
def test_every_utterance_finds_itself(spoiler: str) -> None:
    spoil = SPOILERS[spoiler]
    assert lost([(case, spoil(filled(case.utterance.text))) for case in CASES]) == []


@pytest.mark.parametrize("seed", range(2))
def test_mistyped_utterances_are_found(seed: int) -> None:
    chance = Random(seed)
    texts = [(case, mistyped(filled(case.utterance.text).replace(" / ", " "), chance)) for case in CASES]
    typed = [(case, given) for case, given in texts if not is_code(case)]
    assert sum(given != filled(case.utterance.text) for case, given in typed) > len(typed) // 3
    # Of three words with a slip or two little is left; of longer ones everything is found.
    assert lost([(case, given) for case, given in typed if words(case) > 3 and " " in case.utterance.text]) == []
    assert len(lost(typed)) <= len(typed) // 50


@pytest.mark.parametrize("surrounding", sorted(SURROUNDINGS))
def test_utterances_inside_something_else_are_found(surrounding: str) -> None:
    """Titles of two common words are known only where they stand alone."""
    texts = [
        (case, SURROUNDINGS[surrounding](filled(case.utterance.text).replace(" / ", " ")))
        for case in CASES
        if words(case) > 2 or is_code(case)
    ]
    assert lost(texts) == []


def test_the_first_half_of_a_long_utterance_is_enough() -> None:
    long = [case for case in CASES if words(case) >= 14]
    assert len(long) > 150
    halves = []
    for case in long:
        said = filled(case.utterance.text).replace(" / ", " ")
        half = said[: len(said) * 6 // 10]
        # ... if what was read speaks of certificates at all.
        if any(is_topical(token.text) for token in tokens(half)):
            halves.append((case, half))
    assert len(halves) > 100
    assert len(lost(halves)) <= len(halves) // 20


def test_two_utterances_in_one_text_are_both_found() -> None:
    given = (
        "10:01 x509: certificate signed by unknown authority\n10:02 curl: (60) SSL certificate problem: certificate "
        "has expired"
    )
    assert {"golang", "curl", "openssl"} <= who(explain(given))


@pytest.mark.parametrize("lang", ["en", "fr", "de", "es", "zh"])
def test_each_language_has_words(lang: str) -> None:
    assert sum(case.utterance.lang == lang for case in CASES) >= 12
