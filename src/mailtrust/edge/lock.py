"""One writer at a time. The system lets go of the lock when its holder dies, however that dies."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import Text


@contextmanager
def locked(path: Path, in_use: Text) -> Iterator[None]:
    """Hold the lock of this file, which stays there. Raises UserProblem(in_use) when somebody else holds it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            _take(descriptor)
        except OSError as error:
            raise UserProblem(in_use) from error
        yield
    finally:
        os.close(descriptor)


def _take(descriptor: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
