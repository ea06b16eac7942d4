"""`mailtrust bundle`: complete and order a chain, in the form a product wants."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from mailtrust.cli import exit_status
from mailtrust.cli.looking import (
    add_looking_options,
    edge_of,
    progress_line,
    read_file,
    request_of,
    write_output,
)
from mailtrust.cli.translations import told, translator
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import Text, text

if TYPE_CHECKING:
    from mailtrust.core.x509.containers import Contents
    from mailtrust.core.x509.private_key import PrivateKey
    from mailtrust.flows.bundle import Completed

EPILOG = """\
examples:
  mailtrust bundle mail.example.com --for nginx -o fullchain.pem    what the server should present
  mailtrust bundle from-the-ca.zip --for postfix --key mail.key -o chain.pem
  mailtrust bundle certnew.p7b --key mail.key --for pfx --password-file - -o mail.pfx
"""

FORMS = ("pem", "nginx", "apache", "postfix", "dovecot", "haproxy", "exim", "kemp", "exchange", "pfx")


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "bundle",
        help=told(text("complete and order a chain, in the form a product wants")),
        description=told(
            text("Complete and order the chain of a server, or of the files that a CA sent (PEM, p7b, PFX, zip).")
        ),
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("source", metavar="FILE|TARGET", help=told(text("files from a CA, or a server to ask")))
    parser.add_argument("--for", dest="form", choices=FORMS, default="pem", help=told(text("the form (default: pem)")))
    parser.add_argument("--key", metavar="FILE", type=Path, help=told(text("the private key, for forms that hold one")))
    parser.add_argument(
        "--password-file",
        metavar="FILE",
        type=Path,
        help=told(text("the password of key or PFX, read from this file or from standard input (-)")),
    )
    parser.add_argument(
        "--with-root",
        action="store_true",
        help=told(text("put the root in as well, for the rare product that wants it")),
    )
    parser.add_argument("-o", "--output", metavar="FILE", type=Path, help=told(text("write here")))
    parser.add_argument("--lang", choices=("en", "fr", "zh"), help=told(text("language of the messages")))
    add_looking_options(parser)
    parser.set_defaults(handler=run)


def run(options: argparse.Namespace) -> int:
    """Write the bundle; what was found and changed is told on standard error."""
    from mailtrust.core.x509.bundles import HOLDS_KEY, write_bundle

    password = _password(options.password_file)
    path = Path(options.source)
    contents = _read(path, password) if options.source == "-" or path.is_file() else None
    keys = _keys(options, contents, password)
    done = _complete(options, contents, keys)
    key = next((key for key in keys if key.matches(done.leaf)), None)
    if options.key is not None and key is None:
        raise UserProblem(
            text("The key in {path} is not the one of {name}.", path=str(options.key), name=done.leaf.subject.text)
        )
    if key is not None and options.form in HOLDS_KEY and _to_terminal(options):
        raise UserProblem(text("This form holds the private key, which is not shown on a terminal: give -o FILE."))
    if options.with_root and done.root is None:
        raise UserProblem(text("No root is known for this chain, so --with-root cannot be done. Try --roots FILE."))
    data = write_bundle(
        options.form,
        done.leaf,
        done.intermediates,
        root=done.root if options.with_root else None,
        key=key,
        password=password,
    )
    private = key is not None and options.form in HOLDS_KEY
    write_output(data, options.output, private=private)
    _tell(options, contents, done)
    if private and password is None:
        _say(options, text("The private key in it is not encrypted: keep the file to yourself (mode 0600)."))
    return exit_status.CLEAN


def _complete(options: argparse.Namespace, contents: "Contents | None", keys: "tuple[PrivateKey, ...]") -> "Completed":
    from mailtrust.core.model.certificate import Certificate
    from mailtrust.edge.probe.loop import run as run_loop
    from mailtrust.flows.bundle import complete_files, complete_target

    edge = edge_of(options)
    if contents is None:
        watch = progress_line()
        try:
            return run_loop(complete_target(request_of(options, options.source), edge, watch))
        finally:
            if watch is not None:
                from mailtrust.cli.progress import wipe_progress

                wipe_progress()
    certificates = [item.certificate for item in contents.items if isinstance(item.certificate, Certificate)]
    request = request_of(options, "localhost", title=Path(options.source).name)
    return run_loop(complete_files(certificates, keys, request, edge))


def _read(path: Path, password: bytes | None) -> "Contents":
    from mailtrust.core.x509.containers import read_container

    contents = read_container(read_file(path), path.name, password)
    if not contents.items:
        raise UserProblem(
            text(
                "Expected certificates in {path} (PEM, DER, PKCS#7, PFX or zip), found none. {problems}",
                path=str(path),
                problems=" ".join(str(problem) for problem in contents.problems),
            )
        )
    return contents


def _keys(options: argparse.Namespace, contents: "Contents | None", password: bytes | None) -> "tuple[PrivateKey, ...]":
    from mailtrust.core.x509.private_key import read_private_key

    if options.key is not None:
        key = read_private_key(read_file(options.key), password)
        if isinstance(key, Text):
            raise UserProblem(text("{path}: {why}", path=str(options.key), why=key))
        return (key,)
    return contents.keys if contents is not None else ()


def _password(path: Path | None) -> bytes | None:
    """The first line of the file, as most tools have it; None when no file is named."""
    return None if path is None else read_file(path).split(b"\n", 1)[0].rstrip(b"\r")


def _to_terminal(options: argparse.Namespace) -> bool:
    return (options.output is None or str(options.output) == "-") and sys.stdout.isatty()


def _tell(options: argparse.Namespace, contents: "Contents | None", done: "Completed") -> None:
    if contents is not None:
        for item in contents.items:
            _say(options, text("{file}: {role}", file=clean(item.origin), role=item.role))
        for problem in contents.problems:
            _say(options, problem)
    for certificate in done.added:
        _say(options, text("added: {name}", name=clean(certificate.subject.text)))
    for origin in done.origins:
        _say(options, text("found at {origin}", origin=clean(origin)))
    for certificate in done.dropped:
        _say(options, text("left out: {name}", name=clean(certificate.subject.text)))
    if done.root is None:
        _say(
            options,
            text("This chain leads to no root that is known here: it may be incomplete, or its root a private one."),
        )


def _say(options: argparse.Namespace, sentence: Text) -> None:
    translate: Callable[[str], str] = translator(options.lang)
    sys.stderr.write(f"{sentence.render(translate)}\n")
