"""Where a LoadMaster's interface is, as `reach` in mailtrust.toml says it: kemp://USER@HOST:PORT."""

import re

from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text

SCHEME = "kemp://"
USUAL_PORT = 443
"""Of the web interface, over which the API is reached unless it has a port of its own ("RESTful API", 3.12.4)."""
_PLACE = re.compile(
    r"kemp://(?:(?P<user>[A-Za-z0-9_][A-Za-z0-9._-]{0,63})@)?"
    # RFC 1035 2.3.4: no label is empty, or longer than 63 octets.
    r"(?P<host>(?=[^:/]{1,253}(?:[:/]|\Z))[A-Za-z0-9][A-Za-z0-9_-]{0,62}(?:\.[A-Za-z0-9_-]{1,63}){0,126}\.?|"
    r"\[[0-9A-Fa-f:.]{2,45}\])(?::(?P<port>\d{1,5}))?/?"
)
_FINGERPRINT = re.compile(r"sha256:([0-9a-f]{64})")


@frozen
class LoadMasterPlace:
    """Without a user, an API key says who asks."""

    host: str
    port: int = USUAL_PORT
    user: str = ""

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return (
            f"{SCHEME}{self.user}{'@' if self.user else ''}{host}{'' if self.port == USUAL_PORT else f':{self.port}'}"
        )


def read_place(given: str) -> LoadMasterPlace:
    """Read it. Raises UserProblem."""
    found = _PLACE.fullmatch(given)
    port = int(found["port"] or USUAL_PORT) if found else 0
    if found is None or not 0 < port < 65536:
        raise UserProblem(
            text("Expected kemp://HOST, kemp://USER@HOST or kemp://USER@HOST:PORT, got “{given}”.",
                 given=clean(given, 100))
        )  # fmt: skip
    return LoadMasterPlace(found["host"].strip("[]"), port, found["user"] or "")


def read_fingerprint(given: str) -> str:
    """`sha256:` and 64 hexadecimal digits, with colons or without. Raises UserProblem."""
    head, _, digits = given.strip().lower().partition(":")
    found = _FINGERPRINT.fullmatch(f"{head}:{re.sub('[: ]', '', digits)}")
    if found is None:
        raise UserProblem(
            text("Expected sha256: and the 64 hexadecimal digits of a certificate's digest, got “{given}”.",
                 given=clean(given, 120))
        )  # fmt: skip
    return found[0]
