"""Services as people type them."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrust.core.formats.exchange.asked_services import WORDS, asked_services
from mailtrust.core.model.problem import UserProblem


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        ("POP,IMAP,IIS,SMTP", ("POP", "IMAP", "IIS", "SMTP")),
        (" pop ; imap\tIis", ("POP", "IMAP", "IIS")),
        ("smtp,SMTP", ("SMTP",)),
        ("umcallrouter,None", ("UMCallRouter", "None")),
    ],
)
def test_words(given_: str, expected: tuple[str, ...]) -> None:
    assert asked_services(given_) == expected


@pytest.mark.parametrize(
    ("word", "near"), [("IMAP4", "IMAP"), ("https", "IIS"), ("POP3", "POP"), ("UMCallRoute", "UMCallRouter")]
)
def test_the_nearest_is_named(word: str, near: str) -> None:
    with pytest.raises(UserProblem, match=f"Did you mean {near}"):
        asked_services(word)


@given(st.lists(st.sampled_from(sorted(WORDS)), min_size=1), st.sampled_from([",", " ", ";", ", "]))
def test_whatever_is_joined_is_read(words: list[str], between: str) -> None:
    assert {one.lower() for one in asked_services(between.join(words))} == set(words)


@given(st.text())
def test_anything_is_read_or_told(anything: str) -> None:
    with suppress(UserProblem):
        assert asked_services(anything)
