"""By when to renew, how long the next certificate lasts, and what is a limit for CAs or for clients."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from mailtrust.core.clients import CLIENTS
from mailtrust.core.forecast.departures import DEPARTURES, leaves_at
from mailtrust.core.forecast.forecast import breaks_within
from mailtrust.core.forecast.lifetimes import (
    LIMITS,
    enforced_limits,
    interval,
    lifetime_days,
    limits_for,
    most_days,
    next_lifetime,
)
from mailtrust.core.model.anchors import TrustAnchor
from mailtrust.core.model.settings import Threshold
from mailtrust.core.report.forecast_ics import to_ics
from mailtrust.core.report.forecast_json import to_json
from mailtrust.core.report.forecast_svg import to_svg
from mailtrust.core.report.forecast_text import render

if TYPE_CHECKING:
    from tests.forecast.conftest import Sky

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


def day(year: int, month: int, number: int) -> datetime:
    return datetime(year, month, number, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "most"),
    [
        (day(2020, 8, 31), None),
        (day(2020, 9, 1), 398),
        (day(2026, 3, 15) - SECOND, 398),
        (day(2026, 3, 15), 200),
        (day(2027, 3, 15) - SECOND, 200),
        (day(2027, 3, 15), 100),
        (day(2029, 3, 15) - SECOND, 100),
        (day(2029, 3, 15), 47),
    ],
)
def test_what_public_cas_may_issue_changes_at_midnight(sky: Sky, at: datetime, most: int | None) -> None:
    limit = most_days(sky.leaf(sky.root("Root")), at)
    assert (limit.most_days if limit else None) == most


@pytest.mark.parametrize(
    ("owner", "at", "most"),
    [
        ("Let's Encrypt", day(2027, 2, 9), 200),
        ("Let's Encrypt", day(2027, 2, 10), 64),
        ("Let's Encrypt", day(2027, 6, 1), 64),
        ("Let's Encrypt", day(2028, 2, 16), 45),
        ("Let's Encrypt", day(2029, 6, 1), 45),
        ("DigiCert Inc", day(2026, 2, 24), 199),
        ("DigiCert Inc", day(2026, 6, 1), 199),
        ("DigiCert Inc", day(2027, 6, 1), 100),
    ],
)
def test_some_cas_are_stricter_than_they_must(sky: Sky, owner: str, at: datetime, most: int) -> None:
    leaf = sky.leaf(sky.ca(sky.root("Root"), "Issuing", owner=owner))
    limit = most_days(leaf, at)
    assert limit is not None
    assert limit.most_days == most
    assert {one.owner for one in limits_for(leaf)} == {
        "",
        *(one.owner for one in LIMITS if owner.startswith(one.owner)),
    }


def test_every_limit_has_its_source_and_stands_in_order() -> None:
    assert [limit.since for limit in LIMITS] == sorted(limit.since for limit in LIMITS)
    assert all(limit.source.where for limit in LIMITS)


def test_begun_days_count_whole(sky: Sky) -> None:
    root = sky.root("Root")
    begins = sky.now
    assert lifetime_days(sky.leaf(root, begins + 90 * DAY - SECOND, begins)) == 90
    assert lifetime_days(sky.leaf(root, begins + 90 * DAY, begins)) == 91


def test_the_next_one_is_as_this_one_or_as_long_as_is_allowed(sky: Sky) -> None:
    leaf = sky.leaf(sky.root("Root"), sky.now + 365 * DAY - SECOND, sky.now)
    assert next_lifetime(leaf, day(2026, 3, 1), public=True) == 365 * DAY
    assert next_lifetime(leaf, day(2026, 4, 1), public=True) == 200 * DAY
    assert next_lifetime(leaf, day(2029, 4, 1), public=True) == 47 * DAY
    assert next_lifetime(leaf, day(2029, 4, 1), public=False) == 365 * DAY


def test_two_thirds_of_a_life_and_half_of_a_short_one() -> None:
    assert interval(90 * DAY) == 60 * DAY
    assert interval(10 * DAY) == 10 * DAY * 2 / 3
    assert interval(timedelta(hours=160)) == timedelta(hours=80)


def test_what_clients_enforce_is_read_from_what_they_check() -> None:
    public, added = enforced_limits(CLIENTS)
    assert (public.most_days, public.public, added.most_days, added.public) == (398, True, 825, False)
    assert {"chrome", "apple-mail-ios", "apple-mail-macos"} <= set(public.clients)
    assert "apple-mail-ios" in added.clients
    assert "chrome" not in added.clients
    assert set(public.clients).isdisjoint({"firefox", "gmail-android", "outlook-windows", "java-mail", "openssl"})
    assert enforced_limits([client for client in CLIENTS if client.id == "openssl"]) == ()


@pytest.mark.parametrize(
    ("ends", "last"),
    [
        (datetime(2027, 2, 10, 23, 59, 59, tzinfo=UTC), date(2027, 2, 10)),
        (datetime(2027, 2, 10, 23, 59, 58, tzinfo=UTC), date(2027, 2, 9)),
        (datetime(2027, 2, 10, 12, 0, 0, tzinfo=UTC), date(2027, 2, 9)),
        (datetime(2027, 2, 10, 0, 0, 0, tzinfo=UTC), date(2027, 2, 9)),
    ],
)
def test_the_last_day_to_renew_is_the_last_whole_one(sky: Sky, ends: datetime, last: date) -> None:
    root = sky.root("Root")
    (advice,) = sky.forecast(sky.seen(sky.leaf(root, ends)), stores=sky.stores(root)).renewals
    assert (advice.last_day, advice.overdue, advice.first_break) == (last, False, None)


def test_what_breaks_first_decides(sky: Sky) -> None:
    root = sky.root("Root")
    gone = sky.now + 30 * DAY
    stores = sky.stores(root, microsoft=(TrustAnchor(root.certificate, disallowed_from=gone),))
    (advice,) = sky.forecast(sky.seen(sky.leaf(root)), stores=stores).renewals
    assert advice.first_break is not None
    assert advice.first_break.at == gone
    assert advice.last_day == (gone - DAY).date()
    assert advice.due.date() <= advice.last_day


def test_a_root_that_takes_no_new_ones_is_said_with_the_advice(sky: Sky) -> None:
    root = sky.root("Root")
    late, early = sky.now + 200 * DAY, sky.now + 30 * DAY
    for day_of_distrust, trapped in ((sky.now - DAY, True), (early, True), (late, False)):
        stores = sky.stores(root, apple=(TrustAnchor(root.certificate, distrust_after=day_of_distrust),))
        (advice,) = sky.forecast(sky.seen(sky.leaf(root)), stores=stores).renewals
        assert (advice.trap is not None) is trapped
        if advice.trap is not None:
            assert "apple-mail-ios" in {one.course.client.id for one in advice.trap.affected}


def test_who_is_late_is_told_so(sky: Sky) -> None:
    root = sky.root("Root")
    (advice,) = sky.forecast(
        sky.seen(sky.leaf(root, sky.now - DAY, sky.now - 90 * DAY)), stores=sky.stores(root)
    ).renewals
    assert advice.overdue


def test_the_day_before_the_next_step_gives_more(sky: Sky) -> None:
    root = sky.root("Root")
    begins = day(2026, 11, 1)
    (advice,) = sky.forecast(
        sky.seen(sky.leaf(root, begins + 200 * DAY - SECOND, begins)), stores=sky.stores(root)
    ).renewals
    assert advice.longest is not None
    assert (advice.longest.day, advice.longest.days, advice.longest.then_days) == (date(2027, 3, 14), 200, 100)
    assert advice.longest.ends == date(2027, 9, 30)
    assert [(pace.since.date(), pace.lifetime.days, pace.every.days) for pace in advice.paces] == [
        (sky.now.date(), 200, 133),
        (date(2027, 3, 15), 100, 66),
        (date(2029, 3, 15), 47, 31),
    ]
    assert [pace.a_year for pace in advice.paces] == [3, 6, 12]


def test_a_short_certificate_minds_no_step(sky: Sky) -> None:
    root = sky.root("Root")
    (advice,) = sky.forecast(sky.seen(sky.leaf(root, sky.now + 30 * DAY, sky.now)), stores=sky.stores(root)).renewals
    assert advice.longest is None
    assert len(advice.paces) == 1


def test_what_was_issued_for_longer_lives_on(sky: Sky) -> None:
    root = sky.root("Root")
    begins = day(2026, 3, 1)
    made = sky.forecast(sky.seen(sky.leaf(root, begins + 397 * DAY, begins)), stores=sky.stores(root))
    (advice,) = made.renewals
    assert advice.longer_than_allowed
    assert sky.course(made, "chrome").at(sky.now).valid  # no client counts the 200 days


def test_a_private_ca_has_no_limits_but_apples(sky: Sky) -> None:
    root = sky.root("Own Root", owner="Example Ltd")
    leaf = sky.leaf(root, sky.now + 900 * DAY, sky.now - DAY, extensions=(), policies=())
    made = sky.forecast(sky.seen(leaf), stores=sky.stores(), local_roots=(root.certificate,))
    (advice,) = made.renewals
    assert (advice.limit, advice.longest, len(advice.paces)) == (None, None, 1)
    assert sky.course(made, "apple-mail-ios").at(sky.now).error_codes == {"validity-too-long"}
    assert sky.course(made, "chrome").at(sky.now).valid


@pytest.mark.parametrize("ends", [-5 * DAY, -SECOND, timedelta(), SECOND])
def test_lives_that_are_none_are_no_trouble(sky: Sky, ends: timedelta) -> None:
    root = sky.root("Root")
    leaf = sky.leaf(root, sky.now + ends, sky.now)
    made = sky.forecast(sky.seen(leaf), stores=sky.stores(root))
    assert to_json(made, str, "en")
    assert to_svg(made, str, "en")
    assert to_ics(made, str, warn=Threshold(percent=20))
    assert render(made, width=80, colour=False, translate=str)
    assert breaks_within(made, Threshold(percent=100))


def test_what_signs_itself_has_no_pace(sky: Sky) -> None:
    own = sky.own(sky.now + 100 * DAY)
    made = sky.forecast(sky.seen(own), stores=sky.stores())
    (advice,) = made.renewals
    assert (advice.kind.value, advice.paces, advice.last_day) == ("self-signed", (), (sky.now + 99 * DAY).date())
    assert {course.track.value for course in made.courses} == {"as-it-stands"}


@pytest.mark.parametrize(
    ("begins", "leaves"),
    [
        (day(2005, 12, 31), day(2025, 4, 15)),
        (day(2006, 1, 1), day(2026, 4, 15)),
        (day(2007, 12, 31), day(2026, 4, 15)),
        (day(2008, 1, 1), day(2027, 4, 15)),
        (day(2010, 1, 1), day(2028, 4, 15)),
        (day(2012, 1, 1), day(2029, 4, 15)),
        (day(2014, 4, 14), day(2029, 4, 15)),
        (day(2014, 4, 15), day(2029, 4, 15)),
        (day(2015, 6, 4), day(2030, 6, 4)),
        (day(2016, 2, 29), day(2031, 2, 28)),
    ],
)
def test_the_schedule_of_old_roots(sky: Sky, begins: datetime, leaves: datetime) -> None:
    root = sky.root("Old", begins=begins)
    stores = sky.stores(root, date=day(2020, 1, 1))
    (anchor,) = stores["chrome"].named(root.certificate.subject)
    for store in ("chrome", "mozilla"):
        assert leaves_at(stores[store], anchor) == leaves
    for store in ("microsoft", "apple", "android", "java", "system"):
        assert leaves_at(stores[store], anchor) is None
    assert all(rule.id and rule.source.where for rule in DEPARTURES)
