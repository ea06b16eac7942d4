"""Files written whole or not at all."""

import errno
import os
import secrets
import shutil
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import field
from pathlib import Path

from mailtrust.core.model.frozen import frozen


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


@frozen
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


def append_line(path: Path, line: bytes, whole: int) -> None:
    """Add a line behind the first `whole` octets of a file, on the disk before this returns. Raises OSError.

    What follows them is a line that was torn: of an act that did not take place.
    """
    # Without O_BINARY Windows turns a line feed into two octets, and the hash of the line into another.
    descriptor = os.open(path, os.O_WRONLY | getattr(os, "O_BINARY", 0))
    try:
        os.ftruncate(descriptor, whole)
        os.lseek(descriptor, whole, os.SEEK_SET)
        written = 0
        while written < len(line):
            written += os.write(descriptor, line[written:])
        os.fsync(descriptor)
    except OSError:
        os.ftruncate(descriptor, whole)  # a full disk leaves half a line
        raise
    finally:
        os.close(descriptor)


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


@frozen
class FolderFile:
    """A file of a folder that is written as one."""

    path: str
    """Below the folder, with `/` between the parts."""
    data: bytes = field(repr=False)
    mode: int = 0o644


def write_folder(folder: Path, files: Sequence[FolderFile]) -> None:
    """Make a folder with these files, all of them or nothing. Raises OSError, FileExistsError if something is in it.

    An empty folder may be there already, and then stays the one that it was to whoever may look into it.
    """
    folder = Path(os.path.realpath(folder))
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FileExistsError(17, "the file exists", str(folder))
    if folder == Path(os.path.realpath(os.curdir)):
        # Who stands in it would see nothing of the new one that takes its place.
        raise OSError(errno.EBUSY, os.strerror(errno.EBUSY), str(folder))
    temporary = folder.with_name(f".{folder.name}.{secrets.token_hex(8)}")
    temporary.mkdir()  # as open as the user's new folders are
    try:
        for file in files:
            path = temporary.joinpath(*file.path.split("/"))
            path.parent.mkdir(parents=True, exist_ok=True)
            _write_synced(path, file)
        for place, _, _ in os.walk(temporary):
            sync_folder(Path(place))
        if folder.exists():
            if os.name == "posix":
                os.chmod(temporary, folder.stat().st_mode & 0o777)
            else:
                folder.rmdir()  # Windows gives nothing the name of a folder that is there.
        os.rename(temporary, folder)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    sync_folder(folder.parent)


def _write_synced(path: Path, file: FolderFile) -> None:
    with path.open("xb") as written:
        written.write(file.data)
        written.flush()
        os.fsync(written.fileno())
    if os.name == "posix":
        path.chmod(file.mode)
