"""One line on standard error that a person watches."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from mailtrust.core.model.text import text

if TYPE_CHECKING:
    from mailtrust.flows.check import OnProgress, Progress

STAGES = {
    "looking-up": text("Looking up names …"),
    "gathering": text("Looking for missing issuers …"),
}


@contextmanager
def watched() -> "Iterator[OnProgress | None]":
    """Give what is to be told of the progress, when a person watches, and wipe the line when all is done."""
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield None
        return
    line = ProgressLine()
    try:
        yield line
    finally:
        line.show("")


class ProgressLine:
    """The line, drawn over itself; without escape sequences, so that the oldest console shows it right."""

    def __init__(self) -> None:
        self._width = 0

    def __call__(self, progress: "Progress") -> None:
        """Draw the line anew."""
        from mailtrust.cli.translations import current

        if progress.stage == "probing":
            sentence = text("Asking ports: {done} of {total} …", done=progress.done, total=progress.total)
        elif progress.stage == "targets":
            sentence = text("Looking at targets: {done} of {total} …", done=progress.done, total=progress.total)
        else:
            sentence = STAGES[progress.stage]
        self.show(sentence.render(current()))

    def show(self, line: str) -> None:
        """Write `line` over what stands there."""
        from rich.cells import cell_len

        width = cell_len(line)
        encoding = sys.stderr.encoding or "ascii"
        shown = line.encode(encoding, "replace").decode(encoding)
        sys.stderr.write(f"\r{shown}{' ' * (self._width - width)}{'' if line else chr(13)}")
        sys.stderr.flush()
        self._width = width
