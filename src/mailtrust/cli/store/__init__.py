"""`mailtrust store`: keep certificates and keys, find them, choose among them; one file per subcommand."""

import argparse

from mailtrust.cli.arguments import Example
from mailtrust.cli.store import (
    assign,
    backup,
    changes,
    choose,
    export,
    importing,
    listing,
    move,
    rekey,
    remove,
    restore,
    show,
)
from mailtrust.cli.translations import told
from mailtrust.core.model.text import text

SUBCOMMANDS = (importing, listing, show, choose, assign, export, remove, changes, rekey, backup, restore, move)
"""In the order of the help; each has `add_parser`, whose parser knows its `handler`."""

EXAMPLES: tuple[Example, ...] = (
    ("mailtrust store import from-the-ca.zip mail.key", text("certificates, chain and key, the key encrypted")),
    ("mailtrust store list --expiring 30d", None),
    ("mailtrust store choose mail.example.com:imap", text("which certificate serves it best, and why")),
    ("mailtrust store export mail.example.com --form pfx --with-key --password-file pw -o mail.pfx", None),
    ("mailtrust store backup store-backup.db", None),
)


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its subcommands to the command line."""
    parser = commands.add_parser(
        "store",
        help=told(text("keep certificates and keys, and choose among them")),
        description=told(
            text(
                "Keep certificates, chains, requests and private keys, and what serves where. In one file, or in a "
                "PostgreSQL database that a team shares. Private keys are always encrypted, and never shown."
            )
        ),
        examples=EXAMPLES,
    )
    subcommands = parser.add_subparsers(dest="subcommand", metavar="SUBCOMMAND", required=True)
    for subcommand in SUBCOMMANDS:
        subcommand.add_parser(subcommands)
