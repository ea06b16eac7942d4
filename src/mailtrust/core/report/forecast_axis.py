"""The axis of a timeline: where a moment lies, and which days are named below."""

from datetime import UTC, datetime

from mailtrust.core.model.frozen import frozen

_STEPS = (1, 2, 3, 6, 12, 24, 60, 120)
"""Months between two names."""


@frozen
class Axis:
    """A stretch of time."""

    begins: datetime
    ends: datetime

    def place(self, moment: datetime) -> float:
        """0.0 at the beginning, 1.0 at the end; what lies outside is at the nearer end."""
        whole = (self.ends - self.begins).total_seconds()
        if whole <= 0:
            return 0.0
        return min(max((moment - self.begins).total_seconds() / whole, 0.0), 1.0)

    def ticks(self, most: int) -> tuple[tuple[datetime, str], ...]:
        """At most so many first days of months, and what they are called: 2027-03, or 2027 where years are enough."""
        months = self._months()
        for step in _STEPS:
            named = [at for at in months if (at.year * 12 + at.month - 1) % step == 0]
            if len(named) <= most:
                years = step % 12 == 0
                return tuple((at, f"{at:%Y}" if years else f"{at:%Y-%m}") for at in named)
        return ()

    def _months(self) -> list[datetime]:
        year, month = self.begins.year, self.begins.month
        found: list[datetime] = []
        while True:
            month += 1
            if month > 12:
                year, month = year + 1, 1
            if year > 9999:
                return found
            at = datetime(year, month, 1, tzinfo=UTC)
            if at > self.ends:
                return found
            found.append(at)
