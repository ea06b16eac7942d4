"""`mailtrust store changes`: what was done, by whom, when."""

import argparse

from mailtrust.cli import exit_status
from mailtrust.cli.screen import show
from mailtrust.cli.screen_options import add_screen_options
from mailtrust.cli.store.opening import add_store_options, opened
from mailtrust.cli.translations import told
from mailtrust.core.model.text import text


def add_parser(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subcommands.add_parser(
        "changes",
        help=told(text("show what was done to the store")),
        description=told(text("Show everything that was done to the store, by whom and when, the first first.")),
        examples=(("mailtrust store changes --format json", None),),
    )
    add_store_options(parser, lang=False)
    add_screen_options(parser)
    parser.set_defaults(handler=run)


def run(options: argparse.Namespace) -> int:
    """Show them."""
    from mailtrust.core.report.store_text import show_changes
    from mailtrust.core.report.store_wire import changes_wire

    store = opened(options)
    with store.reading() as reader:
        changes = reader.changes()
    show(options, changes_wire(store.called, changes), lambda page: show_changes(page, changes))
    return exit_status.CLEAN
