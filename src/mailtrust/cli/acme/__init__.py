"""`mailtrust acme`: certificates from a CA that issues by ACME; one file per subcommand."""

import argparse

from mailtrust.cli.acme import issue, register, renew, revoke
from mailtrust.cli.arguments import Example
from mailtrust.cli.translations import told
from mailtrust.core.model.text import text

SUBCOMMANDS = (register, issue, renew, revoke)
"""In the order of the help; each has `add_parser`, whose parser knows its `handler`."""

EXAMPLES: tuple[Example, ...] = (
    ("mailtrust acme register --email hostmaster@example.com --agree-terms", text("once")),
    ("mailtrust acme issue mail.example.com --webroot /var/www/html --out mail", text("a key and a chain")),
    ("mailtrust acme renew /etc/mail/tls", text("daily, by a timer")),
    ("mailtrust acme revoke mail.pem --reason keyCompromise", None),
)


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its subcommands to the command line."""
    parser = commands.add_parser(
        "acme",
        help=told(text("order certificates by ACME, and renew them")),
        description=told(
            text(
                "Order certificates from a CA that issues by ACME (Let's Encrypt and others), take the chain that most "
                "clients accept, and renew them in time, without breaking TLSA records. Needs mailtrust[acme]."
            )
        ),
        examples=EXAMPLES,
    )
    subcommands = parser.add_subparsers(dest="subcommand", metavar="SUBCOMMAND", required=True)
    for subcommand in SUBCOMMANDS:
        subcommand.add_parser(subcommands)
