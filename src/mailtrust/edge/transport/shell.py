"""A shell of cmdlets on another machine: what is asked of it, and what it can answer."""

import re
from collections.abc import Sequence
from dataclasses import field
from datetime import datetime
from typing import Literal, Protocol

from mailtrust.core.formats.url import is_https, parts_of
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import Text, text
from mailtrust.edge.transport.machine import Failed

Way = Literal["negotiate", "kerberos", "basic"]
"""How the user is proven: by Kerberos or NTLM, whichever there is; by Kerberos alone; by the password as it is."""

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_HOST = re.compile(r"[a-z0-9_.-]+|[0-9a-f:.]+")
_PATH = "/PowerShell/"


@frozen
class Secret:
    """A text that is sent encrypted: SecureString."""

    words: str = field(repr=False)


Argument = str | int | bool | bytes | datetime | Secret | tuple[str, ...] | None


@frozen
class Login:
    """Who asks."""

    way: Way
    user: str = ""
    """`DOMAIN\\user` or `user@domain`; empty: whoever runs this."""
    password: str = field(default="", repr=False)
    """Empty: the ticket that is there."""


@frozen
class Place:
    """Where the shell is."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def url(self) -> str:
        """For people."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}{self.path}"


@frozen
class Answer:
    """What a cmdlet has answered."""

    objects: tuple[str, ...]
    """Each as CLIXML has it: one `<Obj>`, or a plain value. From outside."""
    warnings: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    """What it asked before it went on."""


class Refused(Failed):
    """A cmdlet says no, in its own words."""

    def __init__(self, message: Text, words: str, objects: tuple[str, ...] = ()) -> None:
        """`words`: what it says, cleaned; `objects`: what it gave all the same, as `Answer` has it."""
        super().__init__(message)
        self.words = words
        self.objects = objects


class NoSuchCmdlet(Refused):
    """This release has no such cmdlet, or no role of the user holds it."""


class Shell(Protocol):
    """One open shell. Raises Refused or another Failed, NotAllowed or Unreachable, and nothing else."""

    @property
    def name(self) -> str:
        """How people call it."""
        ...

    def ask(
        self, cmdlet: str, parameters: Sequence[tuple[str, Argument]], *, seconds: int = 120, yes: bool = False
    ) -> Answer:
        """Run one cmdlet and wait for its end. `yes`: the answer to what it asks in between."""
        ...

    def close(self) -> None:
        """Leave."""
        ...


def place_of(given: str) -> Place:
    """The place of a URL, or of a host alone. Raises UserProblem."""
    url = given if "://" in given else f"https://{given}"
    if "@" in url.partition("://")[2].partition("/")[0]:
        raise UserProblem(
            text("Expected no user and no password in the URL, where everybody sees them: give --live-user.")
        )
    scheme, host, port, path = parts_of(url)
    if not _HOST.fullmatch(host) or (not is_https(url) and host not in _LOOPBACK):
        # Exchange's own virtual directory does not encrypt what goes through it.
        raise UserProblem(
            text(
                "Expected the URL of Exchange's PowerShell, https://HOST/PowerShell/, got “{given}”. Without HTTPS "
                "anybody on the way could read and change what is said.",
                given=clean(given, 200),
            )
        )
    return Place(scheme, host, port, _PATH if path == "/" else path)
