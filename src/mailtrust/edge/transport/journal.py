"""The journal of one plan: what is about to be done stands on the disk before it is done.

Lines of JSON. Whatever happens, the file is whole up to its last line feed; what follows that is of an act that did
not take place. Whoever finds a journal without an end knows which steps may have been done, and how each is taken back.
"""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from mailtrust.core.formats.json_text import to_json_line
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import Text, text
from mailtrust.edge.files import append_line, sync_folder

LARGEST = 64 * 2**20


class Was(Struct, frozen=True):
    """A file as it was before the plan."""

    path: str
    """Where it really is: links followed."""
    digest: str
    """SHA-256 of its content, private keys withheld."""
    mode: int
    owner: str


class Begun(Struct, tag="begun", tag_field="event", frozen=True):
    """The plan is about to be applied; what stood before of it counts no longer."""

    at: str
    files: dict[str, str] = {}
    """By step: the digest of the file that it will replace, as it is before any step."""


class Doing(Struct, tag="doing", tag_field="event", frozen=True):
    """A step is about to be done."""

    step: str
    was: Was | None = None
    """The file that is replaced."""
    copy: str = ""
    """Where it is kept, on the server."""
    digest: str = ""
    """Of what is written."""
    ttl: int = 0
    """Of the records that are replaced."""


class Done(Struct, tag="done", tag_field="event", frozen=True):
    """It is."""

    step: str


class Proven(Struct, tag="proven", tag_field="event", frozen=True):
    """These steps have done on the wire what they should."""

    steps: list[str]


class TakingBack(Struct, tag="taking-back", tag_field="event", frozen=True):
    """These steps are about to be taken back."""

    steps: list[str]
    why: str


class Back(Struct, tag="back", tag_field="event", frozen=True):
    """It is taken back, and all is as it was."""

    step: str


class Left(Struct, tag="left", tag_field="event", frozen=True):
    """It was not taken back, and never will be by mailtrust."""

    step: str
    why: str


class Ended(Struct, tag="ended", tag_field="event", frozen=True):
    """Nothing stands open any more."""

    how: Literal["finished", "stopped", "taken-back"]
    """`stopped`: not all of it was done; what was begun is proven, taken back or left."""


class Superseded(Struct, tag="superseded", tag_field="event", frozen=True):
    """Another plan has replaced the same files; the copies of this one are gone."""

    by: str


Record = Begun | Doing | Done | Proven | TakingBack | Back | Left | Ended | Superseded


@dataclass
class Past:
    """What the records say, all told."""

    begun: Begun | None = None
    doing: dict[str, Doing] = field(default_factory=dict)
    """In the order in which the steps were begun, those that are still in question or in place."""
    done: set[str] = field(default_factory=set)
    proven: set[str] = field(default_factory=set)
    taking_back: TakingBack | None = None
    back: set[str] = field(default_factory=set)
    left: dict[str, Left] = field(default_factory=dict)
    ended: Ended | None = None
    superseded: str = ""

    @property
    def is_open(self) -> bool:
        """Whether somebody was interrupted, or could not take everything back."""
        return self.begun is not None and self.ended is None

    @property
    def stands(self) -> tuple[str, ...]:
        """The steps that were begun and not taken back, in their order."""
        return tuple(step for step in self.doing if step not in self.back and step not in self.left)

    def take(self, record: Record) -> None:
        """One record more; `Begun` makes another past."""
        match record:
            case Doing(step=step):
                self.doing.pop(step, None)
                self.doing[step] = record
                self.done.discard(step)
                self.back.discard(step)
                self.left.pop(step, None)
                self.ended = self.taking_back = None
            case Done(step=step):
                self.done.add(step)
            case Proven(steps=steps):
                self.proven.update(steps)
            case TakingBack():
                self.taking_back, self.ended = record, None
            case Back(step=step):
                self.back.add(step)
                self.proven.discard(step)
            case Left(step=step):
                self.left[step] = record
                self.proven.discard(step)
            case Ended():
                self.ended = record
            case Superseded(by=by):
                self.superseded = by


class Journal:
    """The file. Everything raises UserProblem with the system's reason."""

    def __init__(self, path: Path) -> None:
        """Read what is there; a file that is not there yet holds nothing."""
        self._path = path
        self.past = Past()
        self.trouble: Text | None = None
        """Why not all of it could be written down; None: it was."""
        content = self._content()
        self._whole = content.rfind(b"\n") + 1
        for number, line in enumerate(content[: self._whole].splitlines(), 1):
            self._take(self._read(line, number))

    def note(self, record: Record) -> None:
        """Add a record of something that is so, whether it can be written down or not.

        Where it cannot, the next run finds things as they are and comes to the same end.
        """
        try:
            self.write(record)
        except UserProblem as problem:
            self.trouble = problem.message
            self._take(record)

    def write(self, record: Record) -> None:
        """Add a record: it is on the disk before this returns."""
        line = to_json_line(record)
        try:
            if self._whole == 0 and not self._path.exists():
                os.close(os.open(self._path, os.O_WRONLY | os.O_CREAT, 0o600))
                sync_folder(self._path.parent)
            append_line(self._path, line, self._whole)
        except OSError as error:
            raise UserProblem(
                text(
                    "The journal {path} could not be written: {why}. Nothing is done that is not written down first.",
                    path=clean(str(self._path), 200),
                    why=error.strerror or str(error),
                )
            ) from error
        self._whole += len(line)
        self._take(record)

    def _take(self, record: Record) -> None:
        if isinstance(record, Begun):
            self.past = Past(record)
        else:
            self.past.take(record)

    def _content(self) -> bytes:
        try:
            with self._path.open("rb") as file:
                return file.read(LARGEST)
        except FileNotFoundError:
            return b""
        except OSError as error:
            raise UserProblem(
                text("Could not read {path}: {why}.", path=clean(str(self._path), 200),
                     why=error.strerror or str(error))
            ) from error  # fmt: skip

    def _read(self, line: bytes, number: int) -> Record:
        try:
            record: Record = msgspec.json.decode(line, type=Record)
        except msgspec.MsgspecError as error:
            raise UserProblem(
                text(
                    "Line {number} of the journal {path} is damaged: {why}. What the plan has done is told by the "
                    "lines before it, and the former files stand beside it: put them back by hand, then remove the "
                    "folder.",
                    number=number,
                    path=clean(str(self._path), 200),
                    why=clean(str(error), 200),
                )
            ) from error
        return record
