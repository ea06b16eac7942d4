"""`mailtrust store export`: give out a certificate, its chain, and its key where that is asked for."""

import argparse
import os
from pathlib import Path

from mailtrust.cli import exit_status
from mailtrust.cli.arguments import Example
from mailtrust.cli.bundle_words import say
from mailtrust.cli.cert.convert import TARGETS
from mailtrust.cli.files import expect_harmless, expect_one_from_stdin, expect_writable, read_password, write_output
from mailtrust.cli.store.opening import add_store_options, opened, source_of, who
from mailtrust.cli.translations import told
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text

EXAMPLES: tuple[Example, ...] = (
    ("mailtrust store export mail.example.com -o fullchain.pem", text("the certificate and its chain")),
    ("mailtrust store export 5d41402a --form der -o root.cer", text("the public part alone, for a group policy")),
    ("mailtrust store export mail.example.com --form pfx --with-key --password-file pw -o mail.pfx", None),
)


def add_parser(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subcommands.add_parser(
        "export",
        help=told(text("give out a certificate, with its key where that is asked for")),
        description=told(
            text(
                "Write a certificate with its chain, as servers present it (without the root); DER is the certificate "
                "alone, as group policies take it. Only --with-key gives the private key out, and that is put down."
            )
        ),
        examples=EXAMPLES,
    )
    parser.add_argument(
        "which", metavar="THUMBPRINT|NAME", help=told(text("the beginning of a thumbprint (SHA-256, SHA-1), or a name"))
    )
    parser.add_argument(
        "--form", metavar="FORM", choices=TARGETS, default="pem",
        help=told(text("pem (default), der, pkcs7, pfx, jks or key")),
    )  # fmt: skip
    parser.add_argument("--alone", action="store_true", help=told(text("without the chain")))
    parser.add_argument("--with-root", action="store_true", help=told(text("with the root, where it is kept")))
    parser.add_argument("--with-key", action="store_true", help=told(text("with the private key")))
    parser.add_argument(
        "--password-file", metavar="FILE", type=Path,
        help=told(text("the password of what is written, in this file or on standard input (-)")),
    )  # fmt: skip
    parser.add_argument(
        "--legacy", action="store_true", help=told(text("a PFX with 3DES and SHA-1, as Server 2016 and older read it"))
    )
    parser.add_argument(
        "-o", "--output", metavar="FILE", type=Path, help=told(text("write here instead of standard output"))
    )
    add_store_options(parser, keys=True)
    parser.set_defaults(handler=run)


def run(options: argparse.Namespace) -> int:
    """Find it, write it."""
    from datetime import UTC, datetime

    from mailtrust.core.x509.conversion import HOLDS_KEY, Wanted, convert
    from mailtrust.flows.store import key_of, look
    from mailtrust.flows.store_finding import the_one

    expect_one_from_stdin(options.password_file, options.key_file)
    expect_writable(options.output)
    if options.with_key and options.form not in HOLDS_KEY:
        raise UserProblem(text("{form} holds no private key: leave --with-key out.", form=options.form))
    if options.form == "key" and not options.with_key:
        raise UserProblem(text("The form key is the private key: say --with-key if it is to be given out."))
    password = read_password(options.password_file)
    store = opened(options)
    one = the_one(look(store), options.which)
    chain = one.chain if not (options.alone or options.form == "der") else one.chain[:1]
    if not options.with_root:
        chain = (chain[0], *(issuer for issuer in chain[1:] if not issuer.self_issued))
    if options.with_key:  # before anything is opened or put down
        expect_harmless(options.output, b"", None)
    key = key_of(store, one, source_of(options), who()) if options.with_key else None
    wanted = Wanted(options.form, password=password, legacy=options.legacy)
    data = convert(chain, key, wanted, salt=os.urandom(20), now=datetime.now(UTC))
    expect_harmless(options.output, data, key)
    write_output(data, options.output, private=key is not None)
    if key is not None and password is None:
        say(text("The private key in it is not encrypted: keep the file to yourself (mode 0600)."))
    if options.form == "pfx" and password is None:
        say(text("The PFX has no password: where Windows asks for it, press Enter. --password-file gives it one."))
    return exit_status.CLEAN
