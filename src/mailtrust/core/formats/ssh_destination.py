"""Where SSH leads to, as `reach` in mailtrust.toml says it: ssh://USER@HOST:PORT."""

import re

from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text

LOCAL = "local"
"""The other thing that `reach` may say: this machine."""
# Nothing begins with a dash: it would be an option of whatever is told it.
_DESTINATION = re.compile(
    r"ssh://(?:(?P<user>[A-Za-z0-9_][A-Za-z0-9._-]{0,63})@)?"
    r"(?P<host>[A-Za-z0-9][A-Za-z0-9._-]{0,252}|\[[0-9A-Fa-f:.]{2,45}\])(?::(?P<port>\d{1,5}))?"
)


@frozen
class Destination:
    """Without a user or a port, SSH's own configuration says."""

    host: str
    user: str | None = None
    port: int | None = None

    def __str__(self) -> str:
        place = f"{self.user}@{self.host}" if self.user else self.host
        return place if self.port is None else f"{place}:{self.port}"


def read_destination(given: str) -> Destination:
    """Read it. Raises UserProblem."""
    found = _DESTINATION.fullmatch(given)
    if found is None:
        raise UserProblem(
            text("Expected local, ssh://USER@HOST or ssh://USER@HOST:PORT, got “{given}”.", given=clean(given, 100))
        )
    return Destination(found["host"].strip("[]"), found["user"], int(found["port"]) if found["port"] else None)
