"""Which seconds are asked: each that a clock is compared with, and no other."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from mailtrust.core.forecast import forecast as forecasting
from mailtrust.core.forecast import reach as reaching
from mailtrust.core.forecast.moments import OriginKind, moments
from mailtrust.core.forecast.reach import reach_of
from mailtrust.core.model.anchors import TrustAnchor
from mailtrust.core.model.pool import Source
from mailtrust.core.report.forecast_text import render

if TYPE_CHECKING:
    import pytest
    from tests.forecast.conftest import Sky

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


def test_both_ends_of_every_certificate_that_can_matter(sky: Sky) -> None:
    root = sky.root("Root", ends=sky.now + 500 * DAY)
    middle = sky.ca(root, "Issuing", sky.now + 300 * DAY)
    hidden = sky.cross(sky.root("Other"), middle, sky.now + 200 * DAY, begins=sky.now + 5 * DAY)
    stranger = sky.ca(sky.root("Stranger"), "Nobody's", sky.now + 100 * DAY)
    leaf = sky.leaf(middle, sky.now + 80 * DAY)
    case = sky.case(
        sky.seen(leaf, middle.certificate), known=[(hidden, Source.CATALOGUE), (stranger.certificate, Source.CATALOGUE)]
    )
    reach = reach_of((leaf, middle.certificate), case, sky.stores(root))
    found = moments(reach, after=sky.now, until=sky.now + 400 * DAY)
    ends = [sky.now + days * DAY for days in (80, 200, 300)]
    assert [moment.at for moment in found] == sorted([sky.now + 5 * DAY, *ends, *(end + SECOND for end in ends)])
    begins = found[0].origins
    assert [(origin.kind, origin.certificate) for origin in begins] == [(OriginKind.BEGINS, hidden)]


def test_the_first_second_is_not_asked_again_and_the_last_one_is(sky: Sky) -> None:
    root = sky.root("Root")
    leaf = sky.leaf(root, sky.now + 10 * DAY)
    reach = reach_of((leaf,), sky.case(sky.seen(leaf)), sky.stores(root))
    end = leaf.not_after
    assert [one.at for one in moments(reach, after=end, until=end + SECOND)] == [end + SECOND]
    assert [one.at for one in moments(reach, after=end - SECOND, until=end)] == [end]


def test_a_renewed_certificate_has_no_ends_of_its_own_and_its_roots_dates_count(sky: Sky) -> None:
    root = sky.root("Root")
    day = datetime(2027, 1, 31, 23, 59, 59, 500000, tzinfo=UTC)
    leaf = sky.leaf(root)
    stores = sky.stores(TrustAnchor(root.certificate, distrust_after=day))
    reach = reach_of((leaf,), sky.case(sky.seen(leaf)), stores)
    standing = moments(reach, after=sky.now, until=sky.now + 1000 * DAY)
    assert {one.at for one in standing} == {leaf.not_after, leaf.not_after + SECOND}
    renewed = moments(reach, after=sky.now, until=sky.now + 1000 * DAY, renewed=leaf)
    assert {one.at for one in renewed} == {
        datetime(2027, 2, 1, tzinfo=UTC),  # the first whole second after the day
        datetime(2027, 3, 15, tzinfo=UTC),
        datetime(2029, 3, 15, tzinfo=UTC),
    }


def test_a_forest_is_not_climbed_for_ever(sky: Sky, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reaching, "MOST_CERTIFICATES", 5)
    root = sky.root("Root")
    middle = sky.ca(root, "Issuing")
    leaf = sky.leaf(middle)
    twins = [sky.ca(root, "Issuing", sky.now + days * DAY) for days in range(20, 40)]
    case = sky.case(sky.seen(leaf), known=[(one.certificate, Source.CATALOGUE) for one in twins])
    reach = reach_of((leaf,), case, sky.stores(root))
    assert len(reach.certificates) == 5
    assert not reach.whole
    assert not sky.forecast(
        sky.seen(leaf), stores=sky.stores(root), known=[(one.certificate, Source.CATALOGUE) for one in twins]
    ).whole


def test_too_many_days_make_the_forecast_shorter_and_it_says_so(sky: Sky, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forecasting, "MOST_MOMENTS", 10)
    root = sky.root("Root")
    twins = [sky.ca(root, "Issuing", sky.now + days * DAY) for days in range(20, 60)]
    leaf = sky.leaf(twins[0], sky.now + 10 * DAY)
    chain = (leaf, *(one.certificate for one in twins))
    made = sky.forecast(sky.seen(*chain), stores=sky.stores(root))
    assert not made.whole
    # Two seconds of the leaf's end, and of those of four twins: the next one is not looked at.
    assert made.until == twins[4].certificate.not_after - SECOND
    assert "the forecast is shorter" in " ".join(render(made, width=100, colour=False, translate=str).split())
