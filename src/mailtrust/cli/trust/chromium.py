"""`mailtrust trust chromium`: Chrome, Chromium and Edge on Linux."""

import argparse

from mailtrust.cli.arguments import Example
from mailtrust.cli.trust.making import add_way
from mailtrust.core.model.text import text

EXAMPLES: tuple[Example, ...] = (
    ("mailtrust trust chromium --root root.pem --out for-chromium", None),
    (
        "mailtrust trust chromium --root root.pem --out for-chromium --merge policy.json",
        text("into a policy that is there"),
    ),
    ("mailtrust trust chromium --root root.pem --out away --remove", text("takes it away again")),
)


def add_parser(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    add_way(
        subcommands,
        "chromium",
        summary=text("Chrome, Chromium and Edge on Linux"),
        description=text(
            "Write the policy that makes Chrome, Chromium and Edge on Linux trust a root, with a script that "
            "puts it where they look. On Windows and macOS they trust what the system trusts."
        ),
        examples=EXAMPLES,
        merges="policy.json",
    )
