"""`mailtrust trust java`: Java: cacerts, or a trust store for one program."""

import argparse

from mailtrust.cli.arguments import Example
from mailtrust.cli.trust.making import add_way
from mailtrust.core.model.text import text

EXAMPLES: tuple[Example, ...] = (
    ("mailtrust trust java --root root.pem --out for-java", None),
    ("mailtrust trust java --root root.pem --out away --remove", text("takes it away again")),
)


def add_parser(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    add_way(
        subcommands,
        "java",
        summary=text("Java: cacerts, or a trust store for one program"),
        description=text(
            "Write a script that puts a root into the cacerts of every Java of a computer, and trust stores "
            "(PKCS#12, JKS) for single programs."
        ),
        examples=EXAMPLES,
    )
