"""`mailtrust store backup`: all of it in one new file."""

import argparse
from pathlib import Path

from mailtrust.cli import exit_status
from mailtrust.cli.bundle_words import say
from mailtrust.cli.files import called_file, expect_writable
from mailtrust.cli.store.opening import add_store_options, opened, who
from mailtrust.cli.translations import told
from mailtrust.core.model.text import text


def add_parser(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subcommands.add_parser(
        "backup",
        help=told(text("write all of it into one new file")),
        description=told(
            text(
                "Write the whole store, as it is at one moment, into a new file (mode 0600), while others go on using "
                "it. Private keys stay encrypted in it: what opens them is not in it."
            )
        ),
        examples=(("mailtrust store backup store-backup.db", None),),
    )
    parser.add_argument("file", metavar="FILE", type=Path, help=told(text("the new file")))
    add_store_options(parser)
    parser.set_defaults(handler=run)


def run(options: argparse.Namespace) -> int:
    """Write it."""
    from mailtrust.edge.store.copying import back_up

    expect_writable(options.file)
    with opened(options).reading() as reader:
        back_up(reader, options.file, who().now)
    say(
        text("{file}: all of the store", file=called_file(options.file)),
        text("Private keys in it open with the store's key file or passphrase alone: keep that too, somewhere else."),
    )
    return exit_status.CLEAN
