"""`mailtrust ca`: a certification authority of one's own; one file per subcommand."""

import argparse

from mailtrust.cli.arguments import Example
from mailtrust.cli.ca import audit, crl, init, issue, listing, renew, revoke, serve
from mailtrust.cli.translations import told
from mailtrust.core.model.text import text

SUBCOMMANDS = (init, issue, renew, revoke, crl, serve, listing, audit)
"""In the order of the help; each has `add_parser`, whose parser knows its `handler`."""

EXAMPLES: tuple[Example, ...] = (
    ("mailtrust ca init --name 'Example Mail' --domain example.com", text("once")),
    ("mailtrust cert request mail.example.com --out mail", text("on the server: a key and a request")),
    ("mailtrust ca issue mail.csr --out mail", text("the certificate for it")),
    ("mailtrust ca revoke mail.example.com --reason keyCompromise", None),
    ("mailtrust ca crl", text("daily, by a timer")),
    ("mailtrust ca serve --listen 0.0.0.0:80", text("lists and OCSP for clients")),
)


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its subcommands to the command line."""
    parser = commands.add_parser(
        "ca",
        help=told(text("keep a certification authority of one's own")),
        description=told(
            text(
                "Keep a certification authority for the mail servers of one organisation: a folder with a journal of "
                "all that was done, which nothing that happens in between leaves half-written."
            )
        ),
        examples=EXAMPLES,
    )
    subcommands = parser.add_subparsers(dest="subcommand", metavar="SUBCOMMAND", required=True)
    for subcommand in SUBCOMMANDS:
        subcommand.add_parser(subcommands)
