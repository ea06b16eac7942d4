"""`mailtrust acme revoke`: take a certificate back."""

import argparse
from pathlib import Path

from mailtrust.cli import exit_status
from mailtrust.cli.acme.account import account_of, add_account_options
from mailtrust.cli.bundle_words import say
from mailtrust.cli.cert.making import names_of_certificate
from mailtrust.cli.files import hypothetical_chain
from mailtrust.cli.translations import told
from mailtrust.core.model.text import text

REASONS = {"unspecified": 0, "keyCompromise": 1, "affiliationChanged": 3, "superseded": 4, "cessationOfOperation": 5}
"""RFC 5280 5.3.1, as far as public CAs take them from a subscriber (Mozilla Root Store Policy 6.1.1)."""


def add_parser(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subcommands.add_parser(
        "revoke",
        help=told(text("take a certificate back")),
        description=told(
            text("Have a certificate revoked by the account that ordered it. Its files stay where they are.")
        ),
        examples=(("mailtrust acme revoke mail.pem --reason keyCompromise", None),),
    )
    parser.add_argument("certificate", metavar="FILE", type=Path, help=told(text("the certificate, its chain behind")))
    parser.add_argument(
        "--reason", metavar="REASON", choices=tuple(REASONS), default="unspecified",
        help=told(text("unspecified (default), keyCompromise, affiliationChanged, superseded or cessationOfOperation")),
    )  # fmt: skip
    add_account_options(parser)
    parser.add_argument("--lang", choices=("en", "fr", "zh"), help=told(text("language of the messages")))
    parser.set_defaults(handler=run)


def run(options: argparse.Namespace) -> int:
    """Have it revoked."""
    from mailtrust.flows.acme import opened

    leaf = hypothetical_chain(options.certificate)[0]
    with opened(account_of(options)) as session:
        session.revoke(leaf, REASONS[options.reason])
    say(
        text("revoked {serial} for {names}: {reason}",
             serial=f"{leaf.serial:x}", names=names_of_certificate(leaf), reason=options.reason)
    )  # fmt: skip
    return exit_status.CLEAN
