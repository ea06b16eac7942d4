"""`mailtrust trust windows`: for one computer, or for a help desk."""

import argparse

from mailtrust.cli.arguments import Example
from mailtrust.cli.trust.making import add_way
from mailtrust.core.model.text import text

EXAMPLES: tuple[Example, ...] = (
    ("mailtrust trust windows --root root.pem --out for-windows", None),
    ("mailtrust trust windows --root root.pem --out away --remove", text("takes it away again")),
)


def add_parser(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    add_way(
        subcommands,
        "windows",
        summary=text("one Windows computer: script, commands, clicks"),
        description=text(
            "Write a PowerShell script, the same as certutil commands, and the clicks for a help desk, for the "
            "certificate stores of one Windows computer. For many computers there is `mailtrust trust gpo`."
        ),
        examples=EXAMPLES,
    )
