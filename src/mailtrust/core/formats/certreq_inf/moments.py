"""NotBefore and NotAfter: dates that read the same in every country, as UTC. Windows reads its own country's way."""

import re
from datetime import UTC, datetime

from mailtrust.core.formats.certreq_inf.document import Entry
from mailtrust.core.formats.certreq_inf.remark import Remark, error
from mailtrust.core.formats.certreq_inf.scalars import expected
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.text import text

_LONGEST = 60
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_TIME = r"(?:[ T,]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?\s*(?P<half>[ap]m)?)?(?:\s*(?:Z|UTC|GMT))?"
_FORMS = tuple(
    re.compile(form + _TIME, re.IGNORECASE | re.ASCII)
    for form in (
        r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})",
        r"(?P<day>\d{1,2})\.?[ -](?P<name>[a-z]{3,9})\.?,?[ -](?P<year>\d{4})",
        r"(?P<name>[a-z]{3,9})\.? (?P<day>\d{1,2}),? (?P<year>\d{4})",
        r"(?P<one>\d{1,2})[/.](?P<two>\d{1,2})[/.](?P<year>\d{4})",
    )
)


def read_moment(entry: Entry) -> datetime | Remark:
    """A date with or without a time of day; one that could be meant two ways is refused."""
    what = text("a date such as 31 January 2027, January 31, 2027 8:00 AM or 2027-01-31")
    given = " ".join(entry.value[:_LONGEST].split())
    found = next((match for form in _FORMS if (match := form.fullmatch(given)) is not None), None)
    if found is None:
        return expected(entry, what)
    parts = found.groupdict()
    if "one" in parts:
        one, two = int(parts["one"]), int(parts["two"])
        if one <= 12 and two <= 12 and one != two:
            return error(
                entry.line,
                text(
                    "{key}: “{given}” is one day in America and another in Europe: write the month as a word.",
                    key=entry.key,
                    given=clean(entry.value, 60),
                ),
            )
        month, day = (two, one) if one > 12 else (one, two)
    else:
        day = int(parts["day"])
        month = _month(parts["name"]) if "name" in parts else int(parts["month"])
    hour = int(parts["hour"] or 0)
    if half := (parts["half"] or "").lower():
        if not 1 <= hour <= 12:
            return expected(entry, what)
        hour = hour % 12 + (12 if half == "pm" else 0)
    try:
        return datetime(
            int(parts["year"]), month, day, hour, int(parts["minute"] or 0), int(parts["second"] or 0), tzinfo=UTC
        )
    except ValueError:
        return expected(entry, what)


def _month(name: str) -> int:
    """1 to 12; 0, which no date accepts, for a word that is no month."""
    return next((number for number, short in enumerate(_MONTHS, 1) if name.lower().startswith(short)), 0)
