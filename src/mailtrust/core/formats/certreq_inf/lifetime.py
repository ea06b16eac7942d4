"""A lifetime counted by the calendar, as Windows counts it: 20 years are 20 birthdays, whatever the leap days."""

from calendar import monthrange
from datetime import datetime, timedelta

from mailtrust.core.model.requested_certificate import Lasting, RequestedCertificate

_STEPS = {
    "seconds": timedelta(seconds=1),
    "minutes": timedelta(minutes=1),
    "hours": timedelta(hours=1),
    "days": timedelta(days=1),
    "weeks": timedelta(weeks=1),
}


def lifetime_of(asked: RequestedCertificate, now: datetime) -> tuple[datetime, datetime] | None:
    """First and last moment; None when it ends before it begins, or after the year 9999."""
    first = (asked.not_before or now).replace(microsecond=0)
    try:
        last = asked.lifetime if isinstance(asked.lifetime, datetime) else _later(first, asked.lifetime)
    except (OverflowError, ValueError):
        return None
    return (first, last) if first < last else None


def _later(first: datetime, lasting: Lasting) -> datetime:
    if (step := _STEPS.get(lasting.period)) is not None:
        return first + lasting.units * step
    months = lasting.units * (12 if lasting.period == "years" else 1)
    years, month = divmod(first.month - 1 + months, 12)
    year = first.year + years
    if year > 9999:
        raise OverflowError
    return first.replace(year=year, month=month + 1, day=min(first.day, monthrange(year, month + 1)[1]))
