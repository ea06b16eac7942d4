"""A line more at the end of a file that several people write."""

import os
from pathlib import Path

from mailtrust.core.model.text import text
from mailtrust.edge.files import append_line, sync_folder
from mailtrust.edge.lock import locked

IN_USE = text("Somebody else is writing this file at the moment. Try again.")


def add_line(path: Path, line: bytes, *, mode: int) -> None:
    """Add it: whole or not at all, on the disk before this returns. Raises OSError, or UserProblem while another does.

    The file is made where it is not there; a torn line at its end goes.
    """
    if not path.exists():
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT, mode))
        sync_folder(path.parent)
    with locked(path, IN_USE):
        append_line(path, line, path.read_bytes().rfind(b"\n") + 1)
