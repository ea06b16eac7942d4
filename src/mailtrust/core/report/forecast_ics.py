"""A forecast as a calendar (RFC 5545) that any calendar program takes: one event for each day to remember.

Every event keeps its UID as long as its facts stay the same, so that a calendar that is read again is brought up to
date instead of doubled (RFC 5545 3.8.4.7).
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from math import ceil

from mailtrust.core.forecast.courses import Track
from mailtrust.core.forecast.forecast import Forecast
from mailtrust.core.forecast.lifetimes import DAY
from mailtrust.core.forecast.notices import Notice
from mailtrust.core.forecast.renewal import Renewal
from mailtrust.core.forecast.turns import Change, Turn
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.settings import Threshold
from mailtrust.core.model.text import Text, text
from mailtrust.core.model.verdict import Outcome
from mailtrust.core.report.forecast_words import OUTCOMES, advice_on, cause_of, renew_by, who
from mailtrust.core.rules.grounds.naming import called_leaf
from mailtrust.version import __version__

Translate = Callable[[str], str]

MOST_OCTETS = 75
"""RFC 5545 3.1: a line, its end not counted."""
_LONGEST = 2000
_NOTICE_ALARM = 30
"""Days before an announced event; it touches the next certificate, not the one that is there."""


@frozen
class _Event:
    key: str
    """What it is about, the same on every run; with the target it makes the UID."""
    when: date | datetime
    """A day, or a second in UTC."""
    summary: Text
    description: tuple[Text, ...]
    alarm_days: tuple[int, ...]
    """How many days before it an alarm rings."""
    category: str


def to_ics(made: Forecast, translate: Translate, *, warn: Threshold) -> bytes:
    """Write the calendar; `warn` says how long before a break its first alarm rings, a second rings the day before."""
    target = made.evidence.case.target
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:-//mailtrust//mailtrust {__version__}//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        _property("NAME", text("Certificates of {target}", target=clean(target)), translate),  # RFC 7986 5.1
    ]
    met: dict[str, int] = {}
    for event in sorted(_events(made, warn), key=_order):
        met[event.key] = met.get(event.key, 0) + 1
        uid = _uid(target, event.key, met[event.key])
        lines += _write(event, uid, made.begins, translate)
    lines.append("END:VCALENDAR")
    return "".join(f"{fold(line)}\r\n" for line in lines).encode("utf-8")


def fold(line: str) -> str:
    """Cut a line after 75 octets, never inside a character; the rest begins with a space (RFC 5545 3.1)."""
    pieces: list[str] = []
    piece, room = "", MOST_OCTETS
    for character in line:
        octets = len(character.encode("utf-8"))
        if octets > room:
            pieces.append(piece)
            piece, room = "", MOST_OCTETS - 1
        piece += character
        room -= octets
    return "\r\n ".join([*pieces, piece])


def escape(value: str) -> str:
    """TEXT (RFC 5545 3.3.11): backslash, semicolon and comma are escaped, a line feed is written as two characters."""
    escaped = value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return escaped.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")


def _property(name: str, sentence: Text, translate: Translate) -> str:
    return f"{name}:{escape(clean(sentence.render(translate), _LONGEST))}"


def _uid(target: str, key: str, number: int) -> str:
    """Of a second event with the same key (there should be none) the number keeps it apart."""
    whole = "|".join((target, key, *([str(number)] if number > 1 else [])))
    return f"{hashlib.sha256(whole.encode()).hexdigest()[:40]}@mailtrust"


def _write(event: _Event, uid: str, stamp: datetime, translate: Translate) -> Iterator[str]:
    described = "\n".join(clean(sentence.render(translate), _LONGEST) for sentence in event.description)
    yield "BEGIN:VEVENT"
    yield f"UID:{uid}"
    yield f"DTSTAMP:{_utc(stamp)}"
    if isinstance(event.when, datetime):
        yield f"DTSTART:{_utc(event.when)}"
    else:
        yield f"DTSTART;VALUE=DATE:{event.when:%Y%m%d}"
    yield _property("SUMMARY", event.summary, translate)
    if described:
        yield f"DESCRIPTION:{escape(described)}"
    yield f"CATEGORIES:{event.category}"
    yield "TRANSP:TRANSPARENT"  # a certificate that ends makes nobody busy (RFC 5545 3.8.2.7)
    for days in event.alarm_days:
        yield "BEGIN:VALARM"
        yield "ACTION:DISPLAY"
        yield _property("DESCRIPTION", event.summary, translate)
        yield f"TRIGGER:-P{days}D"
        yield "END:VALARM"
    yield "END:VEVENT"


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _order(event: _Event) -> tuple[str, str]:
    return f"{event.when:%Y%m%d}", event.key


def _events(made: Forecast, warn: Threshold) -> Iterable[_Event]:
    for renewal in made.renewals:
        yield from _of_renewal(made, renewal, warn)
    for change in (one for track in Track for one in made.told(track)):
        if not change.already and change.turn in (Turn.BREAKS, Turn.HEALS):
            yield _of_change(made, change, warn)
    for notice in made.notices:
        if notice.rule.on > made.begins.date():
            yield _of_notice(notice)


def _of_renewal(made: Forecast, renewal: Renewal, warn: Threshold) -> Iterator[_Event]:
    name = called_leaf(renewal.leaf)
    if not renewal.overdue:
        yield _Event(
            f"renew-by|{renewal.leaf.fingerprint}",
            renewal.last_day,
            text("Last day to renew {name}", name=name),
            (renew_by(renewal),),
            _alarms(_days(warn, renewal.leaf)),
            "RENEWAL",
        )
    if made.begins < renewal.due and renewal.due.date() < renewal.last_day:
        yield _Event(
            f"renew|{renewal.leaf.fingerprint}",
            renewal.due.date(),
            text("Renew {name}", name=name),
            (text("Most of its life is over. {advice}", advice=renew_by(renewal)),),
            (),
            "RENEWAL",
        )


def _of_change(made: Forecast, change: Change, warn: Threshold) -> _Event:
    breaks = change.turn is Turn.BREAKS
    cause = cause_of(change)
    target = clean(made.evidence.case.target)
    summary = (
        text("{target} breaks: {cause}", target=target, cause=cause)
        if breaks
        else text("{target} heals: {cause}", target=target, cause=cause)
    )
    said = [
        text("{outcome}: {clients}", outcome=OUTCOMES[outcome], clients=who(courses))
        for outcome in (Outcome.REFUSED, Outcome.WARNED, Outcome.ACCEPTED)
        if (courses := change.meeting(outcome))
    ]
    if change.track is Track.RENEWED:
        said.append(text("It happens even if the certificate has been renewed in time."))
    advice = advice_on(change)
    if advice is not None:
        said.append(advice)
    days = max((_days(warn, leaf) for leaf in change.leaves), default=1)
    return _Event(
        change.id, change.at, summary, tuple(said), _alarms(days) if breaks else (), change.turn.value.upper()
    )


def _of_notice(notice: Notice) -> _Event:
    rule = notice.rule
    names = tuple(called_leaf(leaf) for leaf in notice.leaves)
    return _Event(
        f"notice|{rule.id}",
        rule.on,
        rule.title,
        (
            rule.effect,
            text("Certificates: {names}", names=names),
            text("Source: {source}", source=rule.source.where),
        ),
        (_NOTICE_ALARM,),
        "ANNOUNCED",
    )


def _days(warn: Threshold, leaf: Certificate) -> int:
    return ceil(max(warn.before_expiry(leaf), timedelta()) / DAY)


def _alarms(days: int) -> tuple[int, ...]:
    return (days, 1) if days > 1 else (1,)
