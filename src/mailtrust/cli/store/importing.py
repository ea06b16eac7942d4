"""`mailtrust store import`: take in what stands in files, all of it or nothing."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from mailtrust.cli import exit_status
from mailtrust.cli.arguments import Example
from mailtrust.cli.bundle_words import called, say
from mailtrust.cli.files import called_file, expect_one_from_stdin, in_a_row, read_file, read_password
from mailtrust.cli.store.opening import add_store_options, opened, source_of, who
from mailtrust.cli.translations import told
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text

if TYPE_CHECKING:
    from mailtrust.core.model.case_file import CaseFile
    from mailtrust.core.x509.containers import Contents
    from mailtrust.flows.store import TakenIn

EXAMPLES: tuple[Example, ...] = (
    ("mailtrust store import from-the-ca.zip mail.key", None),
    ("mailtrust store import mail.pfx --password-file -", text("the password is asked for")),
    ("mailtrust store import mail.csr mail.key", text("a request and its key, until the CA answers")),
    ("mailtrust store import case.json", text("what `check --save` saw, to know what serves where")),
)


def add_parser(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subcommands.add_parser(
        "import",
        help=told(text("take in certificates, keys, requests and what was seen")),
        description=told(
            text(
                "Take in certificates, keys and requests from files of any form (PEM, DER, PKCS#7, PFX, JKS, the zip "
                "of a CA), and what a case file has seen. All of it is kept, or nothing. Private keys are encrypted."
            )
        ),
        examples=EXAMPLES,
    )
    parser.add_argument("files", metavar="FILE", nargs="+", type=Path, help=told(text("what to take in")))
    parser.add_argument(
        "--password-file", metavar="FILE", type=Path,
        help=told(text("the password of key, PFX or JKS, read from this file or from standard input (-)")),
    )  # fmt: skip
    add_store_options(parser, keys=True)
    parser.set_defaults(handler=run)


def run(options: argparse.Namespace) -> int:
    """Read everything first, then keep it in one step."""
    from mailtrust.flows.store import gather, take_in

    expect_one_from_stdin(*options.files, options.password_file, options.key_file)
    password = read_password(options.password_file)
    files: list[Contents] = []
    cases: list[CaseFile] = []
    for path in options.files:
        _read(path, password, files, cases)
    try:
        found = gather(files, cases)
        done = take_in(opened(options, create=True), found, source_of(options), who())
    except UserProblem as problem:
        problem.message = in_a_row(problem.message, text("Nothing was taken in."))
        raise
    _tell(done)
    return exit_status.CLEAN


def _read(path: Path, password: bytes | None, files: "list[Contents]", cases: "list[CaseFile]") -> None:
    from mailtrust.core.formats.case_file import decode
    from mailtrust.core.x509.containers import read_container

    data = read_file(path)
    if data.lstrip()[:1] == b"{":  # nothing else that is taken in begins so
        cases.append(decode(data))
    else:
        files.append(read_container(data, called_file(path), password))


def _tell(done: "TakenIn") -> None:
    for one in done.certificates:
        say(text("kept: {name}, until {date}, {thumbprint}",
                 name=called(one), date=one.not_after.date(), thumbprint=one.fingerprint))  # fmt: skip
    if done.keys:
        say(text("private keys kept, encrypted: {count}", count=done.keys))
    if done.requests:
        say(text("requests kept: {count}", count=done.requests))
    if done.sightings:
        say(text("observations kept: {count}", count=done.sightings))
    if done.known:
        say(text("there already: {count}", count=done.known))
    if done.key_file is not None:
        say(
            text(
                "{file}: made (mode 0600). It opens the private keys in the store: keep a copy of it apart from the "
                "store's backups. Without it the keys are lost.",
                file=called_file(done.key_file),
            )
        )
