"""`mailtrust cert convert`: certificates and keys from one form of file to another."""

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from mailtrust.cli import exit_status
from mailtrust.cli.arguments import Example
from mailtrust.cli.bundle_words import say
from mailtrust.cli.files import (
    called_file,
    expect_harmless,
    expect_one_from_stdin,
    expect_writable,
    read_anything,
    read_key,
    read_password,
    write_output,
)
from mailtrust.cli.translations import told
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text

if TYPE_CHECKING:
    from mailtrust.core.model.certificate import Certificate
    from mailtrust.core.x509.private_key import PrivateKey
    from mailtrust.core.x509.request import RequestForm

EXAMPLES: tuple[Example, ...] = (
    ("mailtrust cert convert mail.pfx --password-file pw --to pem -o mail.pem", text("certificates and key as PEM")),
    (
        "mailtrust cert convert fullchain.pem --key mail.key --to pfx --legacy --password-file - -o mail.pfx",
        text("for Windows Server 2016 and older"),
    ),
    ("mailtrust cert convert chain.p7b --only root --to der -o root.cer", text("for a group policy")),
    ("mailtrust cert convert root.pem --to jks --password-file pw -o roots.jks", text("a trust store for Java")),
)

TARGETS = ("pem", "der", "pkcs7", "pfx", "jks", "key")
"""As core/x509/conversion.py has them, which is not loaded for --help; a test compares."""
REQUESTS: "dict[str, RequestForm]" = {"csr": "pem", "csr-der": "der", "csr-utf16": "utf16"}
"""Requests, in the forms of core/x509/request.py."""
PARTS = ("all", "leaf", "issuers", "root")


def add_parser(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subcommands.add_parser(
        "convert",
        help=told(text("write certificates and keys in another form")),
        description=told(
            text(
                "Read PEM, DER, PKCS#7, PFX, JKS or the zip of a CA, and write it in another form: the server's "
                "certificate first, its issuers behind."
            )
        ),
        examples=EXAMPLES,
    )
    parser.add_argument("files", metavar="FILE", nargs="+", type=Path, help=told(text("what to read")))
    parser.add_argument(
        "--to",
        metavar="FORM",
        choices=(*TARGETS, *REQUESTS),
        required=True,
        help=told(text("pem, der, pkcs7, pfx, jks or key; a request: csr, csr-der or csr-utf16")),
    )
    parser.add_argument(
        "--only", metavar="PART", choices=PARTS, default="all", help=told(text("all (default), leaf, issuers or root"))
    )
    parser.add_argument(
        "--key", metavar="FILE", type=Path, help=told(text("the private key, where it stands elsewhere"))
    )
    parser.add_argument("--no-key", action="store_true", help=told(text("leave the private key out")))
    passwords = parser.add_argument_group(told(text("passwords")))
    passwords.add_argument(
        "--password-file", metavar="FILE", type=Path,
        help=told(text("the password of what is read, and of what is written: in this file or on standard input (-)")),
    )  # fmt: skip
    passwords.add_argument(
        "--new-password-file", metavar="FILE", type=Path, help=told(text("another password for what is written"))
    )
    passwords.add_argument("--no-new-password", action="store_true", help=told(text("write it without a password")))
    windows = parser.add_argument_group(told(text("for Windows")))
    windows.add_argument(
        "--legacy", action="store_true", help=told(text("a PFX with 3DES and SHA-1, as Server 2016 and older read it"))
    )
    windows.add_argument("--friendly-name", metavar="NAME", help=told(text("what Windows shows; an alias in JKS")))
    windows.add_argument(
        "--provider", metavar="NAME",
        help=told(text("keep the key with this provider, such as Microsoft RSA SChannel Cryptographic Provider")),
    )  # fmt: skip
    windows.add_argument(
        "--machine", action="store_true", help=told(text("keep the key in the machine's store, whoever imports it"))
    )
    parser.add_argument(
        "-o", "--output", metavar="FILE", type=Path, help=told(text("write here instead of standard output"))
    )
    parser.add_argument("--lang", choices=("en", "fr", "zh"), help=told(text("language of the messages")))
    parser.set_defaults(handler=run)


def run(options: argparse.Namespace) -> int:
    """Read, choose, write."""
    from datetime import UTC, datetime

    from mailtrust.core.x509.conversion import HOLDS_KEY, Wanted, chosen, convert
    from mailtrust.core.x509.pkcs12_attributes import KeyHome

    expect_one_from_stdin(*options.files, options.key, options.password_file, options.new_password_file)
    expect_writable(options.output)
    _expect_fitting(options)
    if options.to in REQUESTS:
        write_output(_request(options), options.output)
        return exit_status.CLEAN
    password = read_password(options.password_file)
    new_password = password if options.new_password_file is None else read_password(options.new_password_file)
    certificates, key = _read(options, password)
    held = key if options.to in HOLDS_KEY and not options.no_key and options.only in ("all", "leaf") else None
    chain = () if options.to == "key" else chosen(certificates, held, options.only)
    home = KeyHome(options.provider or "", machine=options.machine) if options.provider or options.machine else None
    wanted = Wanted(
        options.to,
        password=None if options.no_new_password else new_password,
        legacy=options.legacy,
        friendly_name=options.friendly_name,
        home=home,
    )
    data = convert(chain, held, wanted, salt=os.urandom(20), now=datetime.now(UTC))
    expect_harmless(options.output, data, held)
    write_output(data, options.output, private=held is not None)
    if held is not None and wanted.password is None:
        say(text("The private key in it is not encrypted: keep the file to yourself (mode 0600)."))
    if options.to == "pfx" and wanted.password is None:
        say(text("The PFX has no password: where Windows asks for it, press Enter. --password-file gives it one."))
    return exit_status.CLEAN


def _request(options: argparse.Namespace) -> bytes:
    """The one request that is in the files, in another form."""
    from mailtrust.core.x509.containers import Kind
    from mailtrust.core.x509.request import write_request_file

    others = [other for path in options.files for other in read_anything(path).others]
    found = {other.octets for other in others if other.kind is Kind.REQUEST}
    if len(found) != 1:
        raise UserProblem(text("Expected one request (PKCS#10) in the files, found {count}.", count=len(found)))
    return write_request_file(found.pop(), REQUESTS[options.to])


def _expect_fitting(options: argparse.Namespace) -> None:
    if options.to != "pfx":
        for name in ("legacy", "provider", "machine"):
            if getattr(options, name):
                raise UserProblem(text("{option} is for --to pfx.", option=f"--{name}"))
    if options.friendly_name is not None and not (
        0 < len(options.friendly_name) <= 64 and options.friendly_name.isprintable()
    ):
        raise UserProblem(text("Expected a name of 1 to 64 characters that can be shown after --friendly-name."))
    if options.provider is not None and not (0 < len(options.provider) <= 256 and options.provider.isprintable()):
        raise UserProblem(text("Expected the name of a provider after --provider, as `certutil -csplist` shows it."))


def _read(options: argparse.Namespace, password: bytes | None) -> "tuple[tuple[Certificate, ...], PrivateKey | None]":
    """Every certificate of all files, and the key that is meant."""
    contents = [read_anything(path, password) for path in options.files]
    certificates = tuple({one.fingerprint: one for read in contents for one in read.certificates}.values())
    keys = {key.spki: key for read in contents for key in read.keys}
    if not certificates and (options.to != "key"):
        problems = [problem for read in contents for problem in read.problems]
        raise UserProblem(
            problems[0]
            if problems
            else text("Expected certificates in {path} (PEM, DER, PKCS#7, PFX, JKS or zip), found none.",
                      path=called_file(options.files[0]))
        )  # fmt: skip
    if options.key is not None:
        return certificates, read_key(options.key, password)
    if options.to in ("key", "pfx", "jks", "pem") and not options.no_key:
        # A password that does not open the key is no reason to write a file without it.
        for read in contents:
            if read.problems and any(other.kind == "key" for other in read.others):
                raise UserProblem(read.problems[0])
    if len(keys) > 1:
        matching = [key for key in keys.values() if any(map(key.matches, certificates))]
        if len(matching) != 1:
            raise UserProblem(
                text("The files hold {count} private keys: say with --key FILE which is meant.", count=len(keys))
            )
        return certificates, matching[0]
    return certificates, next(iter(keys.values()), None)
