"""What a timeline shows: a row a certificate, a row for all clients that fare alike, whoever draws it."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from mailtrust.core.forecast.courses import Course, Stage, Track
from mailtrust.core.forecast.forecast import Forecast
from mailtrust.core.forecast.moments import NO_END, SECOND, OriginKind
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.text import Text, text
from mailtrust.core.model.verdict import Outcome
from mailtrust.core.report.forecast_words import OUTCOMES, who
from mailtrust.core.rules.grounds.naming import called, called_leaf

LEAST_SHOWN = timedelta(days=30)
MOST_ROWS = 40


@frozen
class Bar:
    """A part of a row: from the first second to the second where the next begins."""

    begins: datetime
    ends: datetime
    outcome: Outcome | None
    """None: the life of a certificate."""


@frozen
class Row:
    """One line of the picture, and the same in words."""

    names: tuple[Text, ...]
    """Who fares so; one for a certificate."""
    bars: tuple[Bar, ...]
    words: Text


def picture_ends(made: Forecast) -> datetime:
    """How far a picture reaches: a little beyond the last thing that happens, and not beyond the forecast."""
    happens = [change.at for change in made.changes if not change.already]
    happens += [renewal.ends for renewal in made.renewals if renewal.ends.year < NO_END]
    last = max((moment for moment in happens if moment <= made.until), default=made.begins)
    return min(max(last + (last - made.begins) / 8, made.begins + LEAST_SHOWN), made.until)


def certificate_rows(made: Forecast, ends: datetime) -> tuple[Row, ...]:
    """The certificates that are sent, each once: the servers' own first."""
    sent: dict[str, Certificate] = {}
    leaves = {renewal.leaf.fingerprint for renewal in made.renewals}
    for course in made.standing():
        for one in course.sent:
            sent.setdefault(one.fingerprint, one)
    ordered = sorted(sent.values(), key=lambda one: one.fingerprint not in leaves)
    return tuple(_certificate_row(one, one.fingerprint in leaves, made.begins, ends) for one in ordered[:MOST_ROWS])


def _certificate_row(one: Certificate, leaf: bool, begins: datetime, ends: datetime) -> Row:
    name = Text("{name}", (("name", called_leaf(one) if leaf else called(one.subject)),))
    if one.not_after < begins:
        words = text("has ended on {day}", day=one.not_after.date())
    elif one.not_before > begins:
        words = text("lasts from {first} to {last}", first=one.not_before.date(), last=one.not_after.date())
    else:
        words = text("lasts until {day}", day=one.not_after.date())
    over = one.not_after + SECOND if one.not_after.year < NO_END else one.not_after
    first, last = max(one.not_before, begins), min(over, ends)
    return Row((name,), (Bar(first, last, None),) if first < last else (), words)


def client_rows(made: Forecast, track: Track, ends: datetime) -> tuple[Row, ...]:
    """The clients under one supposition; those that nobody can know are left out. Worst and earliest first."""
    groups: dict[tuple[tuple[datetime, Outcome], ...], list[Course]] = {}
    for course in made.courses:
        if course.track is track and course.stages[0].verdict.outcome is not Outcome.UNKNOWN:
            groups.setdefault(_fortunes(course), []).append(course)
    ordered = sorted(groups.items(), key=_worst_first)
    return tuple(_client_row(fortunes, courses, ends) for fortunes, courses in ordered[:MOST_ROWS])


def _fortunes(course: Course) -> tuple[tuple[datetime, Outcome], ...]:
    """What its users meet from when on."""
    met: list[tuple[datetime, Outcome]] = []
    for stage in course.stages:
        if not met or met[-1][1] is not stage.verdict.outcome:
            met.append((_for_all(stage), stage.verdict.outcome))
    return tuple(met)


def _for_all(stage: Stage) -> datetime:
    """When it begins for everybody: that OpenSSL is a second earlier makes no row of its own."""
    ending = (one.certificate for one in stage.moment.origins if one.kind is OriginKind.ENDS)
    early = any(one is not None and one.not_after == stage.begins for one in ending)
    return stage.begins + SECOND if early else stage.begins


def _worst_first(item: tuple[tuple[tuple[datetime, Outcome], ...], list[Course]]) -> tuple[object, ...]:
    fortunes, _ = item
    order = (Outcome.REFUSED, Outcome.WARNED, Outcome.ACCEPTED, Outcome.UNKNOWN)
    breaks = next((at for at, outcome in fortunes if outcome is not Outcome.ACCEPTED), None)
    return breaks is None, breaks.timestamp() if breaks else 0.0, order.index(fortunes[-1][1])


def _client_row(fortunes: tuple[tuple[datetime, Outcome], ...], courses: Iterable[Course], ends: datetime) -> Row:
    bars = tuple(
        Bar(begins, min(until, ends), outcome)
        for (begins, outcome), until in zip(fortunes, (*(at for at, _ in fortunes[1:]), ends), strict=True)
        if begins < ends
    )
    return Row(who(courses), bars, _in_words(fortunes))


def _in_words(fortunes: tuple[tuple[datetime, Outcome], ...]) -> Text:
    said = OUTCOMES[fortunes[0][1]]
    for at, outcome in fortunes[1:]:
        said = text("{so_far}, {outcome} from {day}", so_far=said, outcome=OUTCOMES[outcome], day=at.date())
    return said


def unknown_clients(made: Forecast) -> tuple[Text, ...]:
    """The clients of which nobody outside can know what they decide."""
    return who(course for course in made.standing() if course.stages[0].verdict.outcome is Outcome.UNKNOWN)
