"""`mailtrust cert inspect`: what stands in any file, or what a server presents."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from mailtrust.cli import exit_status
from mailtrust.cli.arguments import Example
from mailtrust.cli.bundle import files_meant
from mailtrust.cli.files import called_file, expect_one_from_stdin, read_anything, read_password, write_output
from mailtrust.cli.looking import add_looking_options, edge_of, request_of
from mailtrust.cli.progress import watched
from mailtrust.cli.screen_options import add_screen_options
from mailtrust.cli.translations import told, translator
from mailtrust.core.model.text import text

if TYPE_CHECKING:
    from mailtrust.core.report.inspection import Specimen

EXAMPLES: tuple[Example, ...] = (
    ("mailtrust cert inspect mail.pfx --password-file -", text("the password is asked for")),
    ("mailtrust cert inspect mail.pem mail.key mail.csr", text("and whether they belong together")),
    ("mailtrust cert inspect imaps://mail.example.com --format json", None),
)


def add_parser(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subcommands.add_parser(
        "inspect",
        help=told(text("show what is in files, or what a server presents")),
        description=told(
            text(
                "Show what stands in files of any form (PEM, DER, PKCS#7, PFX, JKS, requests, CRLs, OCSP answers, the "
                "zip of a CA), or what a server presents, and what belongs together. Private keys are never shown."
            )
        ),
        examples=EXAMPLES,
        more=lambda: told(
            text("exit status: 0 everything could be read; 1 something could not; 2 usage; 3 could not look")
        ),
    )
    parser.add_argument("sources", metavar="FILE|TARGET", nargs="+", help=told(text("files, or one server to ask")))
    parser.add_argument(
        "--password-file", metavar="FILE", type=Path,
        help=told(text("the password of key, PFX or JKS, read from this file or from standard input (-)")),
    )  # fmt: skip
    add_looking_options(parser)
    add_screen_options(parser)
    parser.set_defaults(handler=run)


def run(options: argparse.Namespace) -> int:
    """Read or look, and show."""
    from mailtrust.core.report.inspection import Specimen, inspect

    files = files_meant(options.sources)
    expect_one_from_stdin(*files, options.password_file, options.roots)
    password = read_password(options.password_file)
    specimens = [Specimen(called_file(path), read_anything(path, password)) for path in files]
    if not files:
        specimens = [_of_server(options)]
    translate = translator(options.lang)
    found = inspect(specimens, translate)
    if options.format == "json":
        from mailtrust.core.formats.json_text import to_json_text

        data = to_json_text(found)
    else:
        from datetime import UTC, datetime

        from mailtrust.cli.screen import screen_of
        from mailtrust.core.report.inspection_text import render_inspection

        screen = screen_of(options)
        data = render_inspection(
            found,
            now=datetime.now(UTC),
            width=screen.width,
            colour=screen.colour,
            translate=translate,
            ascii_only=screen.ascii_only,
        ).encode(screen.encoding, "replace")
    write_output(data, options.output)
    unread = any(one.problems or one.others for one in found.specimens)
    return exit_status.FINDINGS if unread else exit_status.CLEAN


def _of_server(options: argparse.Namespace) -> "Specimen":
    """What each port presents; raises CouldNotLook when none presented a certificate."""
    from dataclasses import replace

    from mailtrust.core.model.endpoint import Offer
    from mailtrust.core.report.inspection import Specimen
    from mailtrust.edge.probe.loop import run as run_loop
    from mailtrust.flows.inspect import presented

    target = options.sources[0]
    request = replace(request_of(options, target), fetch_issuers=False, revocation="off", offers=(Offer.DEFAULT,))
    with watched() as on_progress:
        contents = run_loop(presented(request, edge_of(options), on_progress))
    return Specimen(target, contents, server=True)
