"""`mailtrust cert accept`: a CA's answer joined with its key, completed, in the forms that products want."""

import argparse
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mailtrust.cli import exit_status
from mailtrust.cli.arguments import Example
from mailtrust.cli.bundle_words import changes, remarks, say, what_is_in
from mailtrust.cli.cert.making import (
    bundle_file,
    forms_of,
    names_of_certificate,
    say_written,
    stem_of,
    write_files,
)
from mailtrust.cli.files import expect_one_from_stdin, read_anything, read_password
from mailtrust.cli.looking import add_looking_options, edge_of, request_of
from mailtrust.cli.translations import told
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import Text, text

if TYPE_CHECKING:
    from mailtrust.core.model.certificate import Certificate
    from mailtrust.core.x509.containers import Contents
    from mailtrust.flows.accept import FoundKey
    from mailtrust.flows.bundle import Completed

EXAMPLES: tuple[Example, ...] = (
    ("mailtrust cert accept from-the-ca.zip mail.key", None),
    ("mailtrust cert accept certnew.p7b keys/ --for postfix,pfx --out mail", text("the key is looked for in keys/")),
)

MOST_FILES = 500
LARGEST_KEY_FILE = 256 * 1024
"""Octets: what is larger in a folder is no key."""


def add_parser(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subcommands.add_parser(
        "accept",
        help=told(text("join a CA's answer with its key, and complete the chain")),
        description=told(
            text(
                "Join what a CA has sent (zip, p7b, PEM, DER) with the key that it belongs to, complete and order the "
                "chain, and write it in the forms that products want."
            )
        ),
        examples=EXAMPLES,
        more=lambda: told(
            text("exit status: 0 written; 1 written, but no root is known for the chain; 2 usage; 3 could not look")
        ),
    )
    parser.add_argument(
        "files", metavar="FILE", nargs="+", type=Path,
        help=told(text("the answer, the key, the request; of a folder every file is tried for the key")),
    )  # fmt: skip
    parser.add_argument(
        "--for",
        dest="forms",
        metavar="FORM,...",
        default="pem",
        help=told(text("the forms, as of bundle (default: pem)")),
    )
    parser.add_argument(
        "--password-file", metavar="FILE", type=Path,
        help=told(text("the password of key and PFX, read from this file or from standard input (-)")),
    )  # fmt: skip
    parser.add_argument(
        "--legacy", action="store_true", help=told(text("a PFX with 3DES and SHA-1, as Server 2016 and older read it"))
    )
    parser.add_argument(
        "--out", metavar="STEM", type=Path, help=told(text("write STEM.pem, STEM.pfx, STEM-nginx.pem, ..."))
    )
    parser.add_argument("--lang", choices=("en", "fr", "zh"), help=told(text("language of the messages")))
    add_looking_options(parser)
    parser.set_defaults(handler=run)


def run(options: argparse.Namespace) -> int:
    """Find the key, complete the chain, write the forms."""
    from mailtrust.flows.accept import key_of_answer

    expect_one_from_stdin(*options.files, options.password_file, options.roots)
    forms = forms_of(options.forms)
    password = read_password(options.password_file)
    folders = [path for path in options.files if os.path.isdir(path)]
    contents = [read_anything(path, password) for path in options.files if path not in folders]
    certificates = tuple({one.fingerprint: one for read in contents for one in read.certificates}.values())
    if not certificates:
        problems = [problem for read in contents for problem in read.problems]
        raise UserProblem(
            problems[0] if problems else text("Expected the CA's answer among the files, found no certificate in them.")
        )
    for read in contents:
        say(*what_is_in(read))
    found = key_of_answer(certificates, list(_keys(contents, folders, password)))
    done = _complete(options, certificates, found)
    say(*_granted(contents, done))
    stem = stem_of(options, names_of_certificate(done.leaf)[0])
    files = [
        bundle_file(form, stem, (done.leaf, *done.intermediates), found.key, password=password, legacy=options.legacy)
        for form in forms
    ]
    write_files(files)
    say(text("key: {file}", file=found.origin), *changes(done, with_root=False))
    for form, file in zip(forms, files, strict=True):
        say_written((file.path, text("for {form}", form=form)))
        held = found.key if file.mode == 0o600 else None
        say(*remarks(form, done, held, password, key_given=True))
    return exit_status.CLEAN if done.root is not None else exit_status.FINDINGS


def _keys(contents: "Sequence[Contents]", folders: Iterable[Path], password: bytes | None) -> "Iterable[FoundKey]":
    """Every key of the files given, then of the files in the folders given. One that cannot be opened is told of."""
    from mailtrust.flows.accept import FoundKey

    for read in contents:
        origin = next((other.origin for other in read.others if other.kind == "key"), "")
        yield from (FoundKey(key, origin) for key in read.keys)
    for folder in folders:
        for path in _small_files(folder):
            read = read_anything(path, password)
            if not read.keys and any(other.kind == "key" for other in read.others):
                say(*read.problems[:1])
            yield from (FoundKey(key, clean(str(path), 200)) for key in read.keys)


def _small_files(folder: Path) -> Iterable[Path]:
    try:
        names = sorted(os.listdir(folder))[:MOST_FILES]
    except OSError as error:
        raise UserProblem(
            text("Could not read {path}: {why}.", path=clean(str(folder), 200), why=error.strerror or str(error))
        ) from error
    for name in names:
        path = folder / name
        if path.is_file() and path.stat().st_size <= LARGEST_KEY_FILE and os.access(path, os.R_OK):
            yield path


def _complete(options: argparse.Namespace, certificates: "Sequence[Certificate]", found: "FoundKey") -> "Completed":
    from mailtrust.edge.probe.loop import run as run_loop
    from mailtrust.flows.bundle import complete_files

    title = " ".join(path.name for path in options.files)
    request = request_of(options, "localhost", title=title)
    return run_loop(complete_files(certificates, (found.key,), request, edge_of(options)))


def _granted(contents: "Sequence[Contents]", done: "Completed") -> Iterable[Text]:
    """Where the request is among the files: what the CA has left out."""
    from mailtrust.core.model.certificate_request import CertificateRequest
    from mailtrust.core.x509.request import read_request
    from mailtrust.flows.accept import not_granted

    for read in contents:
        for other in read.others:
            request = read_request(other.octets) if other.kind == "request" else None
            if isinstance(request, CertificateRequest) and (missing := not_granted(request, done.leaf)):
                yield text("The CA has left out names that were asked for: {names}.", names=missing)
