"""The whole forecast: courses, changes, announced events and advice, from evidence that has been judged once."""

from datetime import datetime, timedelta

from mailtrust.core.forecast.courses import Course, Shown, Track, courses, shown_alike
from mailtrust.core.forecast.lifetimes import EnforcedLimit, enforced_limits
from mailtrust.core.forecast.moments import SECOND, moments
from mailtrust.core.forecast.notices import Notice, Situation, notices
from mailtrust.core.forecast.renewal import Renewal, renewal_of
from mailtrust.core.forecast.turns import Change, changes
from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.settings import Threshold
from mailtrust.core.model.verdict import Outcome
from mailtrust.core.rules.grounds.served import served_leaves
from mailtrust.core.rules.grounds.weight import matters
from mailtrust.core.validation.ascents import ascents
from mailtrust.core.validation.kinds import kind_of

HORIZON = timedelta(days=3 * 365 + 1)
"""How far is looked when nobody says: CAs' next three steps, and the next two turns of old roots, lie within it."""

MOST_MOMENTS = 120
"""Of one presented chain; a server that sends hundreds of certificates gets a shorter forecast, which says so."""

_TURNED_AWAY = (Outcome.WARNED, Outcome.REFUSED)


@frozen
class Forecast:
    """What will happen to the servers of a case, as far as it is known today."""

    evidence: Evidence
    until: datetime
    courses: tuple[Course, ...]
    """Every client on everything that is shown, as it stands and renewed."""
    changes: tuple[Change, ...]
    """In order of time."""
    notices: tuple[Notice, ...]
    """Announced events that concern it, those of the past first."""
    renewals: tuple[Renewal, ...]
    """One a server certificate."""
    enforced: tuple[EnforcedLimit, ...]
    """Which clients look at how long a certificate lasts."""
    whole: bool
    """False: there were more certificates, or more days, than can be looked at: it is shorter, or lacks some days."""

    @property
    def begins(self) -> datetime:
        """The moment it is made for."""
        return self.evidence.now

    def of(self, track: Track) -> tuple[Change, ...]:
        """The changes under one supposition."""
        return tuple(change for change in self.changes if change.track is track)

    def told(self, track: Track) -> tuple[Change, ...]:
        """As `of`; of a renewed certificate only what is not so without a renewal already."""
        found = self.of(track)
        if track is Track.AS_IT_STANDS:
            return found
        known = {_same(change) for change in self.of(Track.AS_IT_STANDS)}
        return tuple(change for change in found if change.already or _same(change) not in known)

    def standing(self, *, device: bool = False) -> tuple[Course, ...]:
        """The courses if nothing is done; of devices that are up to date, or of old ones."""
        return tuple(
            course
            for course in self.courses
            if course.track is Track.AS_IT_STANDS and (course.device is not None) is device
        )


def _same(change: Change) -> tuple[object, ...]:
    """What makes two changes under different suppositions the same."""
    met = frozenset((one.course.client.id, one.course.device, one.after.outcome) for one in change.affected)
    return (change.at.date(), change.turn, frozenset(origin.key for origin in change.origins), met)


def forecast(evidence: Evidence, until: datetime) -> Forecast:
    """Judge the case at every moment up to `until` at which a verdict can change.

    Pure: the evidence's case, stores, clients and `now` decide. The verdicts in it are the first of each course.
    """
    shown = shown_alike(evidence)
    asked, until = until, min((_as_far_as_it_goes(evidence, one, until) for one in shown), default=until)
    found = tuple(course for track in Track for one in shown for course in courses(evidence, one, track, until))
    turned = changes(found)
    served = served_leaves(evidence)
    situations = tuple(
        Situation(evidence, one, kind_of(one.leaf, evidence), ascents(evidence, one.leaf)) for one in served
    )
    return Forecast(
        evidence=evidence,
        until=until,
        courses=found,
        changes=turned,
        notices=tuple(one for one in notices(situations) if one.rule.on <= until.date()),
        renewals=tuple(
            renewal_of(one.leaf, one.served.observations, one.kind, turned, now=evidence.now, until=until)
            for one in situations
        ),
        enforced=enforced_limits(evidence.clients.values()),
        whole=asked == until and all(one.reach.whole for one in shown),
    )


def _as_far_as_it_goes(evidence: Evidence, shown: Shown, until: datetime) -> datetime:
    """`until`, or the last second before there are too many moments."""
    when = moments(shown.reach, after=evidence.now, until=until)
    return until if len(when) <= MOST_MOMENTS else when[MOST_MOMENTS].at - SECOND


def breaks_within(made: Forecast, warn: Threshold) -> bool:
    """Whether a client that matters (on a device that is up to date) is turned away now, or within `warn` from now."""
    for course in made.standing():
        if not matters(made.evidence, course.client.id):
            continue
        window = max(warn.before_expiry(course.leaf), timedelta()) if course.leaf is not None else timedelta()
        if any(
            stage.begins - made.begins <= window and stage.verdict.outcome in _TURNED_AWAY for stage in course.stages
        ):
            return True
    return False
