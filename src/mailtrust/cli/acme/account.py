"""What the subcommands of `acme` share: which account, at which CA."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from mailtrust.cli.translations import told
from mailtrust.core.model.text import text

if TYPE_CHECKING:
    from mailtrust.edge.acme.account import AccountFolder

USUAL_SERVER = "letsencrypt"


def add_account_options(parser: argparse.ArgumentParser) -> None:
    """Add them; `server_of` and `account_of` read them."""
    account = parser.add_argument_group(told(text("account")))
    account.add_argument(
        "--server", metavar="URL", default=USUAL_SERVER,
        help=told(text("the CA's ACME directory, letsencrypt (default) or letsencrypt-staging")),
    )  # fmt: skip
    account.add_argument(
        "--account", metavar="DIR", type=Path,
        help=told(text("the account's folder (default: one for each server, in your configuration folder)")),
    )  # fmt: skip


def server_of(options: argparse.Namespace) -> str:
    """The URL of the directory."""
    from mailtrust.core.model.renewing import KNOWN_SERVERS

    given: str = options.server
    return KNOWN_SERVERS.get(given.lower(), given)


def account_of(options: argparse.Namespace) -> "AccountFolder":
    """The account's folder. Raises UserProblem for a server that is no HTTPS URL."""
    from mailtrust.edge.acme.account import AccountFolder, usual_folder

    return AccountFolder(usual_folder(server_of(options)) if options.account is None else options.account.resolve())
