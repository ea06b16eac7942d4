"""The options that say how results are weighed and shown."""

import argparse
from dataclasses import replace
from typing import TYPE_CHECKING

from mailtrust.cli.known import known_products
from mailtrust.cli.organisation import settings_of_file
from mailtrust.cli.screen_options import add_page_options
from mailtrust.cli.translations import language, told, translator
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text
from mailtrust.core.report.formats import FORMATS, Reader

if TYPE_CHECKING:
    from mailtrust.core.model.settings import Settings, Threshold


def add_showing_options(parser: argparse.ArgumentParser) -> None:
    """Add the options; `settings_of` and `reader_of` read them."""
    shown = parser.add_argument_group(told(text("showing")))
    shown.add_argument(
        "--product", metavar="ID", help=told(text("the product that serves the certificate: its steps are shown"))
    )
    shown.add_argument(
        "--warn", metavar="30d|20%", type=threshold,
        help=told(text("warn this long before expiry (default: a fifth of the lifetime)")),
    )  # fmt: skip
    shown.add_argument(
        "--critical", metavar="10d|5%", type=threshold,
        help=told(text("critical this long before expiry (default: 10 days)")),
    )  # fmt: skip
    shown.add_argument(
        "--fail-on",
        choices=("warning", "error", "critical", "never"),
        default="error",
        help=told(text("exit 1 from this severity on (default: error)")),
    )
    shown.add_argument(
        "--voice",
        choices=("admin", "manager", "user"),
        default="admin",
        help=told(text("for whom findings are told (default: admin)")),
    )
    shown.add_argument(
        "--format",
        choices=tuple(known.id for known in FORMATS),
        default="text",
        help=told(text("for people or for a program (default: text); one document for all TARGETs")),
    )
    add_page_options(shown)


def threshold(given: str) -> "Threshold":
    """Read --warn and --critical for argparse, which lets the UserProblem pass."""
    from mailtrust.core.formats.threshold import parse_threshold

    return parse_threshold(given)


def settings_of(options: argparse.Namespace) -> "Settings":
    """How results are to be weighed; raises UserProblem for a product that nobody knows."""
    if options.product is not None and options.product.strip().lower() not in known_products():
        raise UserProblem(
            text(
                "Expected a product after --product, got “{given}”. There are: {known}.",
                given=clean(options.product, 60),
                known=known_products(),
            )
        )
    own = settings_of_file(options)
    return replace(
        own, warn=options.warn or own.warn, critical=options.critical or own.critical, product=options.product
    )


def reader_of(options: argparse.Namespace) -> Reader:
    """For whom the report is written."""
    from mailtrust.cli.screen import screen_of

    screen = screen_of(options)
    return Reader(
        translate=translator(options.lang),
        lang=language(options.lang),
        voice=options.voice,
        fail_on=options.fail_on,
        width=screen.width,
        colour=screen.colour,
        ascii_only=screen.ascii_only,
        encoding=screen.encoding,
    )
