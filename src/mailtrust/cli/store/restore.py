"""`mailtrust store restore`: a backup becomes the store again."""

import argparse
from pathlib import Path

from mailtrust.cli import exit_status
from mailtrust.cli.bundle_words import say
from mailtrust.cli.files import called_file
from mailtrust.cli.store.opening import add_store_options, opened, who
from mailtrust.cli.translations import told
from mailtrust.core.model.text import text


def add_parser(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subcommands.add_parser(
        "restore",
        help=told(text("take up a backup")),
        description=told(
            text(
                "Take up a backup: into an empty store of either engine, or with --replace instead of all that is "
                "there. The whole of it takes place, or nothing."
            )
        ),
        examples=(
            ("mailtrust store restore store-backup.db", None),
            ("mailtrust store restore store-backup.db --replace", text("what is in the store now is given up")),
        ),
    )
    parser.add_argument("file", metavar="FILE", type=Path, help=told(text("the backup")))
    parser.add_argument("--replace", action="store_true", help=told(text("give up what is in the store now")))
    add_store_options(parser)
    parser.set_defaults(handler=run)


def run(options: argparse.Namespace) -> int:
    """Take it up."""
    from mailtrust.edge.store.copying import restore

    asking = who()
    store = opened(options, create=True)
    with store.writing(asking.name, asking.now) as writer:
        restore(options.file, writer, asking.now, replace=options.replace)
        writer.record("restored", "", called_file(options.file))
    say(text("{store}: restored from {file}", store=store.called, file=called_file(options.file)))
    return exit_status.CLEAN
