"""`30d` and `20%`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrust.core.formats.threshold import MOST_DAYS, ThresholdError, parse_threshold
from mailtrust.core.model.settings import Threshold


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("30d", Threshold(days=30)),
        (" 10 D ", Threshold(days=10)),
        ("1day", Threshold(days=1)),
        ("0d", Threshold(days=0)),
        ("20%", Threshold(percent=20)),
        ("100 %", Threshold(percent=100)),
        ("0%", Threshold(percent=0)),
    ],
)
def test_examples(given: str, read: Threshold) -> None:
    assert parse_threshold(given) == read


@pytest.mark.parametrize(
    "given", ["", "30", "d", "%", "-1d", "101%", "36501d", "99999999d", "1.5d", "٣d", "30d 20%", "\x1b[2Jd"]
)
def test_refused_with_a_sentence(given: str) -> None:
    with pytest.raises(ThresholdError, match="such as 30d") as caught:
        parse_threshold(given)
    assert "\x1b" not in str(caught.value)


@given(st.integers(0, MOST_DAYS), st.integers(0, 100))
def test_every_number_in_range(days: int, percent: int) -> None:
    assert parse_threshold(f"{days}d") == Threshold(days=days)
    assert parse_threshold(f"{percent}%") == Threshold(percent=percent)
