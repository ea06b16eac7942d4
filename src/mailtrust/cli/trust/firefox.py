"""`mailtrust trust firefox`: Firefox, for every user of a computer."""

import argparse

from mailtrust.cli.arguments import Example
from mailtrust.cli.trust.making import add_way
from mailtrust.core.model.text import text

EXAMPLES: tuple[Example, ...] = (
    ("mailtrust trust firefox --root root.pem --out for-firefox", None),
    (
        "mailtrust trust firefox --root root.pem --out for-firefox --merge policies.json",
        text("into a policy that is there"),
    ),
    ("mailtrust trust firefox --root root.pem --out away --remove", text("takes it away again")),
)


def add_parser(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    add_way(
        subcommands,
        "firefox",
        summary=text("Firefox, for every user of a computer"),
        description=text(
            "Write the policies.json that makes Firefox trust a root, for Linux with a script and for Windows "
            "and macOS, and what takes it out of policy and profiles again."
        ),
        examples=EXAMPLES,
        merges="policies.json",
    )
