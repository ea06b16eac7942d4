"""`mailtrust store list`: what is kept."""

import argparse

from mailtrust.cli import exit_status
from mailtrust.cli.screen import show
from mailtrust.cli.screen_options import add_screen_options
from mailtrust.cli.store.opening import add_store_options, opened, who
from mailtrust.cli.translations import told
from mailtrust.core.model.text import text


def add_parser(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subcommands.add_parser(
        "list",
        help=told(text("show what is kept")),
        description=told(text("Show the certificates and requests that are kept, the first to end first.")),
        examples=(
            ("mailtrust store list --expiring 30d", text("what ends within 30 days, or has ended")),
            ("mailtrust store list --name mail.example.com --format json", None),
        ),
    )
    parser.add_argument(
        "--expiring",
        metavar="TIME",
        help=told(text("only what ends so soon: days, or part of the lifetime")),
    )
    parser.add_argument("--name", metavar="HOST", help=told(text("only what names this host, wildcards included")))
    add_store_options(parser, lang=False)
    add_screen_options(parser)
    parser.set_defaults(handler=run)


def run(options: argparse.Namespace) -> int:
    """Show it."""
    from mailtrust.core.formats.threshold import parse_threshold
    from mailtrust.core.report.store_text import show_list
    from mailtrust.core.report.store_wire import store_wire
    from mailtrust.flows.store import look
    from mailtrust.flows.store_finding import listed

    expiring = None if options.expiring is None else parse_threshold(options.expiring)
    store, now = opened(options), who().now
    holdings = look(store)
    chosen = listed(holdings, now, host=options.name, expiring=expiring)
    requests = holdings.requests if options.name is None and expiring is None else ()
    show(
        options,
        store_wire(store.called, holdings, chosen, requests),
        lambda page: show_list(page, holdings, chosen, requests, now),
    )
    return exit_status.CLEAN
