"""`mailtrust cert`: make, read and convert certificates; one file per subcommand."""

import argparse

from mailtrust.cli.arguments import Example
from mailtrust.cli.cert import accept, convert, inf, inspect, request, self_signed
from mailtrust.cli.translations import told
from mailtrust.core.model.text import text

SUBCOMMANDS = (self_signed, request, accept, inf, inspect, convert)
"""In the order of the help; each has `add_parser`, whose parser knows its `handler`."""

EXAMPLES: tuple[Example, ...] = (
    ("mailtrust cert self-signed mail.example.com", text("a certificate of one's own, and the root that vouches")),
    ("mailtrust cert request mail.example.com", text("a key, and a request for a CA")),
    (
        "mailtrust cert accept from-the-ca.zip mail.example.com.key --for pfx",
        text("the CA's answer, joined with the key"),
    ),
    ("mailtrust cert inspect mail.pfx --password-file -", text("what is in a file")),
)


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its subcommands to the command line."""
    parser = commands.add_parser(
        "cert",
        help=told(text("make, read and convert certificates")),
        description=told(text("Make, read and convert certificates, requests and keys. Nothing is installed.")),
        examples=EXAMPLES,
    )
    subcommands = parser.add_subparsers(dest="subcommand", metavar="SUBCOMMAND", required=True)
    for subcommand in SUBCOMMANDS:
        subcommand.add_parser(subcommands)
