"""`mailtrust store rekey`: another passphrase or key file for the private keys."""

import argparse
from pathlib import Path

from mailtrust.cli import exit_status
from mailtrust.cli.bundle_words import say
from mailtrust.cli.files import expect_one_from_stdin, read_password
from mailtrust.cli.store.opening import add_store_options, opened, source_of, who
from mailtrust.cli.translations import told
from mailtrust.core.model.text import text


def add_parser(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subcommands.add_parser(
        "rekey",
        help=told(text("encrypt the private keys anew, under another passphrase or key file")),
        description=told(
            text(
                "Encrypt every private key anew, under another passphrase or key file. Backups made before open with "
                "the one of before."
            )
        ),
        examples=(("mailtrust store rekey --new-key-file new.key", None),),
    )
    parser.add_argument(
        "--new-key-file", metavar="FILE", type=Path, required=True,
        help=told(text("what is to open the keys: the first line of this file, or of standard input (-)")),
    )  # fmt: skip
    add_store_options(parser, keys=True)
    parser.set_defaults(handler=run)


def run(options: argparse.Namespace) -> int:
    """Do it in one step."""
    from mailtrust.edge.store.vault import KeySource
    from mailtrust.flows.store import rekey

    expect_one_from_stdin(options.key_file, options.new_key_file)
    new = KeySource(read_password(options.new_key_file))
    count = rekey(opened(options), source_of(options), new, who())
    say(
        text("private keys encrypted anew: {count}", count=count),
        text("From now on give the new passphrase or key file with --key-file, or as key_file in mailtrust.toml."),
    )
    return exit_status.CLEAN
