"""UTCTime and GeneralizedTime (RFC 5280 4.1.2.5): the strict form, and the older ones still met."""

import re
from datetime import UTC, datetime, timedelta

from mailtrust.core.x509 import der

# Values of times that cannot be read: a certificate with one of them is never valid.
UNREADABLE_NOT_BEFORE = datetime(9000, 1, 1, tzinfo=UTC)
UNREADABLE_NOT_AFTER = datetime(1900, 1, 1, tzinfo=UTC)

_FORMS = {
    der.UTC_TIME: re.compile(rb"(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?()(?:Z|([+-])(\d\d)(\d\d))?"),
    der.GENERALIZED_TIME: re.compile(
        rb"(\d{4})(\d\d)(\d\d)(\d\d)(?:(\d\d)(\d\d)?)?([.,]\d{1,9})?(?:Z|([+-])(\d\d)(\d\d))?"
    ),
}
_STRICT_LENGTH = {der.UTC_TIME: 13, der.GENERALIZED_TIME: 15}


def read_time(tag: int, octets: bytes) -> tuple[datetime, str]:
    """Read a Time as aware UTC, with what is unusual about its form (empty: nothing). DerError when it is no time.

    A time without zone is taken as UTC; parts of seconds are dropped.
    """
    form = _FORMS.get(tag)
    match = form.fullmatch(octets) if form is not None else None
    if match is None:
        raise der.DerError("neither a UTCTime nor a GeneralizedTime")
    year, month, day, hour = map(int, match.group(1, 2, 3, 4))
    minute, second = int(match[5] or 0), int(match[6] or 0)
    if tag == der.UTC_TIME:
        year += 1900 if year >= 50 else 2000  # RFC 5280 4.1.2.5.1
    try:
        moment = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
        if match[8]:
            offset = timedelta(hours=int(match[9]), minutes=int(match[10]))
            moment += offset if match[8] == b"-" else -offset
    except (ValueError, OverflowError):
        raise der.DerError(f"no such moment: {octets.decode('latin-1')}") from None
    if second > 60 or moment.year < 1900:
        raise der.DerError(f"no such moment: {octets.decode('latin-1')}")
    strict = len(octets) == _STRICT_LENGTH[tag] and octets.endswith(b"Z") and second < 60
    return moment, "" if strict else "not written to the second and in UTC (RFC 5280 4.1.2.5)"
