"""`mailtrust trust linux`: the store of a Linux system: OpenSSL, GnuTLS, curl."""

import argparse

from mailtrust.cli.arguments import Example
from mailtrust.cli.trust.making import add_way
from mailtrust.core.model.text import text

EXAMPLES: tuple[Example, ...] = (
    ("mailtrust trust linux --root root.pem --out for-linux", None),
    ("mailtrust trust linux --root root.pem --out away --remove", text("takes it away again")),
)


def add_parser(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    add_way(
        subcommands,
        "linux",
        summary=text("the store of a Linux system: OpenSSL, GnuTLS, curl"),
        description=text(
            "Write a script that puts a root into the store of a Linux system: Debian, Ubuntu, Red Hat, "
            "Fedora, SUSE, Arch, Alpine."
        ),
        examples=EXAMPLES,
    )
