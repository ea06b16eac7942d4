"""Files written whole or not at all."""

import os
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path


def write_whole(path: Path, data: bytes, *, mode: int = 0o644) -> None:
    """Replace `path` by `data` in one step; a power cut leaves the old file or the new one. Raises OSError.

    A symbolic link stays one, and what it leads to is replaced; a device or a pipe is written to and stays what it is.
    """
    path = Path(os.path.realpath(path))
    if path.exists() and not path.is_file():
        path.write_bytes(data)
        return
    temporary = _beside(path, data, mode)
    try:
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
    sync_folder(path.parent)


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file that is not there yet. Its octets are not shown: they may be a private key."""

    path: Path
    data: bytes = field(repr=False)
    mode: int = 0o644


def write_new(files: Sequence[NewFile]) -> None:
    """Write files that must not be there yet: all of them, or none. Raises FileExistsError or another OSError.

    The first ones are there before the last: put first what the others are worth nothing without.
    """
    for file in files:
        if os.path.lexists(file.path):
            raise FileExistsError(17, "the file exists", str(file.path))
    waiting: list[tuple[str, Path]] = []
    there: list[Path] = []
    try:
        waiting.extend((_beside(file.path, file.data, file.mode), file.path) for file in files)
        for temporary, path in waiting:
            _into_place(temporary, path)
            there.append(path)
    except BaseException:
        for path in there:
            os.unlink(path)
        raise
    finally:
        for temporary, _ in waiting:
            with suppress(FileNotFoundError):
                os.unlink(temporary)
    for folder in dict.fromkeys(file.path.parent for file in files):
        sync_folder(folder)


def put_in_place(temporary: Path, path: Path) -> None:
    """Give a file of the same folder, closed and complete, its name. Raises FileExistsError: it never replaces."""
    descriptor = os.open(temporary, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    _into_place(str(temporary), path)
    with suppress(FileNotFoundError):
        os.unlink(temporary)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Let a folder's new entries outlast a power cut, where the system has a way to say so."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _into_place(temporary: str, path: Path) -> None:
    """Give a file its name, unless somebody else has taken it meanwhile."""
    if os.name == "posix":
        os.link(temporary, path)  # unlike rename it never replaces
    else:
        os.rename(temporary, path)  # never replaces on Windows


def _beside(path: Path, data: bytes, mode: int) -> str:
    """A file in the same folder with this content, which outlasts a power cut."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if os.name == "posix":
            # mkstemp makes files for the owner alone; private keys stay so (mode 0600).
            os.chmod(temporary, mode)
    except BaseException:
        os.unlink(temporary)
        raise
    return temporary
