"""`30d` or `20%`: how long before expiry something is to be said."""

import re

from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.settings import Threshold
from mailtrust.core.model.text import text

MOST_DAYS = 36500
_DAYS = re.compile(r"([0-9]{1,5}) ?d(?:ays?)?", re.IGNORECASE)
_PERCENT = re.compile(r"([0-9]{1,3}) ?%")


class ThresholdError(UserProblem):
    """What was given is no time before expiry."""


def parse_threshold(given: str) -> Threshold:
    """Read days (`30d`) or a part of the certificate's lifetime (`20%`); raises ThresholdError."""
    bare = given.strip()
    if (days := _DAYS.fullmatch(bare)) and int(days[1]) <= MOST_DAYS:
        return Threshold(days=int(days[1]))
    if (percent := _PERCENT.fullmatch(bare)) and int(percent[1]) <= 100:
        return Threshold(percent=int(percent[1]))
    raise ThresholdError(
        text(
            "Expected days before expiry such as 30d, or a part of the certificate's lifetime such as 20%, "
            "got “{given}”.",
            given=clean(given, 60),
        )
    )
