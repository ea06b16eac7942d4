"""Nothing from outside may reach a terminal as it came."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrust.core.model.cleaning import MARKS_IN_A_ROW, clean

HARMFUL = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@given(st.text(st.characters(codec=None), max_size=700), st.integers(min_value=1, max_value=600))
def test_what_is_left_is_harmless_short_and_stays_so(value: str, most: int) -> None:
    shown = clean(value, most)
    assert len(shown) <= most
    assert not {unicodedata.category(character) for character in shown} & HARMFUL
    assert clean(shown, most) == shown
    shown.encode("utf-8")


@given(st.text(st.characters(categories=["L", "N", "P", "S"]), max_size=200))
def test_honest_text_stays_as_it_is(value: str) -> None:
    assert clean(value) == value


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"),
        ("\x9b2J", "\\x9b2J"),
        ("mail\u202emoc.live\u2069", "mail\\u202emoc.live\\u2069"),
        ("pay\u200bpal", "pay\\u200bpal"),
        ("two\r\nlines\tand\u00a0more", "two  lines and more"),
        ("\udc80", "\\udc80"),
        ("tag \U000e0041", "tag \\U000e0041"),
        ("邮件服务器", "邮件服务器"),
    ],
)
def test_examples(value: str, shown: str) -> None:
    assert clean(value) == shown


def test_long_text_is_cut_and_says_so() -> None:
    assert clean("a" * 501) == "a" * 499 + "…"
    assert clean("a" * 500) == "a" * 500
    assert clean("\x00" * 10_000_000, 10) == "\\x00\\x00\\…"


def test_a_tower_of_marks_is_levelled() -> None:
    assert clean("e" + "\u0301" * 50 + "f") == "e" + "\u0301" * MARKS_IN_A_ROW + "f"
