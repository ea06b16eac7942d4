"""When to renew: by which day, how long the next certificate will last, and how often from then on."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from mailtrust.core.forecast.courses import Track, renewable
from mailtrust.core.forecast.lifetimes import (
    DAY,
    IssuanceLimit,
    interval,
    lifetime,
    lifetime_days,
    limits_for,
    most_days,
    next_lifetime,
)
from mailtrust.core.forecast.moments import NO_END, SECOND
from mailtrust.core.forecast.turns import Change, Turn
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.observation import Observation
from mailtrust.core.validation.kinds import Kind


@frozen
class Pace:
    """From a day on: how long a certificate like this one lasts, and how often it is renewed."""

    since: datetime
    lifetime: timedelta
    every: timedelta
    """At two thirds of its life; below ten days at half of it."""
    limit: IssuanceLimit | None
    """What makes it so short; None: it is as this one."""

    @property
    def a_year(self) -> int:
        """How many renewals fall into a year, rounded up."""
        return -(-365 * DAY // self.every)


@frozen
class LongestNow:
    """The last day on which more can be had than afterwards, where it comes before this certificate's own end."""

    day: date
    days: int
    """What may be issued up to it, ..."""
    ends: date
    """... the last day of a certificate that is issued on it, ..."""
    then_days: int
    """... and what from the next day on."""


@frozen
class Renewal:
    """The advice for one server certificate."""

    leaf: Certificate
    observations: tuple[Observation, ...]
    kind: Kind
    lifetime_days: int
    ends: datetime
    """The certificate's last second."""
    first_break: Change | None
    """What breaks before that, for whichever client; None: nothing does."""
    trap: Change | None
    """What breaks at once if it is renewed from the same CA in time; None: nothing does."""
    last_day: date
    """The last whole day (UTC) on which everything that works today still works: renew by then."""
    overdue: bool
    """That day is over."""
    due: datetime
    """When it is best done: at two thirds of its life, and never after `last_day`."""
    paces: tuple[Pace, ...]
    """The first is today's."""
    limit: IssuanceLimit | None
    """What public CAs may issue today; None for what no public CA has issued."""
    longest: LongestNow | None

    @property
    def longer_than_allowed(self) -> bool:
        """It lasts longer than a CA may issue today; it lives on, and no client minds (but see EnforcedLimit)."""
        return self.limit is not None and self.lifetime_days > self.limit.most_days


def renewal_of(
    leaf: Certificate,
    observations: tuple[Observation, ...],
    kind: Kind,
    changes: Iterable[Change],
    *,
    now: datetime,
    until: datetime,
) -> Renewal:
    """The advice for a certificate, from what breaks if nothing is done."""
    known = tuple(changes)
    breaks = [one for one in known if _concerns(one, leaf, Track.AS_IT_STANDS) and not one.already]
    first = next((one for one in breaks if one.at < leaf.not_after and not _its_own_end(one, leaf)), None)
    last_day = _last_whole_day(first.at if first is not None else leaf.not_after)
    public = kind is Kind.PUBLIC_CA
    whole = lifetime(leaf)
    return Renewal(
        leaf=leaf,
        observations=observations,
        kind=kind,
        lifetime_days=lifetime_days(leaf),
        ends=leaf.not_after,
        first_break=first,
        trap=next((one for one in known if _concerns(one, leaf, Track.RENEWED) and one.at.date() <= last_day), None),
        last_day=last_day,
        overdue=last_day < now.date(),
        due=min(
            (leaf.not_before + interval(whole)).replace(microsecond=0),
            datetime.combine(last_day, leaf.not_after.timetz()),
        ),
        paces=_paces(leaf, now, until, public=public) if renewable(leaf) else (),
        limit=most_days(leaf, now) if public else None,
        longest=_longest(leaf, now) if public else None,
    )


def _concerns(change: Change, leaf: Certificate, track: Track) -> bool:
    """Something that breaks for a client on a device that is up to date."""
    return (
        change.track is track
        and change.turn is Turn.BREAKS
        and any(one.course.device is None and one.course.leaf == leaf for one in change.affected)
    )


def _its_own_end(change: Change, leaf: Certificate) -> bool:
    return any(origin.certificate == leaf for origin in change.origins)


def _last_whole_day(ends: datetime) -> date:
    """The last day that is over when the moment comes; a life that ends at 23:59:59 has its last day whole."""
    return (ends + SECOND - DAY).date() if ends.year < NO_END else ends.date()


def _paces(leaf: Certificate, now: datetime, until: datetime, *, public: bool) -> tuple[Pace, ...]:
    days = [limit.since for limit in limits_for(leaf) if public and now < limit.since <= until]
    found: list[Pace] = []
    for day in (now, *days):
        lasts = next_lifetime(leaf, day, public=public)
        if not found or lasts != found[-1].lifetime:
            limit = most_days(leaf, day) if public else None
            shortened = limit if limit is not None and lasts < lifetime(leaf) else None
            found.append(Pace(day, lasts, interval(lasts), shortened))
    return tuple(found)


def _longest(leaf: Certificate, now: datetime) -> LongestNow | None:
    """The day before the next limit that shortens a certificate like this one, if this one lasts beyond it."""
    for limit in limits_for(leaf):
        if not now < limit.since <= leaf.not_after:
            continue
        last = limit.since - SECOND
        before, after = next_lifetime(leaf, last, public=True), next_lifetime(leaf, limit.since, public=True)
        if after < before:
            return LongestNow(last.date(), before // DAY, (last + before).date(), after // DAY)
    return None
