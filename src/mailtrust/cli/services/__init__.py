"""`mailtrust services`: which certificate serves which service; one file per subcommand."""

import argparse

from mailtrust.cli.arguments import Example
from mailtrust.cli.services import check, collect, enable, least, listing, remove, select
from mailtrust.cli.translations import told
from mailtrust.core.model.text import text

SUBCOMMANDS = (collect, listing, check, select, enable, remove, least)
"""In the order of the help; each has `add_parser`, whose parser knows its `handler`."""

EXAMPLES: tuple[Example, ...] = (
    ("mailtrust services collect -o collect.ps1", text("the script that exports what Exchange knows, and only reads")),
    ("mailtrust services list --served", text("which certificate serves which service, on every kind of server")),
    (
        "mailtrust services enable --export exchange.json --thumbprint 434A...56AB --services IIS,SMTP -o enable.ps1",
        text("what it takes, as a script that takes itself back"),
    ),
    ("mailtrust services check --live mail1.example.com", text("Exchange itself is asked, instead of an export")),
    ("mailtrust services check --export exchange.json", text("Exchange's traps and deadlines, and how to mend them")),
)


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its subcommands to the command line."""
    parser = commands.add_parser(
        "services",
        help=told(text("assign certificates to services, by Exchange's rules and everyone else's")),
        description=told(
            text(
                "Which certificate serves which service: shown for every kind of server, checked, and changed by a "
                "script that keeps Exchange's own rules. What Exchange knows comes from an export, or from Exchange "
                "itself with --live; only then can it be told as well."
            )
        ),
        examples=EXAMPLES,
    )
    subcommands = parser.add_subparsers(dest="subcommand", metavar="SUBCOMMAND", required=True)
    for subcommand in SUBCOMMANDS:
        subcommand.add_parser(subcommands)
