"""`mailtrust forecast`: what will break, when, and for whom."""

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from mailtrust.cli import exit_status
from mailtrust.cli.arguments import Example
from mailtrust.cli.files import expect_one_from_stdin, expect_writable, hypothetical_chain, read_file, write_output
from mailtrust.cli.looking import (
    add_looking_options,
    edge_of,
    expect_roots,
    looking_options_given,
    request_of,
)
from mailtrust.cli.organisation import organisation_of
from mailtrust.cli.progress import watched
from mailtrust.cli.screen_options import add_page_options
from mailtrust.cli.showing import threshold
from mailtrust.cli.translations import language, told, translator
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text

if TYPE_CHECKING:
    from datetime import datetime

    from mailtrust.core.forecast.forecast import Forecast
    from mailtrust.core.model.certificate import Certificate
    from mailtrust.core.model.settings import Threshold

EXAMPLES: tuple[Example, ...] = (
    ("mailtrust forecast mail.example.com", text("the next three years, if nothing is done and if it is renewed")),
    ("mailtrust forecast imaps://mail.example.com --until 2030-01-01", text("one port, further ahead")),
    ("mailtrust forecast mail.example.com --with new.pem", text("what if it presented this instead?")),
    ("mailtrust forecast --from case.json --format svg -o timeline.svg", text("a picture, from recorded facts")),
    (
        "mailtrust forecast mail.example.com --format ics -o mail.ics",
        text("for the calendar; the same days again later"),
    ),
)

FORMATS = ("text", "json", "svg", "ics")


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "forecast",
        help=told(text("what will break, when, and for whom")),
        description=told(
            text(
                "Say which client breaks on which day and why, what heals, what is announced, and by when to renew. "
                "What CAs may no longer issue is told apart from what clients refuse."
            )
        ),
        examples=EXAMPLES,
        more=lambda: told(
            text(
                "exit status: 0 nothing breaks within --warn; 1 a client is turned away already, or will be within "
                "--warn; 2 usage; 3 could not look"
            )
        ),
    )
    parser.add_argument(
        "target",
        metavar="TARGET",
        nargs="?",
        help=told(text("mail domain, e-mail address, host, host:port or URL")),
    )
    parser.add_argument(
        "--until", metavar="DATE", help=told(text("how far to look, such as 2030-01-01 (default: three years)"))
    )
    add_looking_options(parser)
    parser.add_argument(
        "--from", dest="case", metavar="CASE", type=Path, help=told(text("judge recorded facts instead of looking"))
    )
    parser.add_argument(
        "--with", dest="hypothetical", metavar="FILE", type=Path, help=told(text("judge as if this were presented"))
    )
    shown = parser.add_argument_group(told(text("showing")))
    shown.add_argument(
        "--warn", metavar="30d|20%", type=threshold,
        help=told(text("exit 1, and ring in the calendar, this long before (default: a fifth of the lifetime)")),
    )  # fmt: skip
    shown.add_argument(
        "--format", choices=FORMATS, default="text", help=told(text("a report, data, a picture or a calendar"))
    )
    add_page_options(shown)
    parser.set_defaults(handler=run)


def run(options: argparse.Namespace) -> int:
    """Make the forecast and write it."""
    expect_one_from_stdin(options.case, options.hypothetical, options.roots)
    expect_writable(options.output)
    supposed = hypothetical_chain(options.hypothetical) if options.hypothetical is not None else ()
    made = _looked_at(options, supposed) if options.case is None else _recorded(options, supposed)
    write_output(_render(made, options), options.output)
    return _status(made, options)


def _looked_at(options: argparse.Namespace, supposed: "tuple[Certificate, ...]") -> "Forecast":
    from mailtrust.edge.probe.loop import run as run_loop
    from mailtrust.flows.forecast import foretell

    if options.target is None:
        raise UserProblem(
            text("Expected a TARGET: a mail domain, a host, host:port or a URL such as imaps://mail.example.com.")
        )
    expect_roots(options)
    until = _until(options)
    request = replace(request_of(options, options.target), hypothetical=supposed)
    edge = edge_of(options)
    with watched() as on_progress:
        return run_loop(foretell(request, edge, until, on_progress))


def _recorded(options: argparse.Namespace, supposed: "tuple[Certificate, ...]") -> "Forecast":
    from mailtrust.core.formats.case_file import decode
    from mailtrust.edge.anchors import load_stores
    from mailtrust.flows.check import stores_of
    from mailtrust.flows.forecast import foretell_case

    if options.target is not None:
        raise UserProblem(text("--from judges the target of its case file: give no TARGET beside it."))
    if idle := looking_options_given(options):
        raise UserProblem(
            text("--from looks at nothing anew, so there is no use for {options}: leave it out.", options=idle)
        )
    case = decode(read_file(options.case))
    expect_roots(options, recorded=bool(case.local_roots))
    request = replace(request_of(options, "localhost", title=case.target, recorded=True), hypothetical=supposed)
    return foretell_case(case, request, load_stores(stores_of(request)), _until(options))


def _until(options: argparse.Namespace) -> "datetime | None":
    from mailtrust.core.formats.moment import parse_moment

    return parse_moment(options.until) if options.until is not None else None


def _render(made: "Forecast", options: argparse.Namespace) -> bytes:
    translate, lang = translator(options.lang), language(options.lang)
    if options.format == "json":
        from mailtrust.core.report.forecast_json import to_json

        return to_json(made, translate, lang)
    if options.format == "ics":
        from mailtrust.core.report.forecast_ics import to_ics

        return to_ics(made, translate, warn=_warn(options))
    if options.format == "svg":
        from mailtrust.core.report.forecast_svg import to_svg

        return to_svg(made, translate, lang)
    from mailtrust.cli.screen import screen_of
    from mailtrust.core.report.forecast_text import render

    screen = screen_of(options)
    shown = render(
        made,
        width=screen.width,
        colour=screen.colour,
        translate=translate,
        lang=lang,
        ascii_only=screen.ascii_only,
    )
    return shown.encode(screen.encoding, "replace")


def _warn(options: argparse.Namespace) -> "Threshold":
    return options.warn or organisation_of(options).warn


def _status(made: "Forecast", options: argparse.Namespace) -> int:
    from mailtrust.core.forecast.forecast import breaks_within

    if not made.evidence.handshakes:
        return exit_status.COULD_NOT_LOOK
    return exit_status.FINDINGS if breaks_within(made, _warn(options)) else exit_status.CLEAN
