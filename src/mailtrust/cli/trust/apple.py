"""`mailtrust trust apple`: iPhone, iPad and Mac, by a configuration profile, signed or not."""

import argparse
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from mailtrust.cli.arguments import Example
from mailtrust.cli.files import called_file, read_anything, read_password
from mailtrust.cli.translations import told
from mailtrust.cli.trust.making import add_way, wish_of, write
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

EXAMPLES: tuple[Example, ...] = (
    ("mailtrust trust apple --root root.pem --name 'Example Mail' --out for-apple", None),
    ("mailtrust trust apple --root root.pem --sign-cert signer.pem --sign-key signer.key --out for-apple",
     text("devices show who signed it")),
    ("mailtrust trust apple --root root.pem --name 'Example Mail' --out away --remove", text("takes it away again")),
)  # fmt: skip


def add_parser(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = add_way(
        subcommands,
        "apple",
        summary=text("iPhone, iPad and Mac: a configuration profile"),
        description=text(
            "Write a configuration profile that makes iPhones, iPads and Macs trust a root, by device management or "
            "by hand, with the second switch that iOS has, and the commands for the keychain of a Mac."
        ),
        examples=EXAMPLES,
    )
    signing = parser.add_argument_group(told(text("a signed profile")))
    signing.add_argument(
        "--sign-cert", metavar="FILE", type=Path,
        help=told(text("the signer's certificate and those above it; devices show its name")),
    )  # fmt: skip
    signing.add_argument(
        "--sign-key", metavar="FILE", type=Path,
        help=told(text("its private key (RSA or EC), which signs and is not written anywhere")),
    )  # fmt: skip
    signing.add_argument(
        "--sign-password-file", metavar="FILE", type=Path,
        help=told(text("the password of the signer's key: in this file or on standard input (-)")),
    )  # fmt: skip
    parser.set_defaults(handler=run)


def run(options: argparse.Namespace) -> int:
    """Write the kit, its profile signed where that was asked for."""
    wish, remarks = wish_of(options)
    if (options.sign_cert is None) != (options.sign_key is None):
        raise UserProblem(
            text("A profile is signed with a certificate and its key: give both, --sign-cert and --sign-key.")
        )
    if options.sign_cert is not None:
        password = read_password(options.sign_password_file)
        wish = replace(wish, sign=_signing(options.sign_cert, options.sign_key, password, wish.now))
    return write(options, wish, remarks)


def _signing(chain_file: Path, key_file: Path, password: bytes | None, now: "datetime") -> "Callable[[bytes], bytes]":
    from mailtrust.core.issuance.signed_message import SIGNERS, sign_message
    from mailtrust.flows.key_holder import holder
    from mailtrust.flows.trust import GivenFile

    chain, key = holder(
        GivenFile(called_file(chain_file), read_anything(chain_file, password)),
        GivenFile(called_file(key_file), read_anything(key_file, password)),
    )
    if key.public_key.algorithm not in SIGNERS:
        raise UserProblem(
            text("Expected an RSA or EC key in {file}: with these profiles are signed.", file=called_file(key_file))
        )  # fmt: skip
    return partial(sign_message, chain=chain, key=key, now=now)
