"""`mailtrust services list`: which certificate serves which service, as told and, if wanted, as presented."""

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from mailtrust.cli import exit_status
from mailtrust.cli.files import write_output
from mailtrust.cli.screen import screen_of
from mailtrust.cli.screen_options import add_screen_options
from mailtrust.cli.services.opening import say_notes
from mailtrust.cli.services.standing import Standing, add_standing_options, standing_of
from mailtrust.cli.translations import told, translator
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text

if TYPE_CHECKING:
    from mailtrust.core.model.assignment import Assigned
    from mailtrust.core.model.finding import Finding


def add_parser(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subcommands.add_parser(
        "list",
        help=told(text("show which certificate serves which service")),
        description=told(
            text(
                "Show what Get-ExchangeCertificate | Format-List FriendlyName,Subject,CertificateDomains,Thumbprint,"
                "Services would show, for every kind of server: Exchange from an export, servers whose configuration "
                "mailtrust reads, and what a store has put down for the others. Nothing is changed."
            )
        ),
        examples=(
            ("mailtrust services list", text("every server of mailtrust.toml")),
            ("mailtrust services list --export exchange.json", text("Exchange, as its script exported it")),
            ("mailtrust services list webmail imap --served", text("... and which port really presents it")),
        ),
        more=lambda: told(text("exit status: 0 as it should be; 1 something else is presented; 2 usage; "
                               "3 could not look")),
    )  # fmt: skip
    parser.add_argument(
        "names", metavar="SERVER", nargs="*",
        help=told(text("as mailtrust.toml or the export calls it (default: all of the export, else of the file)")),
    )  # fmt: skip
    parser.add_argument(
        "--served", action="store_true", help=told(text("ask the ports of each server what they present"))
    )
    parser.add_argument("--table", action="store_true", help=told(text("a line each: thumbprint, services, subject")))
    add_standing_options(parser)
    add_screen_options(parser)
    parser.set_defaults(handler=run)


def run(options: argparse.Namespace) -> int:
    """Show it."""
    from mailtrust.core.services.assigned import only_seen
    from mailtrust.flows.services_assigned import NOTHING_KNOWN
    from mailtrust.flows.services_served import untold

    standing = standing_of(options, options.names, served=options.served)
    served = standing.shown.served
    if not standing.told.is_something:
        raise UserProblem(NOTHING_KNOWN)
    assigned = (*standing.told.assigned, *only_seen(standing.told.assigned, served))
    findings = untold(standing.evidence) if options.served else ()
    write_output(_written(options, standing, assigned, findings), options.output)
    say_notes(standing.notes)
    if findings:
        return exit_status.FINDINGS
    return exit_status.CLEAN if assigned or not standing.notes else exit_status.COULD_NOT_LOOK


def _written(
    options: argparse.Namespace, standing: Standing, assigned: "Sequence[Assigned]", findings: "Sequence[Finding]"
) -> bytes:
    served = standing.shown.served
    if options.format == "json":
        from mailtrust.core.formats.json_text import to_json_text
        from mailtrust.core.report.assigned_wire import assigned_wire

        translate = translator(options.lang)
        wire = assigned_wire(assigned, served, findings, standing.notes, translate, looked=options.served)
        return to_json_text(wire)
    from mailtrust.core.report.page import Page
    from mailtrust.core.report.services_list_text import draw_findings, format_list, format_table

    screen = screen_of(options)
    listed = format_table(assigned) if options.table else format_list(assigned, served, looked=options.served)
    if findings:
        page = Page(screen.width, ascii_only=screen.ascii_only, translate=translator(options.lang), lang="")
        draw_findings(page, findings)
        listed += "\n" + page.print(colour=screen.colour)
    return listed.encode(screen.encoding, "replace")
