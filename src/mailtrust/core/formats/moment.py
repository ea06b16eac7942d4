"""A moment as RFC 3339 writes it: `2027-01-31T12:00:00Z`, or a date alone, which is its first moment in UTC."""

import re
from datetime import UTC, datetime

from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text

# RFC 3339 5.6; its note allows lower case, and a space for the T.
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?")
_ZONE = re.compile(r"[Zz]|[+-][0-9]{2}:[0-9]{2}")
_MOMENT = re.compile(rf"({_DATE.pattern})(?:[Tt ]({_TIME.pattern})({_ZONE.pattern})?)?")


class MomentError(UserProblem):
    """What was given is no moment."""


def parse_moment(given: str) -> datetime:
    """Read an RFC 3339 moment into UTC; raises MomentError. A moment without its zone is refused, not guessed."""
    match = _MOMENT.fullmatch(given.strip())
    if match is None:
        raise _not_a_moment(given)
    day, time, zone = match.groups()
    if time is not None and zone is None:
        raise MomentError(
            text(
                "“{given}” does not say in which time zone; put a Z (UTC) or an offset such as +02:00 behind it.",
                given=clean(given, 60),
            )
        )
    try:
        moment = datetime.fromisoformat(f"{day}T{time or '00:00:00'}{(zone or 'Z').upper()}")
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):  # a 30 February, a leap second, year 0, the year 10000 in UTC
        raise _not_a_moment(given) from None


def _not_a_moment(given: str) -> MomentError:
    return MomentError(
        text(
            "Expected a date or moment such as 2027-01-31 or 2027-01-31T12:00:00Z, got “{given}”.",
            given=clean(given, 60),
        )
    )
