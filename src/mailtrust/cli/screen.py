"""What the screen can show: width, colour, characters; and an answer shown there."""

import argparse
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from mailtrust.core.model.frozen import frozen

if TYPE_CHECKING:
    from mailtrust.core.report.page import Page

NARROWEST = 60
WIDEST = 140


@frozen
class Screen:
    """How a text report is to be written."""

    width: int
    colour: bool
    ascii_only: bool
    encoding: str


def screen_of(options: argparse.Namespace) -> Screen:
    """The screen that standard output is, or the file that `-o` names (UTF-8, 100 columns, no colour)."""
    to_file = options.output is not None and str(options.output) != "-"
    terminal = not to_file and sys.stdout.isatty()
    encoding = "utf-8" if to_file else (sys.stdout.encoding or "utf-8")
    width = options.width or (_columns() if terminal else 100)
    # no-color.org: any value that is not empty switches colours off; --colour counts more.
    colour = options.colour == "always" or (
        options.colour == "auto" and terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    )
    return Screen(max(NARROWEST, min(width, WIDEST)), colour, not _can_draw(encoding), encoding)


def show(options: argparse.Namespace, wire: object, draw: "Callable[[Page], None]") -> None:
    """Give the answer as JSON, or drawn on a page."""
    from mailtrust.cli.files import write_output

    if options.format == "json":
        from mailtrust.core.formats.json_text import to_json_text

        write_output(to_json_text(wire), options.output)
        return
    from mailtrust.cli.translations import translator
    from mailtrust.core.report.page import Page

    screen = screen_of(options)
    page = Page(screen.width, ascii_only=screen.ascii_only, translate=translator(options.lang), lang="")
    draw(page)
    write_output(page.print(colour=screen.colour).encode(screen.encoding, "replace"), options.output)


def _columns() -> int:
    from shutil import get_terminal_size  # late: who writes to a file or a pipe does not wait for it

    return get_terminal_size().columns


def _can_draw(encoding: str) -> bool:
    try:
        "├─✓✗".encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True
