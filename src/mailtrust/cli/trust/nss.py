"""`mailtrust trust nss`: NSS databases: Chromium on Linux, Firefox, Thunderbird."""

import argparse

from mailtrust.cli.arguments import Example
from mailtrust.cli.trust.making import add_way
from mailtrust.core.model.text import text

EXAMPLES: tuple[Example, ...] = (
    ("mailtrust trust nss --root root.pem --out for-nss", None),
    ("mailtrust trust nss --root root.pem --out away --remove", text("takes it away again")),
)


def add_parser(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    add_way(
        subcommands,
        "nss",
        summary=text("NSS databases: Chromium on Linux, Firefox, Thunderbird"),
        description=text(
            "Write a script that puts a root into the NSS databases of a user: Chromium's on Linux, and the "
            "profiles of Firefox and Thunderbird."
        ),
        examples=EXAMPLES,
    )
