"""`mailtrust acme register`: an account with a CA."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from mailtrust.cli import exit_status
from mailtrust.cli.acme.account import account_of, add_account_options, server_of
from mailtrust.cli.bundle_words import say
from mailtrust.cli.files import called_file, certificates_of, read_password
from mailtrust.cli.translations import told
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text

if TYPE_CHECKING:
    from mailtrust.edge.acme.session import ExternalAccount


def add_parser(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subcommands.add_parser(
        "register",
        help=told(text("make an account with a CA, once")),
        description=told(
            text(
                "Make an account with a CA: its key is written (mode 0600) before the CA hears of it. Done again, it "
                "finds the account of the same key."
            )
        ),
        examples=(
            ("mailtrust acme register --email hostmaster@example.com --agree-terms", None),
            (
                "mailtrust acme register --server https://acme.example.com/dir --eab-kid ID --eab-key-file eab.key",
                text("where the CA wants to know whose account it is"),
            ),
        ),
    )
    parser.add_argument(
        "--email", metavar="ADDRESS", action="append", default=[], help=told(text("where the CA may write to"))
    )
    parser.add_argument(
        "--agree-terms", action="store_true", help=told(text("you have read the CA's terms of service, and agree"))
    )
    parser.add_argument("--eab-kid", metavar="ID", help=told(text("the key's name that the CA has told you")))
    parser.add_argument(
        "--eab-key-file", metavar="FILE", type=Path,
        help=told(text("the key that belongs to it, read from this file or from standard input (-)")),
    )  # fmt: skip
    parser.add_argument(
        "--server-roots", metavar="PEM", type=Path,
        help=told(text("trust the ACME server itself by these roots (a CA of your own)")),
    )  # fmt: skip
    add_account_options(parser)
    parser.add_argument("--lang", choices=("en", "fr", "zh"), help=told(text("language of the messages")))
    parser.set_defaults(handler=run)


def run(options: argparse.Namespace) -> int:
    """Make the account, or find it."""
    from mailtrust.flows.acme import register, session_maker

    session_maker()  # before anything is written
    folder = account_of(options)
    for address in options.email:
        if address.count("@") != 1 or not address.isprintable() or any(one in address for one in " ,;?<>"):
            raise UserProblem(
                text("Expected an e-mail address after --email, got “{given}”.", given=clean(address, 100))
            )
    if options.server_roots is not None:
        certificates_of(options.server_roots)
    account = register(
        folder,
        server_of(options),
        options.email,
        agreed=options.agree_terms,
        external=_external(options),
        server_roots=options.server_roots,
    )
    say(
        text("account: {url}", url=clean(account.account, 300)),
        text("{folder}: its key, which stays here (mode 0600)", folder=called_file(folder.path)),
    )
    return exit_status.CLEAN


def _external(options: argparse.Namespace) -> "ExternalAccount | None":
    from mailtrust.edge.acme.session import ExternalAccount

    if (options.eab_kid is None) != (options.eab_key_file is None):
        raise UserProblem(text("--eab-kid and --eab-key-file go together: the CA tells you both."))
    if options.eab_kid is None:
        return None
    key = (read_password(options.eab_key_file) or b"").decode("ascii", "replace").strip()
    if not key or any(not (one.isascii() and (one.isalnum() or one in "-_=")) for one in key):
        raise UserProblem(
            text("Expected a Base64url key as the CA tells it in {path}, found something else.",
                 path=called_file(options.eab_key_file))
        )  # fmt: skip
    return ExternalAccount(options.eab_kid, key.rstrip("="))
