"""Where reports about failed deliveries go (RFC 8460 3)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrust.core.formats.tls_rpt import read_places


@pytest.mark.parametrize(
    ("texts", "places"),
    [
        (("v=TLSRPTv1;rua=mailto:reports@example.com",), ("mailto:reports@example.com",)),
        (("v=TLSRPTv1; rua=https://r.example.com/v1,mailto:r@example.com;",),
         ("https://r.example.com/v1", "mailto:r@example.com")),
        (("v=spf1 -all", "v=TLSRPTv1; x=y; rua=mailto:r@example.com"), ("mailto:r@example.com",)),
        (("v=TLSRPTv1; rua=ftp://example.com",), ()),
        (("v=TLSRPTv1; rua=mailto:a@b.test", "v=TLSRPTv1; rua=mailto:c@d.test"), ()),
        (("v=TLSRPTv10; rua=mailto:a@b.test",), None),
        ((), None),
    ],
)  # fmt: skip
def test_records(texts: tuple[str, ...], places: tuple[str, ...] | None) -> None:
    assert read_places(texts) == places


@given(st.lists(st.text()))
def test_strangers_break_nothing(texts: list[str]) -> None:
    places = read_places(["v=TLSRPTv1;" + one for one in texts])
    assert places is None or all(place.isascii() and place.isprintable() for place in places)
