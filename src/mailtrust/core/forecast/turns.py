"""Where courses turn: who breaks, who heals, on which day, and by what; one cause is one line for all whom it meets."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from mailtrust.core.forecast.courses import Course, Track
from mailtrust.core.forecast.departures import departures_of
from mailtrust.core.forecast.moments import Moment, Origin, OriginKind
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.verdict import Outcome, Reason, ReasonSeverity, Verdict

_AT_ONCE = timedelta(seconds=1)
"""The last second of a certificate is over for OpenSSL already, for the others not yet: that is one change."""


class Turn(StrEnum):
    """Which way a verdict goes."""

    BREAKS = "breaks"
    """The user meets something worse."""
    HEALS = "heals"
    """The user meets something better."""
    OTHER_REASON = "other-reason"
    """The user meets the same; the reasons are others."""
    OTHER_PATH = "other-path"
    """Accepted all the same, by another path: this client was saved by a certificate that others do not see or want."""


@frozen
class Affected:
    """One course at a turn."""

    course: Course
    at: datetime
    """Its first second: OpenSSL counts the last second of a certificate as over, the others do not."""
    before: Verdict
    after: Verdict

    @property
    def new_reasons(self) -> tuple[Reason, ...]:
        """What stops the client now and did not before."""
        known = {(reason.code, reason.certificate) for reason in _errors(self.before)}
        return tuple(reason for reason in _errors(self.after) if (reason.code, reason.certificate) not in known)

    @property
    def gone_reasons(self) -> tuple[Reason, ...]:
        """What stopped the client before and does no longer."""
        known = {(reason.code, reason.certificate) for reason in _errors(self.after)}
        return tuple(reason for reason in _errors(self.before) if (reason.code, reason.certificate) not in known)


@frozen
class Change:
    """What happens, and to whom."""

    at: datetime
    """The first second of the first client."""
    turn: Turn
    track: Track
    origins: tuple[Origin, ...]
    """What happens; empty where nobody can say."""
    affected: tuple[Affected, ...]
    """In the order of the profiles; old devices behind them."""
    already: bool = False
    """It is so from the beginning of the forecast on."""

    @property
    def id(self) -> str:
        """The same on every run over the same facts, whenever the day is."""
        return "|".join((self.track.value, self.turn.value, *sorted(origin.key for origin in self.origins)))

    @property
    def leaves(self) -> tuple[Certificate, ...]:
        """The server certificates whose courses turn."""
        met = {one.course.leaf.fingerprint: one.course.leaf for one in self.affected if one.course.leaf is not None}
        return tuple(met.values())

    def meeting(self, outcome: Outcome) -> tuple[Course, ...]:
        """The courses that come to this outcome."""
        return tuple(one.course for one in self.affected if one.after.outcome is outcome)


def changes(courses: Iterable[Course]) -> tuple[Change, ...]:
    """Every change of these courses, in order of time; turns with one cause, at once, are one change."""
    every = tuple(courses)
    found = (*_already(every), *_on_old_devices(every), *_over_time(every), *_by_renewal(every))
    groups: dict[tuple[object, ...], list[list[_Found]]] = {}
    for one in sorted(found, key=lambda found: found[0].at):
        affected, origins, already = one
        keys = frozenset(origin.key for origin in origins)
        course, turn = affected.course, _turn(affected.before, affected.after)
        alike = groups.setdefault((turn, course.track, keys, already), [])
        if alike and affected.at - alike[-1][0][0].at <= _AT_ONCE:
            alike[-1].append(one)
        else:
            alike.append([one])
    place = {course: number for number, course in enumerate(dict.fromkeys(map(_who, every)))}
    made = (_change(group, place) for alike in groups.values() for group in alike)
    return tuple(sorted(made, key=lambda change: (change.at, list(Track).index(change.track))))


def _change(group: "list[_Found]", place: Mapping[tuple[object, ...], int]) -> Change:
    first, origins, already = group[0]
    affected = (one for one, _, _ in group)
    return Change(
        at=first.at,
        turn=_turn(first.before, first.after),
        track=first.course.track,
        origins=origins,
        affected=tuple(sorted(affected, key=lambda one: (one.course.device is not None, place[_who(one.course)]))),
        already=already,
    )


_Found = tuple[Affected, tuple[Origin, ...], bool]


def _already(courses: Iterable[Course]) -> Iterator[_Found]:
    """What is announced for a day that is over, but is newer than the store at hand."""
    for course in courses:
        first = course.stages[0]
        if course.judged is None or course.judged.outcome is first.verdict.outcome:
            continue
        affected = Affected(course, first.begins, course.judged, first.verdict)
        gone = tuple(
            Origin(OriginKind.LEAVES, anchor.certificate, store.name, rule)
            for store, anchor in course.reach.anchors_of(course.client.anchor_store)
            for rule, day in departures_of(store, anchor)
            if day <= first.begins and anchor.fingerprint in course.judged.path
        )
        yield affected, gone, True


def _on_old_devices(courses: tuple[Course, ...]) -> Iterator[_Found]:
    """What an old device turns down today although the same program on a new one accepts it."""
    newest = {(course.track, *_who(course)): course for course in courses}
    for course in courses:
        if course.device is None:
            continue
        new, first = newest[course.track, course.client.id, None, course.observations].stages[0], course.stages[0]
        affected = Affected(course, first.begins, new.verdict, first.verdict)
        if _turn(affected.before, affected.after) is Turn.BREAKS and course.track is Track.AS_IT_STANDS:
            lacking = course.device.lacking
            yield (
                affected,
                tuple(
                    Origin(OriginKind.LACKS, anchor.certificate, store.name)
                    for store, anchor in course.reach.anchors_of(course.client.anchor_store)
                    if anchor.fingerprint in lacking and anchor.fingerprint in new.verdict.path
                ),
                True,
            )


def _over_time(courses: Iterable[Course]) -> Iterator[_Found]:
    for course in courses:
        for earlier, later in zip(course.stages, course.stages[1:], strict=False):
            affected = Affected(course, later.begins, earlier.verdict, later.verdict)
            yield affected, _to_do_with(affected, later.moment), False


def _by_renewal(courses: tuple[Course, ...]) -> Iterator[_Found]:
    """What a renewal would change at once: a trap where the new certificate is not trusted, a cure where it is."""
    standing = {_who(course): course for course in courses if course.track is Track.AS_IT_STANDS}
    for course in courses:
        if course.track is not Track.RENEWED:
            continue
        first, now = course.stages[0], standing[_who(course)].stages[0]
        affected = Affected(course, first.begins, now.verdict, first.verdict)
        if _turn(affected.before, affected.after) in (Turn.BREAKS, Turn.HEALS):
            yield affected, _of_renewal(affected), True


def _who(course: Course) -> tuple[object, ...]:
    return (course.client.id, course.device.id if course.device else None, course.observations)


def _to_do_with(affected: Affected, moment: Moment) -> tuple[Origin, ...]:
    """Of all that happens at this moment, what the verdicts speak of; all of it where they speak of nothing."""
    course = affected.course
    named = {
        fingerprint
        for verdict in (affected.before, affected.after)
        for fingerprint in (
            *verdict.path,
            *(reason.certificate for reason in verdict.reasons),
            *(link for attempt in verdict.attempts for link in attempt.fingerprints),
        )
    }
    about = tuple(origin for origin in moment.origins if origin.store in ("", course.client.anchor_store))
    close = tuple(origin for origin in about if origin.certificate is None or origin.certificate.fingerprint in named)
    told = {reason.certificate for reason in (*affected.new_reasons, *affected.gone_reasons)}
    closest = tuple(origin for origin in close if origin.certificate and origin.certificate.fingerprint in told)
    return closest or close or about


def _of_renewal(affected: Affected) -> tuple[Origin, ...]:
    course = affected.course
    told = {reason.certificate for reason in affected.new_reasons}
    distrusted = tuple(
        Origin(OriginKind.DISTRUST, anchor.certificate, store.name)
        for store, anchor in course.reach.anchors_of(course.client.anchor_store)
        if anchor.fingerprint in told and anchor.distrust_after is not None
    )
    return distrusted or (Origin(OriginKind.RENEWAL, course.leaf),)


_WORSE = (Outcome.ACCEPTED, Outcome.UNKNOWN, Outcome.WARNED, Outcome.REFUSED)


def _turn(before: Verdict, after: Verdict) -> Turn:
    if before.outcome is not after.outcome:
        return Turn.BREAKS if _WORSE.index(after.outcome) > _WORSE.index(before.outcome) else Turn.HEALS
    if after.outcome is Outcome.ACCEPTED and before.error_codes == after.error_codes:
        return Turn.OTHER_PATH
    return Turn.OTHER_REASON


def _errors(verdict: Verdict) -> tuple[Reason, ...]:
    return tuple(reason for reason in verdict.reasons if reason.severity is ReasonSeverity.ERROR)
