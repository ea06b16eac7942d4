"""Words as typed, to words as meant."""

from functools import cache
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrust.core.messages.catalogue import lines
from mailtrust.core.messages.spelling import Spelling, distance, guessable, slips_in

WORDS = st.text("abcd", max_size=8)


@cache
def plain_distance(one: str, other: str) -> int:
    """Optimal string alignment, as its definition has it."""
    if not one or not other:
        return len(one) + len(other)
    costs = [
        plain_distance(one[:-1], other) + 1,
        plain_distance(one, other[:-1]) + 1,
        plain_distance(one[:-1], other[:-1]) + (one[-1] != other[-1]),
    ]
    if len(one) > 1 and len(other) > 1 and one[-1] == other[-2] and one[-2] == other[-1]:
        costs.append(plain_distance(one[:-2], other[:-2]) + 1)
    return min(costs)


@given(WORDS, WORDS, st.integers(0, 4))
def test_the_distance_is_the_plain_one_up_to_its_limit(one: str, other: str, most: int) -> None:
    expected = plain_distance(one, other)
    assert distance(one, other, most=most) == (expected if expected <= most else None)


def slips(word: str, chance: Random) -> str:
    at = chance.randrange(len(word) - 1)
    kinds = (
        word[:at] + word[at + 1 :],
        word[:at] + chance.choice("abcdefghijklmnopqrstuvwxyz") + word[at:],
        word[:at] + chance.choice("abcdefghijklmnopqrstuvwxyz") + word[at + 1 :],
        word[:at] + word[at + 1] + word[at] + word[at + 2 :],
    )
    return chance.choice(kinds)


def test_every_word_of_the_catalogue_is_found_with_a_slip() -> None:
    chance = Random(1)
    spelling = lines().spelling
    known = sorted(word for word in lines().holders if guessable(word))
    assert len(known) > 700
    for word in known:
        typed = slips(word, chance)
        if guessable(typed):
            assert word in spelling.meant(typed), typed


def test_long_words_are_found_with_two_slips() -> None:
    chance = Random(2)
    spelling = lines().spelling
    for word in sorted(word for word in lines().holders if guessable(word) and slips_in(word) == 2):
        typed = slips(slips(word, chance), chance)
        # Two slips at one place can be more than two by the restricted distance.
        if slips_in(typed) == 2 and distance(word, typed, most=2) is not None:
            assert word in spelling.meant(typed), typed


@pytest.mark.parametrize("code", ["0x800b0109", "sec_error_unknown_issuer", "12014", "4.7.5"])
def test_codes_are_never_guessed(code: str) -> None:
    spelling = Spelling({code, "0x800b010a", "12015", "4.7.6"})
    assert spelling.meant(code) == {code: 1.0}
    assert spelling.meant(code[:-1] + "7") == {}


def test_a_known_word_stands_for_itself_first() -> None:
    meant = Spelling({"certificat", "certificate", "banana"}).meant("certificat")
    assert meant["certificat"] == 1.0
    assert 0.8 < meant["certificate"] < 1.0
    assert "banana" not in meant


def test_words_that_ran_together_are_parted() -> None:
    spelling = Spelling({"remote", "certificate", "name", "mismatch", "rem"})
    assert spelling.parts("remotecertificatenamemismatch") == ("remote", "certificate", "name", "mismatch")
    assert spelling.parts("remotecertificateoops") == ()
    assert spelling.parts("certificate") == ()
    assert spelling.parts("x" * 1000) == ()


def test_what_is_remembered_is_bounded() -> None:
    spelling = Spelling({"certificate"})
    for number in range(12_000):
        spelling.meant(f"word{number}")
    assert len(spelling._meant) <= 5000
