"""`mailtrust cert self-signed`: a certificate of one's own, and what every client will say to it."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from mailtrust.cli import exit_status
from mailtrust.cli.arguments import Example
from mailtrust.cli.bundle_words import say
from mailtrust.cli.cert.making import (
    add_name_options,
    beside,
    expect_attribute,
    names_of_certificate,
    new_key_file,
    say_written,
    show_verdicts,
    spec_of,
    stem_of,
    write_files,
)
from mailtrust.cli.files import called_file, read_password
from mailtrust.cli.numbers import Positive
from mailtrust.cli.screen_options import add_screen_options
from mailtrust.cli.translations import told
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import Text, text

if TYPE_CHECKING:
    from datetime import datetime

    from mailtrust.flows.self_signed import SelfMade

EXAMPLES: tuple[Example, ...] = (
    (
        "mailtrust cert self-signed mail.example.com autodiscover.example.com",
        text("what every client accepts once it is given the root"),
    ),
    ("mailtrust cert self-signed mail.example.com 192.0.2.25 --new-key ec-p256 --out mail", None),
    ("mailtrust cert self-signed MailStoreServer --like mailstore", text("what MailStore's own dialogue makes")),
)

LONGEST_DAYS = 825
"""As flows/self_signed.py says, which is not loaded for --help; a test compares."""


def add_parser(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subcommands.add_parser(
        "self-signed",
        help=told(text("make a certificate of one's own, and show what every client says to it")),
        description=told(
            text(
                "Make a key and a certificate for a server without any CA, and judge it for every client. It comes "
                "with a root that vouches for these names alone and whose key is thrown away: clients are given the "
                "root. Firefox and Thunderbird accept no certificate that vouches for itself."
            )
        ),
        examples=EXAMPLES,
        more=lambda: told(
            text("exit status: 0 every client accepts it once it has the root; 1 made, but a client does not; 2 usage")
        ),
    )
    parser.add_argument("names", metavar="NAME", nargs="+", help=told(text("host, *.domain or IP address")))
    add_name_options(parser)
    parser.add_argument(
        "--days", metavar="N", type=Positive("--days", LONGEST_DAYS), default=LONGEST_DAYS,
        help=told(text("lifetime (default and most: 825, Apple's limit)")),
    )  # fmt: skip
    parser.add_argument(
        "--single", action="store_true", help=told(text("one certificate that vouches for itself, without a root"))
    )
    parser.add_argument(
        "--like", choices=("mailstore",), help=told(text("as this product's own dialogue makes it, faults included"))
    )
    parser.add_argument(
        "--out", metavar="STEM", type=Path, help=told(text("write STEM.pem, STEM.key and STEM-root.pem"))
    )
    parser.add_argument(
        "--password-file", metavar="FILE", type=Path,
        help=told(text("encrypt the key with the password in this file, or from standard input (-)")),
    )  # fmt: skip
    add_screen_options(parser)
    parser.set_defaults(handler=run)


def run(options: argparse.Namespace) -> int:
    """Make it, judge it, write it, say what to do with it."""
    from datetime import UTC, datetime

    from mailtrust.cli.verify import store_loader
    from mailtrust.flows.self_signed import judged

    now = datetime.now(UTC)
    made = _made(options, now)
    names = names_of_certificate(made.leaf)
    stem = stem_of(options, names[0])
    password = read_password(options.password_file)
    _write(made, stem, password)
    verdicts = judged((made.leaf,), made.anchor, names, clients=None, store_named=store_loader(), now=now)
    chain = (made.leaf,) if made.root is None else (made.leaf, made.root)
    show_verdicts(options, chain, verdicts, now)
    _say_what_now(options, made, stem)
    return exit_status.FINDINGS if any(verdict.valid is False for verdict in verdicts) else exit_status.CLEAN


def _made(options: argparse.Namespace, now: "datetime") -> "SelfMade":
    from mailtrust.flows.self_signed import make_like_mailstore, make_single, make_with_own_root

    if options.like is None:
        spec = spec_of(options, options.names, options.days)
        return make_single(spec, now) if options.single else make_with_own_root(spec, now)
    if len(options.names) > 1:
        raise UserProblem(
            text("MailStore's own dialogue takes one name, got {names}. Without --like they all go in.",
                 names=tuple(options.names[:5]))
        )  # fmt: skip
    expect_attribute(options.names[0], "self-signed")
    spec_of(options, options.names, options.days)  # What is no name is none for MailStore either.
    return make_like_mailstore(options.names[0], now)


def _write(made: "SelfMade", stem: Path, password: bytes | None) -> None:
    from mailtrust.core.x509.pem import to_pem
    from mailtrust.edge.files import NewFile

    files = [
        new_key_file(beside(stem, ".key"), made.key, password),
        NewFile(beside(stem, ".pem"), to_pem(made.leaf).encode("ascii")),
    ]
    written = [
        (files[0].path, text("the private key, for the server alone (mode 0600)")),
        (files[1].path, text("the certificate, for the server")),
    ]
    if made.root is not None:
        files.append(NewFile(beside(stem, "-root.pem"), to_pem(made.root).encode("ascii")))
        written.append((files[2].path, text("the root, for every client; its key has been thrown away")))
    write_files(files)
    say_written(*written)


def _say_what_now(options: argparse.Namespace, made: "SelfMade", stem: Path) -> None:
    anchor = beside(stem, ".pem" if made.root is None else "-root.pem")
    say(
        text(
            "This is what clients say that have been given {anchor} as a root, and no sooner. It lasts until {date}; "
            "the next one comes with another root, which has to be brought out again. For more servers, or for "
            "longer, keep a CA: `mailtrust ca --help`.",
            anchor=called_file(anchor),
            date=made.leaf.not_after.date(),
        )
    )
    if options.password_file is None:
        say(text("The private key is not encrypted: keep the file to yourself, or give --password-file."))
    for name in names_of_certificate(made.leaf):
        if "." not in name and ":" not in name:
            say(_about_a_bare_name(name))


def _about_a_bare_name(name: str) -> Text:
    return text(
        "{name} is a name without a domain. Where clients look it up, there must be an A record (or a CNAME to the "
        "server's full name) called {name} in each domain that their systems search, such as "
        "{name}.example.com for those in example.com; and they must be told {name}, not the full name. Outside, "
        "nobody finds it, and no public CA vouches for it.",
        name=name,
    )
