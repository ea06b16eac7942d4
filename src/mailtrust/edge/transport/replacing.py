"""Files of a server replaced in one step, with the owner, mode and attributes that its administrator gave them."""

import errno
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from glob import escape, glob
from pathlib import Path

from mailtrust.edge.files import sync_folder

NAME_KEPT = 180
"""Characters of a file's name in that of its temporary: names end at 255 octets."""


def replace(path: Path, octets: bytes, *, mode: int, owner: tuple[int, int] | None) -> None:
    """Replace a file, or make it. A power cut leaves the old one or the new one. Raises OSError.

    A link is followed. Extended attributes (access lists, SELinux's labels) stay.
    """
    path = Path(os.path.realpath(path))
    with _written_beside(path, octets, mode, owner) as temporary:
        os.replace(temporary, path)
    sync_folder(path.parent)


def make(path: Path, octets: bytes, *, mode: int, owner: tuple[int, int] | None) -> None:
    """Make a file that is not there yet, and its folder. Raises FileExistsError or another OSError."""
    if os.path.lexists(path):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
    make_folder(path.parent, 0o755)
    with _written_beside(path, octets, mode, owner) as temporary:
        os.link(temporary, path)  # unlike rename it never replaces
        os.unlink(temporary)
    sync_folder(path.parent)


def forget(path: Path) -> None:
    """Delete a file, if it is there, and what a write left behind that was killed. Raises OSError."""
    _sweep(path)
    if os.path.lexists(path):
        os.unlink(path)
        sync_folder(path.parent)


def make_folder(folder: Path, mode: int) -> None:
    """Make a folder and those above it, all with this mode; those that are there stay as they are. Raises OSError."""
    if folder.is_dir():
        return
    make_folder(folder.parent, mode)
    with suppress(FileExistsError):
        os.mkdir(folder, mode)
    sync_folder(folder.parent)


@contextmanager
def _written_beside(path: Path, octets: bytes, mode: int, owner: tuple[int, int] | None) -> Iterator[str]:
    """A file of the same folder with all that, on the disk: for its owner alone until it is complete."""
    _sweep(path)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=_temporary(path))
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(octets)
            file.flush()
            _like(path, file.fileno())
            if sys.platform != "win32":
                if owner is not None:
                    os.fchown(file.fileno(), *owner)
                os.fchmod(file.fileno(), mode)  # after the owner, whose change takes bits away
            os.fsync(file.fileno())
        yield temporary
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(temporary)
        raise


def _temporary(path: Path) -> str:
    # A leading dot: what includes `*.conf` or `*` leaves it alone, and so do folders of certificates (HAProxy's crt).
    return f".{path.name[:NAME_KEPT]}.mailtrust-"


def _sweep(path: Path) -> None:
    """Take away temporary files of this one: only a write that was killed leaves any, maybe with a private key."""
    for left in glob(os.path.join(escape(str(path.parent)), f"{escape(_temporary(path))}*")):
        with suppress(FileNotFoundError):
            os.unlink(left)


def _like(old: Path, descriptor: int) -> None:
    """Give a file the extended attributes of the one that it will replace, as far as the system lets us."""
    if sys.platform == "linux":
        with suppress(OSError):
            for name in os.listxattr(old):
                with suppress(OSError):
                    os.setxattr(descriptor, name, os.getxattr(old, name))
