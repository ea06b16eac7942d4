"""What will be done, in which order, how each part is taken back, and what it will have changed for whom."""

from datetime import datetime
from typing import Literal

from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.proof import Noted
from mailtrust.core.model.settings import Server
from mailtrust.core.model.text import Text


@frozen
class OnServer:
    """A private key stands in this file of the server that is changed."""

    path: str


@frozen
class OnThisMachine:
    """A private key stands in this file of the machine that the plan is applied from."""

    path: str


@frozen
class InStore:
    """A private key is kept in mailtrust's store, with the certificate of this fingerprint."""

    fingerprint: str


KeySource = OnServer | OnThisMachine | InStore


@frozen
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


@frozen
class RunCommand:
    """A command, without a shell."""

    command: tuple[str, ...]
    input: str = ""
    seconds: int = 60
    """It has failed when it is not done by then."""
    keys: tuple[KeySource, ...] = ()
    """The files that hold the private keys which are withheld in `input`."""


@frozen
class TalkTo:
    """Commands for the socket of a running program (HAProxy's runtime API), one connection each."""

    socket: str
    commands: tuple[str, ...]
    expects: tuple[str, ...]
    """What must be in each answer, in the order of the commands."""
    keys: tuple[KeySource, ...] = ()


@frozen
class ChangeRecords:
    """Records of a zone, replaced by dynamic update (RFC 2136)."""

    zone: str
    name: str
    type: str
    was: tuple[str, ...]
    """What must stand there now, as a zone file writes it; empty: nothing may."""
    shall: tuple[str, ...]
    ttl: int


@frozen
class AskPerson:
    """Something that only a person can do."""

    clicks: tuple[Text, ...] = ()
    command: str = ""
    """What the person runs, where it is a command; empty: it is none."""
    file: str = ""
    """What the person writes into a file of the name that the sentence says; empty: nothing."""


Doing = WriteFile | RunCommand | TalkTo | ChangeRecords | AskPerson


@frozen
class PutBack:
    """The former file comes back from the copy that is kept; a new one is deleted. Records likewise."""


@frozen
class RunBack:
    """This command takes it back."""

    do: RunCommand | TalkTo


@frozen
class TakeUpAgain:
    """The same again, once all files of that server are back."""


@frozen
class NothingToUndo:
    """It changes nothing."""


@frozen
class NoWayBack:
    """It cannot be taken back."""

    why: Text


@frozen
class UndoneByPerson:
    """A person takes it back."""

    how: Text


Undo = PutBack | RunBack | TakeUpAgain | NothingToUndo | NoWayBack | UndoneByPerson


@frozen
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


@frozen
class Outlook:
    """What one client does at one port."""

    endpoint: str
    client: str
    outcome: Literal["accepted", "warned", "refused", "unknown"]
    codes: tuple[str, ...] = ()


@frozen
class LeftOver:
    """A finding that the plan does not cure, and why not."""

    finding: str
    why: Text


@frozen
class Fact:
    """Something that a server's file or program said, as far as a plan remembers it."""

    server: str
    asked: str
    """The file, the pattern, or the command."""
    digest: str
    """SHA-256 of the answer."""


@frozen
class Plan:
    """The fewest and safest changes that cure all findings which can be cured from here."""

    target: str
    made: datetime
    version: str
    """mailtrust's version that made it."""
    looking: tuple[str, ...]
    """The options of `looked_by` with which it was looked, so that the proof looks in the same way."""
    facts: tuple[Fact, ...]
    """What the servers' files and programs said: other facts stop the plan."""
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
    looked_by: Literal["check", "discover"] = "check"
    """The command by which it was looked, and by which a proof looks again; `looking` are its options."""
    made_by: str = ""
    """Who made it, as the system calls them: `anna@host`; empty: a version of mailtrust that did not tell."""
    id: str = ""
    """Its digest, where it was read from a file: whoever changes a plan makes another one."""
