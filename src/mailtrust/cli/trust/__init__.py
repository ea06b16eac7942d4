"""`mailtrust trust`: bring an anchor to clients, and take it away again; one file per way."""

import argparse

from mailtrust.cli.arguments import Example
from mailtrust.cli.translations import told
from mailtrust.cli.trust import android, apple, check, chromium, firefox, gpo, java, linux, nss, thunderbird, windows
from mailtrust.core.model.text import text

SUBCOMMANDS = (gpo, windows, firefox, thunderbird, chromium, apple, android, linux, java, nss, check)
"""In the order of the help; each has `add_parser`, whose parser knows its `handler`."""

EXAMPLES: tuple[Example, ...] = (
    ("mailtrust trust gpo --root root.pem --name 'Example Mail' --out policy", text("a Group Policy")),
    ("mailtrust trust windows --root root.pem --out for-windows", text("a script, commands, and clicks")),
    ("mailtrust trust windows --root root.pem --out away --remove", text("and what takes it away again")),
    ("mailtrust trust check --listen 192.168.1.5 --ca ca", text("who trusts it? A page and mail ports tell")),
)


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its subcommands to the command line."""
    parser = commands.add_parser(
        "trust",
        help=told(text("bring a root to clients, and take it away again")),
        description=told(
            text(
                "Write a folder with what brings a root to clients: files, scripts, and a README with the steps. "
                "Nothing is installed here. Private keys are neither wanted nor written."
            )
        ),
        examples=EXAMPLES,
    )
    subcommands = parser.add_subparsers(dest="subcommand", metavar="WAY", required=True)
    for subcommand in SUBCOMMANDS:
        subcommand.add_parser(subcommands)
