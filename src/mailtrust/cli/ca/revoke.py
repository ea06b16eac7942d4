"""`mailtrust ca revoke`: take a certificate back."""

import argparse

from mailtrust.cli import exit_status
from mailtrust.cli.bundle_words import say
from mailtrust.cli.ca.opening import add_ca_options, folder_of, operator_of
from mailtrust.cli.files import called_file
from mailtrust.cli.translations import told
from mailtrust.core.model.private_ca import REVOCATION_REASONS
from mailtrust.core.model.text import text


def add_parser(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subcommands.add_parser(
        "revoke",
        help=told(text("take a certificate back, and sign a new list")),
        description=told(text("Take a certificate back for good, and sign a revocation list that says so.")),
        examples=(("mailtrust ca revoke mail.example.com --reason keyCompromise", None),),
    )
    parser.add_argument(
        "which", metavar="NAME|SERIAL", help=told(text("a name in it (the newest), its serial number, or `issuing`"))
    )
    parser.add_argument(
        "--reason", metavar="REASON", choices=REVOCATION_REASONS, default="unspecified",
        help=told(text("unspecified (default), keyCompromise, affiliationChanged, superseded, cessationOfOperation, "
                       "privilegeWithdrawn")),
    )  # fmt: skip
    add_ca_options(parser)
    parser.set_defaults(handler=run)


def run(options: argparse.Namespace) -> int:
    """Take it back."""
    from mailtrust.flows.private_ca import opened, serial_of

    with opened(folder_of(options), operator_of(options)) as ca:
        serial = serial_of(ca.state, options.which)
        ca.revoke(serial, options.reason)
        by = ca.state.revoked[serial].by
    say(
        text("revoked {serial}: {reason}", serial=f"{serial:x}", reason=options.reason),
        text("{file}: the new revocation list", file=called_file(options.ca / f"{by}.crl")),
    )
    return exit_status.CLEAN
