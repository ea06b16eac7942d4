"""`mailtrust trust thunderbird`: Thunderbird, for every user of a computer."""

import argparse

from mailtrust.cli.arguments import Example
from mailtrust.cli.trust.making import add_way
from mailtrust.core.model.text import text

EXAMPLES: tuple[Example, ...] = (
    ("mailtrust trust thunderbird --root root.pem --out for-thunderbird", None),
    (
        "mailtrust trust thunderbird --root root.pem --out for-thunderbird --merge policies.json",
        text("into a policy that is there"),
    ),
    ("mailtrust trust thunderbird --root root.pem --out away --remove", text("takes it away again")),
)


def add_parser(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    add_way(
        subcommands,
        "thunderbird",
        summary=text("Thunderbird, for every user of a computer"),
        description=text(
            "Write the policies.json that makes Thunderbird trust a root, for Linux with a script and for "
            "Windows and macOS, and what takes it out of policy and profiles again."
        ),
        examples=EXAMPLES,
        merges="policies.json",
    )
