"""What every dialogue is: bytes in, events out, no socket; and the engine that plays a script written top to bottom."""

from abc import ABC, abstractmethod
from collections.abc import Generator
from typing import ClassVar, TypeVar
from typing import Protocol as Interface

from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.endpoint import TlsMode
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.observation import FailureKind, ProbeFailure, Stage
from mailtrust.core.protocols.lines import Inbox, TooMuchError

TRANSCRIPT_LIMIT = 100
"""Lines kept of one dialogue; the last kept line says that there were more."""

LEFTOVER_LIMIT = 4_096
"""Octets of clear text kept as evidence; one would do."""


@frozen
class Send:
    """Send these octets."""

    data: bytes


@frozen
class NeedData:
    """Nothing to do before the server says more."""


@frozen
class StartTls:
    """Begin the handshake now.

    `leftover` is what the server said after its go-ahead, in clear: it must not be read as part of the session
    (RFC 3207 4.2, RFC 9051 11.1, RFC 4511 4.14.1) and is kept as evidence.
    """

    leftover: bytes = b""


@frozen
class Failed:
    """There will be no handshake."""

    failure: ProbeFailure


Event = Send | NeedData | StartTls | Failed

Outcome = TypeVar("Outcome")
Talk = Generator[Send | NeedData, None, Outcome]
"""A part of a script: it yields what is to be done and returns what it learnt."""
Script = Talk[None]


class Dialogue(Interface):
    """One conversation up to TLS. After StartTls or Failed, that event is repeated for ever."""

    @property
    def stage(self) -> Stage:
        """What is being waited for."""

    @property
    def transcript(self) -> tuple[str, ...]:
        """What was said, `> ` ours and `< ` theirs, cleaned and bounded."""

    def receive(self, data: bytes) -> None:
        """Take any fragment of what the server sends; b"" is the end of the stream."""

    def next_event(self) -> Event:
        """Say what is to be done now."""

    def greeted(self, data: bytes) -> bool:
        """Whether `data`, all that the server said inside TLS, is all it says before it is our turn again."""

    def farewell(self) -> bytes:
        """Give what a polite client says before it leaves, inside TLS or instead of it; b"": nothing may be said."""


class NoTlsError(Exception):
    """Raised by a script: there will be no TLS, for this reason, in the server's words."""

    def __init__(self, kind: FailureKind, words: str, *, server_leaves: bool = False) -> None:
        super().__init__(words)
        self.kind = kind
        self.words = words
        self.server_leaves = server_leaves
        """The server closes the connection by itself: saying goodbye would meet a closed door."""


# What the server still listens after; anything else is answered by leaving without a word.
_POLITE = frozenset(
    {FailureKind.TLS_NOT_OFFERED, FailureKind.TLS_REFUSED, FailureKind.GREYLISTED, FailureKind.REJECTED}
)


class ScriptedDialogue(ABC):
    """A dialogue written as one generator: it sends, waits for lines, and returns where TLS begins."""

    first_stage: ClassVar[Stage] = Stage.GREETING

    def __init__(self, tls_mode: TlsMode, client_name: str) -> None:
        self.tls_mode = tls_mode
        self.client_name = client_name
        self.stage = self.first_stage
        self._inbox = Inbox()
        self._said: list[str] = []
        self._script = self.upgrade()
        self._polite = tls_mode is TlsMode.IMPLICIT
        self._end: StartTls | Failed | None = StartTls() if tls_mode is TlsMode.IMPLICIT else None

    @abstractmethod
    def upgrade(self) -> Script:
        """Talk from the greeting to the server's go-ahead; raise NoTlsError where there is none."""

    @abstractmethod
    def goodbye(self) -> bytes:
        """Give the octets that end a session."""

    @abstractmethod
    def greeting_is_whole(self, data: bytes) -> bool:
        """Whether `data` holds the whole greeting of a server that speaks first inside TLS."""

    @property
    def transcript(self) -> tuple[str, ...]:
        """What was said, cleaned and bounded."""
        return tuple(self._said)

    def receive(self, data: bytes) -> None:
        """Take any fragment; what comes after the end of the dialogue is not ours."""
        if self._end is None:
            self._inbox.receive(data)

    def next_event(self) -> Event:
        """Play the script to its next event."""
        if self._end is not None:
            return self._end
        try:
            return next(self._script)
        except StopIteration:
            self._polite = True
            self._end = StartTls(self._inbox.peek()[:LEFTOVER_LIMIT])
        except NoTlsError as stop:
            self._polite = stop.kind in _POLITE and not stop.server_leaves
            self._end = self._failed(stop.kind, stop.words)
        except TooMuchError as overflow:
            self._end = self._failed(FailureKind.LIMIT, str(overflow))
        return self._end

    def greeted(self, data: bytes) -> bool:
        """After an upgrade the server waits for us; behind implicit TLS it greets first."""
        return self.tls_mode is TlsMode.STARTTLS or self.greeting_is_whole(data)

    def farewell(self) -> bytes:
        """Give the goodbye, where the server still listens."""
        return self.goodbye() if self._polite else b""

    def say(self, line: str) -> Script:
        """Send one line."""
        self.note(">", line)
        yield Send(line.encode("ascii") + b"\r\n")

    def line(self) -> Talk[bytes]:
        """Wait for one line."""
        while (line := self._inbox.take_line()) is None:
            yield from self.more()
        self.note("<", line.decode("utf-8", "replace"))
        return line

    def octets(self, count: int) -> Talk[bytes]:
        """Wait for exactly `count` octets."""
        while (octets := self._inbox.take(count)) is None:
            yield from self.more()
        return octets

    def more(self) -> Script:
        """Wait for a fragment; at the end of the stream there is none to wait for."""
        if self._inbox.ended:
            partial = self._inbox.peek()
            words = f"closed after {shown(partial)!r}" if partial else "closed without a word"
            raise NoTlsError(FailureKind.CLOSED, words, server_leaves=True)
        yield NeedData()

    def note(self, direction: str, words: str) -> None:
        """Write one line into the transcript."""
        if len(self._said) < TRANSCRIPT_LIMIT:
            self._said.append(f"{direction} {clean(words)}")
        else:
            self._said[-1] = f"{direction} …"

    def _failed(self, kind: FailureKind, words: str) -> Failed:
        return Failed(ProbeFailure(self.stage, kind, clean(words)))


def shown(data: bytes) -> str:
    """Give a server's octets as harmless text of at most 500 characters."""
    return clean(data[:2_048].decode("utf-8", "replace"))
