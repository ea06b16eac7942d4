"""The folder of a private CA: its journal, its keys (0600), and the files that follow from the journal.

Whatever happens, `journal.jsonl` is whole up to its last line feed. Files are written behind it, and written again
when the folder is opened for writing next and one of them is missing.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text
from mailtrust.edge.files import NewFile, append_line, sync_folder, write_new, write_whole
from mailtrust.edge.lock import locked

JOURNAL = "journal.jsonl"
LOCK = "lock"
IN_USE = text("Another mailtrust is writing to this CA at the moment. Wait until it is done, and try again.")
LARGEST = 256 * 2**20
"""Octets of a file that is read."""


@frozen
class CaFolder:
    """A CA's folder. Methods raise UserProblem with the system's reason."""

    path: Path

    @classmethod
    def create(cls, path: Path, files: Sequence[tuple[str, bytes, int]]) -> "CaFolder":
        """Make the folder with these files (name, octets, mode): whole, or not at all. It may be there, and empty."""
        parent = path.resolve().parent
        if os.path.lexists(path) and not (path.is_dir() and not any(path.iterdir())):
            raise UserProblem(
                text("{path} is there already. A CA is made in a folder of its own, which is not there yet.",
                     path=clean(str(path), 200))
            )  # fmt: skip
        with _told(path):
            building = Path(tempfile.mkdtemp(dir=parent, prefix=f".{path.name}."))  # mode 0700
            try:
                write_new([NewFile(building / name, data, mode) for name, data, mode in files])
                if path.is_dir():
                    path.rmdir()
                building.rename(path)
            except BaseException:
                shutil.rmtree(building, ignore_errors=True)
                raise
            sync_folder(parent)
        return cls(path)

    def read(self, name: str) -> bytes:
        """A file's octets."""
        with _told(self.path / name), (self.path / name).open("rb") as file:
            return file.read(LARGEST)

    def has(self, name: str) -> bool:
        """Whether there is such a file."""
        return (self.path / name).is_file()

    def mark(self, name: str) -> tuple[int, int, int]:
        """What changes when the file does."""
        try:
            found = os.stat(self.path / name)
        except OSError:
            return 0, 0, 0
        return found.st_mtime_ns, found.st_size, found.st_ino

    def write(self, name: str, data: bytes, mode: int = 0o644) -> None:
        """Replace a file in one step."""
        with _told(self.path / name):
            write_whole(self.path / name, data, mode=mode)

    def append(self, line: bytes, whole: int) -> None:
        """Add a line to the journal behind its first `whole` octets, on the disk before this returns.

        What follows them is a line that was torn: of an act that did not take place. Only while locked.
        """
        path = self.path / JOURNAL
        with _told(path):
            append_line(path, line, whole)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Keep other writers away."""
        with _told(self.path), locked(self.path / LOCK, IN_USE):
            yield


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Say what the system says, for people."""
    try:
        yield
    except FileNotFoundError as error:
        raise UserProblem(
            text(
                "There is no {path}. Name the folder of the CA with --ca; `mailtrust ca init` makes one.",
                path=clean(str(path), 200),
            )
        ) from error
    except OSError as error:
        raise UserProblem(
            text("Could not use {path}: {why}.", path=clean(str(path), 200), why=error.strerror or str(error))
        ) from error
