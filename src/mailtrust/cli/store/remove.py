"""`mailtrust store remove`: take one thing out."""

import argparse

from mailtrust.cli import exit_status
from mailtrust.cli.bundle_words import called, say
from mailtrust.cli.store.opening import add_store_options, opened, who
from mailtrust.cli.translations import told
from mailtrust.core.model.text import text


def add_parser(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subcommands.add_parser(
        "remove",
        help=told(text("take out a certificate or request, with its key")),
        description=told(
            text(
                "Take out a certificate or a request, and its private key where nothing else in the store has it. What "
                "is assigned, or stands in the chain of another, stays."
            )
        ),
        examples=(("mailtrust store remove 5d41402a", None),),
    )
    parser.add_argument(
        "which", metavar="THUMBPRINT|NAME", help=told(text("the beginning of a thumbprint (SHA-256, SHA-1), or a name"))
    )
    add_store_options(parser)
    parser.set_defaults(handler=run)


def run(options: argparse.Namespace) -> int:
    """Take it out."""
    from mailtrust.core.model.kept import KeptRequest
    from mailtrust.flows.store import remove

    one = remove(opened(options), options.which, who())
    if isinstance(one, KeptRequest):
        say(text("removed: a request, {thumbprint}", thumbprint=one.request.fingerprint))
    else:
        say(text("removed: {name}, {thumbprint}",
                 name=called(one.certificate), thumbprint=one.certificate.fingerprint))  # fmt: skip
    return exit_status.CLEAN
