"""`mailtrust store move`: the same store in another place, or another engine."""

import argparse

from mailtrust.cli import exit_status
from mailtrust.cli.bundle_words import say
from mailtrust.cli.store.opening import add_store_options, given_place, opened, who
from mailtrust.cli.translations import told
from mailtrust.core.model.text import text


def add_parser(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subcommands.add_parser(
        "move",
        help=told(text("carry all of it to another place or engine")),
        description=told(
            text(
                "Carry the whole store into an empty one: from a file into a PostgreSQL database, or the other way. "
                "What is at the old place stays there until you delete it."
            )
        ),
        examples=(("mailtrust store move --to postgresql://mailtrust@db.example.com/mailtrust", None),),
    )
    parser.add_argument("--to", metavar="PLACE", required=True, help=told(text("a file or a URL, as of --store")))
    add_store_options(parser)
    parser.set_defaults(handler=run)


def run(options: argparse.Namespace) -> int:
    """Carry it."""
    from mailtrust.edge.store.copying import move
    from mailtrust.edge.store.store import Store

    asking = who()
    old = opened(options)
    new = Store.open(given_place(options.to), asking.now, create=True)
    move(old, new, asking.name, asking.now)
    say(
        text("{new}: all of {old}", new=new.called, old=old.called),
        text(
            'Write store = "{new}" into mailtrust.toml, so that it is used from now on. Its private keys open with '
            "the same key file or passphrase as before: name it there as key_file.",
            new=new.called,
        ),
    )
    return exit_status.CLEAN
