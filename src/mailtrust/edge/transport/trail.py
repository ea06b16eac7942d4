"""The file of the audit trail, in the state folder. One writer at a time: callers hold the state folder."""

import os
from datetime import datetime
from pathlib import Path

from mailtrust.core.formats.audit_trail import MOST_BYTES, NAME, Applying, Ended, Line, TakingBack, write_line
from mailtrust.core.formats.hash_chain import ChainBroken, read_chain, whole_lines
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text
from mailtrust.edge.files import append_line, sync_folder


@frozen
class Read:
    """The trail at one moment; its chain holds."""

    octets: bytes
    """Its whole lines."""
    lines: tuple[Line, ...]
    head: str
    """The hash of the last."""


@frozen
class Trail:
    """It. Everything raises UserProblem."""

    state: Path
    """The state folder."""

    def read(self) -> Read:
        """All lines; none where there is no file."""
        octets = self._octets()
        try:
            return Read(octets, *read_chain(octets, Line))
        except ChainBroken as broken:
            raise UserProblem(
                text(
                    "The audit trail {path} cannot be believed at line {number}: {why}. Nothing was done. Keep the "
                    "file, find out what happened to it, and move it away to begin another.",
                    path=clean(str(self._path), 200),
                    number=broken.number,
                    why=broken.why,
                )
            ) from None

    def _octets(self) -> bytes:
        try:
            with self._path.open("rb") as file:
                found = file.read(MOST_BYTES + 1)
        except FileNotFoundError:
            return b""
        except OSError as error:
            raise self._failed(error) from error
        if len(found) > MOST_BYTES:  # a line that is added takes the place of what was not read
            raise UserProblem(
                text("Expected at most {most} MiB in {file}, got more.", most=MOST_BYTES // 2**20,
                     file=clean(str(self._path), 200))
            )  # fmt: skip
        return whole_lines(found)

    def add(self, act: Applying | TakingBack | Ended, *, at: datetime, by: str) -> None:
        """One line more, on the disk before this returns."""
        before = self.read()
        line = write_line(act, number=len(before.lines) + 1, at=at, by=by, head=before.head)
        try:
            if not self._path.exists():
                os.close(os.open(self._path, os.O_WRONLY | os.O_CREAT, 0o600))
                sync_folder(self.state)
            append_line(self._path, line, len(before.octets))
        except OSError as error:
            raise self._failed(error) from error

    @property
    def _path(self) -> Path:
        return self.state / NAME

    def _failed(self, error: OSError) -> UserProblem:
        return UserProblem(
            text("Could not use the audit trail {path}: {why}.",
                 path=clean(str(self._path), 200), why=error.strerror or str(error))
        )  # fmt: skip
