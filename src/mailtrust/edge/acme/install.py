"""Files of a renewed certificate put in the place of the old ones: all of them, whatever interrupts it."""

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from mailtrust.edge.files import NewFile, sync_folder, write_whole


def staged(path: Path) -> Path:
    """Where a file waits until all of them are there."""
    real = Path(os.path.realpath(path))
    return real.with_name(f".{real.name}.new")


def replace_together(files: Sequence[NewFile], last: NewFile) -> None:
    """Replace these files, or make them. Raises OSError, and then nothing has changed.

    `last` is written behind all others, and decides: once it waits, `finish` can put everything in place at any time.
    """
    paths = [file.path for file in files]
    try:
        for file in (*files, last):
            write_whole(staged(file.path), file.data, mode=file.mode)
            _like(file.path, staged(file.path))
    except BaseException:
        staged(last.path).unlink(missing_ok=True)
        forget(paths)
        raise
    finish(paths, last.path)


def finish(paths: Sequence[Path], last: Path) -> None:
    """Put everything in place that waits."""
    for path in (*paths, last):
        if staged(path).exists():
            os.replace(staged(path), os.path.realpath(path))
            sync_folder(Path(os.path.realpath(path)).parent)


def forget(paths: Sequence[Path]) -> None:
    """Take away what waits in vain: it was interrupted before all of it was there."""
    for path in paths:
        staged(path).unlink(missing_ok=True)


def _like(old: Path, new: Path) -> None:
    """Give a file the owner and mode that an administrator has given its predecessor, so that servers can read it."""
    if sys.platform != "win32" and old.exists():
        known = old.stat()
        with suppress(PermissionError):
            os.chown(new, known.st_uid, known.st_gid)
        os.chmod(new, known.st_mode & 0o777)
