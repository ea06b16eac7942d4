"""RFC 3339 moments."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrust.core.formats.moment import MomentError, parse_moment

OFFSETS = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("2027-01-31", datetime(2027, 1, 31, tzinfo=UTC)),
        ("2027-01-31T12:30:15Z", datetime(2027, 1, 31, 12, 30, 15, tzinfo=UTC)),
        ("2027-01-31t12:30:15z", datetime(2027, 1, 31, 12, 30, 15, tzinfo=UTC)),
        ("2027-01-31 12:30:15+02:00", datetime(2027, 1, 31, 10, 30, 15, tzinfo=UTC)),
        ("2027-01-01T00:30:00.25+01:00", datetime(2026, 12, 31, 23, 30, 0, 250000, tzinfo=UTC)),
    ],
)
def test_examples(given: str, read: datetime) -> None:
    assert parse_moment(given) == read
    assert parse_moment(given).tzinfo is UTC


@pytest.mark.parametrize(
    "given",
    ["", "tomorrow", "2027", "2027-1-31", "2027-02-30", "2027-01-31T12:30Z", "2027-01-31T12:30:60Z", "0000-01-01",
     "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2027-01-31T12:00:00+24:00", "٢٠٢٧-01-31", "\x1b[2J"],
)  # fmt: skip
def test_refused_with_a_sentence(given: str) -> None:
    with pytest.raises(MomentError, match="Expected a date or moment") as caught:
        parse_moment(given)
    assert "\x1b" not in str(caught.value)


def test_a_moment_without_zone_is_not_guessed() -> None:
    with pytest.raises(MomentError, match="time zone"):
        parse_moment("2027-01-31T12:30:15")


@given(st.datetimes(timezones=OFFSETS).filter(lambda moment: 1 < moment.year < 9999))
def test_every_moment_survives(moment: datetime) -> None:
    assert parse_moment(moment.isoformat()) == moment


@given(st.text("0123456789-:TtZz+. ", max_size=30))
def test_anything_is_read_or_refused(given: str) -> None:
    with suppress(MomentError):
        assert parse_moment(given).utcoffset() == timedelta(0)
