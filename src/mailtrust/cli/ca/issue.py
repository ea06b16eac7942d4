"""`mailtrust ca issue`: answer a request."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from mailtrust.cli import exit_status
from mailtrust.cli.bundle_words import say
from mailtrust.cli.ca.opening import add_ca_options, folder_of, operator_of
from mailtrust.cli.cert.making import (
    beside,
    names_of_certificate,
    say_written,
    show_verdicts,
    stem_of,
    write_files,
)
from mailtrust.cli.files import called_file, read_anything
from mailtrust.cli.numbers import Positive
from mailtrust.cli.screen_options import add_screen_options
from mailtrust.cli.translations import told
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text

if TYPE_CHECKING:
    from datetime import datetime

    from mailtrust.core.model.certificate import Certificate
    from mailtrust.core.model.certificate_request import CertificateRequest
    from mailtrust.core.model.private_ca import CaState

PROFILES = ("server", "server-and-client")
"""As core/issuance/ca_policy.py has them, which is not loaded for --help; a test compares."""
LONGEST_DAYS = 825
"""As flows/self_signed.py has it."""
USUAL_DAYS = 397


def add_parser(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subcommands.add_parser(
        "issue",
        help=told(text("issue a certificate for a request")),
        description=told(
            text(
                "Issue a certificate for a request (PKCS#10 in any form), say what of it was not granted, and show "
                "what every client says to it."
            )
        ),
        examples=(
            ("mailtrust ca issue mail.csr --out mail", None),
            ("mailtrust ca issue exchange.req --profile server-and-client --name autodiscover.example.com", None),
        ),
    )
    parser.add_argument("request", metavar="REQUEST", type=Path, help=told(text("the request")))
    parser.add_argument(
        "--name", metavar="NAME", action="append", default=[], help=told(text("one more name than the request has"))
    )
    parser.add_argument(
        "--profile", choices=PROFILES, default="server", help=told(text("server (default), or server-and-client"))
    )
    add_issuing_options(parser)
    parser.set_defaults(handler=run)


def add_issuing_options(parser: argparse.ArgumentParser) -> None:
    """Add what issuing and renewing have in common."""
    parser.add_argument(
        "--days", metavar="N", type=Positive("--days", LONGEST_DAYS), default=USUAL_DAYS,
        help=told(text("lifetime (default: 397; most: 825, Apple's limit)")),
    )  # fmt: skip
    parser.add_argument(
        "--out", metavar="STEM", type=Path, help=told(text("write STEM.pem, with the issuing CA behind"))
    )
    add_ca_options(parser, lang=False)
    add_screen_options(parser)


def run(options: argparse.Namespace) -> int:
    """Issue it, write it, show what clients say."""
    from mailtrust.flows.private_ca import opened

    request = _request(options.request)
    operator = operator_of(options)
    stem = stem_of(options, options.request.stem)
    with opened(folder_of(options), operator) as ca:
        granted = ca.issue(request, options.profile, options.name, options.days)
        state = ca.state
    for refused in granted.refused:
        say(text("not granted: {what}", what=refused))
    return hand_out(options, granted.certificate, state, stem, operator.now)


def hand_out(options: argparse.Namespace, made: "Certificate", state: "CaState", stem: Path, now: "datetime") -> int:
    """Write a new certificate with its chain, and show what clients that have the root say to it."""
    from mailtrust.cli.verify import store_loader
    from mailtrust.core.x509.pem import to_pem_chain
    from mailtrust.edge.files import NewFile
    from mailtrust.flows.self_signed import judged

    names = names_of_certificate(made)
    chain = (made, state.issuing)
    file = NewFile(beside(stem, ".pem"), to_pem_chain(chain).encode("ascii"))
    try:
        write_files((file,))
    except UserProblem:
        say(text("The certificate was issued; it stands in {file}.",
                 file=called_file(options.ca / f"issued-{made.serial:x}.pem")))  # fmt: skip
        raise
    say(text("issued {serial} for {names}, until {date}",
             serial=f"{made.serial:x}", names=names, date=made.not_after.date()))  # fmt: skip
    say_written((file.path, text("the certificate and the issuing CA behind it, for the server")))
    verdicts = judged(chain, state.root, names, clients=None, store_named=store_loader(), now=now)
    show_verdicts(options, (*chain, state.root), verdicts, now)
    return exit_status.FINDINGS if any(verdict.valid is False for verdict in verdicts) else exit_status.CLEAN


def _request(path: Path) -> "CertificateRequest":
    from mailtrust.core.model.certificate_request import CertificateRequest
    from mailtrust.core.x509.containers import Kind
    from mailtrust.core.x509.request import read_request

    found = {other.octets for other in read_anything(path).others if other.kind is Kind.REQUEST}
    read = read_request(found.pop()) if len(found) == 1 else None
    if not isinstance(read, CertificateRequest):
        raise UserProblem(text("Expected one request (PKCS#10) in {path}, found none.", path=called_file(path)))
    return read
