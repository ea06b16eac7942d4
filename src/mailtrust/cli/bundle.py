"""`mailtrust bundle`: complete and order a chain, in the form a product wants."""

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from mailtrust.cli import exit_status
from mailtrust.cli.arguments import Example
from mailtrust.cli.bundle_words import called, changes, remarks, say, what_is_in
from mailtrust.cli.files import (
    STANDARD,
    called_file,
    expect_harmless,
    expect_one_from_stdin,
    expect_writable,
    read_certificates,
    read_key,
    read_password,
    write_output,
)
from mailtrust.cli.looking import add_looking_options, edge_of, request_of
from mailtrust.cli.progress import watched
from mailtrust.cli.translations import told
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text

if TYPE_CHECKING:
    from mailtrust.core.x509.containers import Contents
    from mailtrust.core.x509.private_key import PrivateKey
    from mailtrust.flows.bundle import Completed

EXAMPLES: tuple[Example, ...] = (
    (
        "mailtrust bundle mail.example.com --for nginx -o fullchain.pem",
        text("what this server should present"),
    ),
    (
        "mailtrust bundle from-the-ca.zip --for postfix --key mail.key -o chain.pem",
        text("from the zip that the CA sent"),
    ),
    ("mailtrust bundle mail.crt intermediate.crt -o fullchain.pem", text("from several files")),
    (
        "mailtrust bundle certnew.p7b --key mail.key --for pfx --password-file - -o mail.pfx",
        text("for Windows; the password is asked for"),
    ),
    (
        "mailtrust bundle from-the-ca.zip --for iis-script -o install.ps1",
        text("a script that brings it and its chain to IIS, and takes it back"),
    ),
)

# As core/x509/bundles.py names them: --help shall not wait for the crypto library. A test compares.
FORMS = (
    "pem",
    "nginx",
    "apache",
    "postfix",
    "dovecot",
    "haproxy",
    "exim",
    "cyrus",
    "courier",
    "stalwart",
    "slapd",
    "kemp",
    "netscaler",
    "f5",
    "issuers",
    "exchange",
    "mailstore",
    "pfx",
)

# As core/targets/powershell/windows_scripts.py names them, for the same reason.
SCRIPTS = ("iis-script", "mailstore-script")

ENDINGS = frozenset({".pem", ".crt", ".cer", ".der", ".p7b", ".p7c", ".p7s", ".pfx", ".p12", ".jks", ".key", ".txt"})
"""What ends like this is a file and no host: none of them is a top-level domain."""


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "bundle",
        help=told(text("complete and order a chain, in the form a product wants")),
        description=told(
            text("Complete and order the chain of a server, or of the files that a CA sent (PEM, p7b, PFX, zip).")
        ),
        examples=EXAMPLES,
        more=_known_words,
    )
    parser.add_argument(
        "sources", metavar="FILE|TARGET", nargs="+", help=told(text("files from a CA, or one server to ask"))
    )
    parser.add_argument(
        "--for", dest="form", metavar="FORM", choices=(*FORMS, *SCRIPTS), default="pem",
        help=told(text("the form (default: pem)")),
    )  # fmt: skip
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
    parser.add_argument(
        "-o", "--output", metavar="FILE", type=Path, help=told(text("write here instead of standard output"))
    )
    parser.add_argument(
        "--lang",
        choices=("en", "fr", "zh"),
        help=told(text("language of the messages (default: the locale's)")),
    )
    add_looking_options(parser)
    parser.set_defaults(handler=run)


def _known_words() -> str:
    words = (
        text("--for takes: {known}.", known=(*FORMS, *SCRIPTS)),
        text("exit status: 0 written; 1 written, but no root is known for the chain; 2 usage; 3 could not look"),
    )
    return "\n".join(map(told, words))


def run(options: argparse.Namespace) -> int:
    """Write the bundle; what was found and changed is told on standard error."""
    from mailtrust.core.x509.bundles import HOLDS_KEY, NEEDS_KEY

    files = files_meant(options.sources)
    expect_one_from_stdin(*files, options.key, options.password_file, options.roots)
    expect_writable(options.output)
    password = read_password(options.password_file)
    contents = tuple(read_certificates(path, password) for path in files)
    keys = _keys(options.key, contents, password)
    if options.form in NEEDS_KEY and not keys:
        raise UserProblem(text("The form {form} holds the private key: give it with --key FILE.", form=options.form))
    for one in contents:
        say(*what_is_in(one))
    done = _complete(options, contents, keys)
    key = next((key for key in keys if key.matches(done.leaf)), None)
    if options.key is not None and key is None:
        raise UserProblem(
            text(
                "The key in {path} is not the one of {name}. Give the key that its request was made with.",
                path=called_file(options.key),
                name=called(done.leaf),
            )
        )
    if options.with_root and options.form in SCRIPTS:
        raise UserProblem(
            text(
                "A script brings no root to a server, which needs none to send its chain. `mailtrust trust windows` "
                "brings one to clients."
            )
        )
    if options.with_root and done.root is None:
        raise UserProblem(text("No root is known for this chain, so --with-root cannot be done. Try --roots FILE."))
    held = key if options.form in HOLDS_KEY else None
    data = _written(options, done, held, password)
    expect_harmless(options.output, data, held)
    write_output(data, options.output, private=held is not None)
    say(
        *changes(done, with_root=options.with_root),
        *remarks(options.form, done, held, password, key_given=options.key is not None),
    )
    return exit_status.CLEAN if done.root is not None else exit_status.FINDINGS


def _written(
    options: argparse.Namespace, done: "Completed", held: "PrivateKey | None", password: bytes | None
) -> bytes:
    if options.form in SCRIPTS:
        from mailtrust.core.targets.powershell.windows_scripts import windows_script
        from mailtrust.core.x509.roles import names_of

        asked = () if files_meant(options.sources) else done.assessment.evidence.case.observations
        host = asked[0].endpoint.host if asked else names_of(done.leaf)[0].removeprefix("*.")
        return windows_script(options.form, done.leaf, done.intermediates, host)
    from mailtrust.core.x509.bundles import write_bundle

    root = done.root if options.with_root else None
    return write_bundle(options.form, done.leaf, done.intermediates, root=root, key=held, password=password)


def files_meant(sources: list[str]) -> tuple[Path, ...]:
    """The files among the arguments; none when the only one is a TARGET. Raises UserProblem for a file that is not."""
    paths = tuple(Path(source) for source in sources)
    if len(sources) == 1 and "://" not in sources[0]:
        looks_like_a_file = paths[0].suffix.lower() in ENDINGS or "/" in sources[0] or "\\" in sources[0]
        # A folder that bears the server's name is none of the files that are meant.
        if sources[0] != "-" and not os.path.isfile(paths[0]) and not looks_like_a_file:
            return ()
    elif len(sources) == 1:
        return ()
    for path in paths:
        if path != STANDARD and not os.path.exists(path):
            raise UserProblem(
                text(
                    "There is no file {path}. Give the files of one server certificate, or one TARGET to ask, such as "
                    "mail.example.com.",
                    path=called_file(path),
                )
            )
    return paths


def _complete(
    options: argparse.Namespace, contents: "tuple[Contents, ...]", keys: "tuple[PrivateKey, ...]"
) -> "Completed":
    from mailtrust.edge.probe.loop import run as run_loop
    from mailtrust.flows.bundle import complete_files, complete_target

    edge = edge_of(options)
    if not contents:
        request = request_of(options, options.sources[0])
        with watched() as on_progress:
            return run_loop(complete_target(request, edge, on_progress, keys=keys))
    certificates = {one.fingerprint: one for read in contents for one in read.certificates}
    request = request_of(options, "localhost", title=" ".join(Path(source).name for source in options.sources))
    return run_loop(complete_files(tuple(certificates.values()), keys, request, edge))


def _keys(path: Path | None, contents: "tuple[Contents, ...]", password: bytes | None) -> "tuple[PrivateKey, ...]":
    if path is not None:
        return (read_key(path, password),)
    return tuple(key for one in contents for key in one.keys)
