"""The options that say in which form, language, width and colour an answer is shown."""

import argparse
from pathlib import Path

from mailtrust.cli.numbers import Positive
from mailtrust.cli.translations import told
from mailtrust.core.model.text import text

WIDEST = 1000


def add_screen_options(parser: argparse.ArgumentParser) -> None:
    """Text or JSON, and all of `add_page_options`, in a group of their own."""
    shown = parser.add_argument_group(told(text("showing")))
    shown.add_argument(
        "--format", choices=("text", "json"), default="text",
        help=told(text("for people or for a program (default: text)")),
    )  # fmt: skip
    add_page_options(shown)


def add_page_options(shown: argparse._ArgumentGroup, *, output: bool = True) -> None:
    """Language, width, colour and file; `screen_of` reads width, colour and output. `output`: whether -o is for it."""
    shown.add_argument(
        "--lang", choices=("en", "fr", "zh"), help=told(text("language of the report (default: the locale's)"))
    )
    shown.add_argument(
        "--width",
        metavar="COLUMNS",
        type=Positive("--width", WIDEST),
        help=told(text("of a text (default: the terminal's, else 100)")),
    )
    shown.add_argument(
        "--colour",
        choices=("auto", "always", "never"),
        default="auto",
        help=told(text("colours (default: on a terminal, unless NO_COLOR is set)")),
    )
    if output:
        shown.add_argument(
            "-o", "--output", metavar="FILE", type=Path, help=told(text("write here instead of standard output"))
        )
