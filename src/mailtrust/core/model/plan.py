"""What will be done, in which order, how each part is taken back, and what it will have changed for whom."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from mailtrust.core.model.proof import Noted
from mailtrust.core.model.settings import Server
from mailtrust.core.model.text import Text


@dataclass(frozen=True, slots=True)
class OnServer:
    """A private key stands in this file of the server that is changed."""

    path: str


@dataclass(frozen=True, slots=True)
class OnThisMachine:
    """A private key stands in this file of the machine that the plan is applied from."""

    path: str


@dataclass(frozen=True, slots=True)
class InStore:
    """A private key is kept in mailtrust's store, with the certificate of this fingerprint."""

    fingerprint: str


KeySource = OnServer | OnThisMachine | InStore


@dataclass(frozen=True, slots=True)
class WriteFile:
    """A file is replaced, or made. Private keys in `content` are withheld; `keys` tell where they are put in from."""

    path: str
    content: bytes
    keys: tuple[KeySource, ...] = ()
    """The files that hold them; a plan never does."""
    new: bool = False
    """It must not be there yet."""
    mode: int | None = None
    """None: as the file has it that is replaced."""
    owner: str | None = None
    """User and group by number, `0:115`; None: as the file has it that is replaced."""


@dataclass(frozen=True, slots=True)
class RunCommand:
    """A command, without a shell."""

    command: tuple[str, ...]
    input: str = ""
    seconds: int = 60
    """It has failed when it is not done by then."""


@dataclass(frozen=True, slots=True)
class TalkTo:
    """Commands for the socket of a running program (HAProxy's runtime API), one connection each."""

    socket: str
    commands: tuple[str, ...]
    expects: tuple[str, ...]
    """What must be in each answer, in the order of the commands."""
    keys: tuple[KeySource, ...] = ()


@dataclass(frozen=True, slots=True)
class ChangeRecords:
    """Records of a zone, replaced by dynamic update (RFC 2136)."""

    zone: str
    name: str
    type: str
    was: tuple[str, ...]
    """What must stand there now, as a zone file writes it; empty: nothing may."""
    shall: tuple[str, ...]
    ttl: int


@dataclass(frozen=True, slots=True)
class AskPerson:
    """Something that only a person can do."""

    clicks: tuple[Text, ...] = ()
    command: str = ""
    """What the person runs, where it is a command; empty: it is none."""
    file: str = ""
    """What the person writes into a file of the name that the sentence says; empty: nothing."""


Doing = WriteFile | RunCommand | TalkTo | ChangeRecords | AskPerson


@dataclass(frozen=True, slots=True)
class PutBack:
    """The former file comes back from the copy that is kept; a new one is deleted. Records likewise."""


@dataclass(frozen=True, slots=True)
class RunBack:
    """This command takes it back."""

    do: RunCommand | TalkTo


@dataclass(frozen=True, slots=True)
class TakeUpAgain:
    """The same again, once all files of that server are back."""


@dataclass(frozen=True, slots=True)
class NothingToUndo:
    """It changes nothing."""


@dataclass(frozen=True, slots=True)
class NoWayBack:
    """It cannot be taken back."""

    why: Text


@dataclass(frozen=True, slots=True)
class UndoneByPerson:
    """A person takes it back."""

    how: Text


Undo = PutBack | RunBack | TakeUpAgain | NothingToUndo | NoWayBack | UndoneByPerson


@dataclass(frozen=True, slots=True)
class PlanStep:
    """One thing to do."""

    id: str
    """Unique in its plan: `1`, `2`."""
    server: str
    """The server's name in mailtrust.toml; empty: none, something for a person."""
    say: Text
    do: Doing
    undo: Undo
    disruption: Literal["none", "reload", "restart"] = "none"
    needs: str = ""


@dataclass(frozen=True, slots=True)
class Outlook:
    """What one client does at one port."""

    endpoint: str
    client: str
    outcome: Literal["accepted", "warned", "refused", "unknown"]
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LeftOver:
    """A finding that the plan does not cure, and why not."""

    finding: str
    why: Text


@dataclass(frozen=True, slots=True)
class Plan:
    """The fewest and safest changes that cure all findings which can be cured from here."""

    target: str
    made: datetime
    version: str
    """mailtrust's version that made it."""
    looking: tuple[str, ...]
    """The options of `mailtrust check` with which it was looked, so that the proof looks in the same way."""
    facts_digest: str
    """SHA-256 of what the servers' files and programs said; other facts stop the plan."""
    steps: tuple[PlanStep, ...]
    cures: tuple[str, ...]
    """Finding ids."""
    left: tuple[LeftOver, ...]
    before: tuple[Outlook, ...]
    after: tuple[Outlook, ...]
    servers: tuple[Server, ...] = ()
    """Those that steps are for."""
    findings: tuple[Noted, ...] = ()
    """Everything that was wrong before, so that a proof can say what became of it."""
    id: str = ""
    """Its digest, where it was read from a file: whoever changes a plan makes another one."""
