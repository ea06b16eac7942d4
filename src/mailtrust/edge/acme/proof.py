"""What every way to prove control over a name has in common (RFC 8555 8)."""

import re
from types import TracebackType
from typing import Literal, Self
from typing import Protocol as Interface

from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.problem import CouldNotLook
from mailtrust.core.model.text import text

ChallengeType = Literal["http-01", "dns-01"]

_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,400}")


@frozen
class Challenge:
    """What the server wants to see."""

    domain: str
    """Of a wildcard the name below the asterisk."""
    token: str
    key_authorization: str
    """RFC 8555 8.1: what an http-01 file holds."""
    record: str
    """RFC 8555 8.4: what a dns-01 TXT record holds."""

    @property
    def record_name(self) -> str:
        """Where the TXT record stands."""
        return f"_acme-challenge.{self.domain}"


class Prover(Interface):
    """A way to show it. Entered before the first `show`; left when all is over, however it ended."""

    challenge_type: ChallengeType

    def show(self, challenge: Challenge) -> None:
        """Put it where the server looks. Raises UserProblem."""
        ...

    def settle(self) -> None:
        """Wait until everybody sees everything that was shown. Raises UserProblem."""
        ...

    def clear(self, challenge: Challenge) -> None:
        """Take it away again. Raises UserProblem."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None: ...


def expect_token(token: str) -> str:
    """A token as RFC 8555 8.1 has it: it becomes the name of a file, and comes from outside."""
    if not _TOKEN.fullmatch(token):
        raise CouldNotLook(text("The ACME server sent a token with characters that no token has. Nothing was done."))
    return token
