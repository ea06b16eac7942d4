"""`mailtrust trust android`: Android: certificates, and what they reach."""

import argparse

from mailtrust.cli.arguments import Example
from mailtrust.cli.trust.making import add_way
from mailtrust.core.model.text import text

EXAMPLES: tuple[Example, ...] = (
    ("mailtrust trust android --root root.pem --out for-android", None),
    ("mailtrust trust android --root root.pem --out away --remove", text("takes it away again")),
)


def add_parser(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    add_way(
        subcommands,
        "android",
        summary=text("Android: certificates, and what they reach"),
        description=text(
            "Write the certificates as Android takes them, the settings for device management, and what they "
            "reach and what they do not."
        ),
        examples=EXAMPLES,
    )
