"""What the subcommands of `ca` share: which CA, who asks, and how its keys are opened."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from mailtrust.cli.files import read_password
from mailtrust.cli.translations import told
from mailtrust.core.model.text import text

if TYPE_CHECKING:
    from mailtrust.edge.ca.folder import CaFolder
    from mailtrust.flows.private_ca import Operator


def add_ca_options(parser: argparse.ArgumentParser, *, keys: bool = True, lang: bool = True) -> None:
    """Add them; `folder_of` and `operator_of` read them."""
    parser.add_argument(
        "--ca", metavar="DIR", type=Path, default=Path("ca"), help=told(text("the folder of the CA (default: ca)"))
    )
    if keys:
        parser.add_argument(
            "--password-file", metavar="FILE", type=Path,
            help=told(text("the password of the CA's keys, read from this file or from standard input (-)")),
        )  # fmt: skip
    if lang:
        parser.add_argument("--lang", choices=("en", "fr", "zh"), help=told(text("language of the messages")))


def folder_of(options: argparse.Namespace) -> "CaFolder":
    """The folder named."""
    from mailtrust.edge.ca.folder import CaFolder

    return CaFolder(options.ca)


def operator_of(options: argparse.Namespace) -> "Operator":
    """Who runs this, now."""
    from datetime import UTC, datetime

    from mailtrust.edge.person import user_name
    from mailtrust.flows.private_ca import Operator

    return Operator(user_name(), datetime.now(UTC), read_password(options.password_file))
