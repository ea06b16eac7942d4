"""What `services enable` and `services remove` share: what is meant, and how what comes of it is given."""

import argparse
import shlex
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from mailtrust.cli import exit_status
from mailtrust.cli.files import STANDARD, called_file, write_output
from mailtrust.cli.moment import add_moment_option
from mailtrust.cli.screen_options import add_page_options
from mailtrust.cli.services.opening import add_facts_options, expect_server, say_notes
from mailtrust.cli.services.telling import add_telling_options, is_told, tell_exchange
from mailtrust.cli.translations import told, translator
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import Text, text

if TYPE_CHECKING:
    from mailtrust.core.model.exchange import ExchangeOrganisation
    from mailtrust.core.model.exchange_change import ExchangeChange
    from mailtrust.core.report.page import Page


OLD = timedelta(days=7)
"""What changes something begins with an export of these days; the script notices some of what has changed since."""


def add_change_options(parser: argparse.ArgumentParser) -> None:
    """Add what both have."""
    add_facts_options(parser)
    parser.add_argument(
        "--thumbprint", metavar="THUMBPRINT",
        help=told(text(
            "the certificate, as Get-ExchangeCertificate or the certificate dialogue shows it; of one that is there "
            "the eight digits that reports show are enough"
        )),
    )  # fmt: skip
    parser.add_argument(
        "--server", metavar="NAME", action="append", default=[],
        help=told(text("on this server; may be repeated (default: those of the export that have the certificate)")),
    )  # fmt: skip
    parser.add_argument(
        "-o", "--output", dest="script", metavar="FILE.ps1", type=Path,
        help=told(text("write the script that does it, for the Exchange Management Shell")),
    )  # fmt: skip
    parser.set_defaults(output=None)  # What is said of it is shown in any case.
    add_moment_option(parser)
    add_telling_options(parser)
    shown = parser.add_argument_group(told(text("showing")))
    shown.add_argument(
        "--format", choices=("text", "json"), default="text",
        help=told(text("for people or for a program (default: text)")),
    )  # fmt: skip
    add_page_options(shown, output=False)


def servers_of(options: argparse.Namespace, organisation: "ExchangeOrganisation", thumbprint: str) -> tuple[str, ...]:
    """The servers that are meant. Raises UserProblem for a name that the export does not know."""
    if options.server:
        return tuple(expect_server(name, organisation) for name in options.server)
    known = tuple(clean(one.name, 60) for one in organisation.servers)
    having = tuple(one.name for one in organisation.servers if one.certificate(thumbprint) is not None)
    if not having and len(known) == 1:
        return (organisation.servers[0].name,)
    if not having:
        raise UserProblem(
            text(
                "No server of the export has the certificate {print}. Say with --server which is meant: {known}.",
                print=thumbprint,
                known=known or ("-",),
            )
        )
    return having


def look_again(organisation: "ExchangeOrganisation", judge: Iterable[str]) -> Iterator[str]:
    """What exports it anew, and then the commands of `services` that judge it: the script begins with Exchange 2010."""
    from mailtrust.core.services.exchange.certificates import exported_there
    from mailtrust.core.services.exchange.versions import release

    old = [one for one in organisation.servers if release(one.version) == "2007"]
    made = [f"{one.name}.xml" for one in old]
    yield from map(exported_there, old)
    if len(old) < len(organisation.servers):
        yield r".\collect.ps1 -OutFile after.json"
        made.append("after.json")
    exports = " ".join(f"--export {shlex.quote(name)}" for name in made)
    yield from (f"mailtrust services {one} {exports}" for one in judge)


def give(
    options: argparse.Namespace,
    organisation: "ExchangeOrganisation",
    change: "ExchangeChange",
    title: Text,
    *,
    now: datetime,
    thumbprint: str = "",
    ask: tuple[str, ...] = (),
) -> int:
    """Write the script or tell Exchange itself, show what is done, and give the exit status.

    `thumbprint`: what must be there and Valid before the script does anything; `ask`: commands for afterwards.
    """
    from mailtrust.core.report.services_change_wire import change_wire

    translate = translator(options.lang)
    if organisation.exported is not None and now - organisation.exported > OLD:
        days = (now - organisation.exported).days
        say_notes((text("The export is {days} days old: what was changed since does not count here.", days=days),))
    written = None
    if options.script is not None and change.steps:
        from mailtrust.core.targets.powershell.script import Script, exchange_script

        wanted = Script(title, change.steps, organisation, thumbprint, ask, change.remarks)
        write_output(exchange_script(wanted, translate), options.script)
        if options.script == STANDARD:
            # The script is the data: what is refused is said beside it.
            for refusal in change.refusals:
                say_notes((refusal.why,) if refusal.instead is None else (refusal.why, refusal.instead))
            return _status(change)
        written = called_file(options.script)
    # What is refused stops the rest too: it is the whole that was asked for.
    going_on = is_told(options) and bool(change.steps) and not change.refusals
    if not going_on or options.format == "text":
        _show(options, change_wire(change, written, now=now, translate=translate), change, written)
    return tell_exchange(options, organisation, change) if going_on else _status(change)


def _status(change: "ExchangeChange") -> int:
    return exit_status.FINDINGS if change.refusals else exit_status.CLEAN


def _show(options: argparse.Namespace, wire: object, change: "ExchangeChange", written: str | None) -> None:
    from mailtrust.cli.screen import show
    from mailtrust.core.report.services_change_text import show_change

    def draw(page: "Page") -> None:
        show_change(page, change)

    show(options, wire, draw)
    if options.format != "text":
        return
    if written is not None:
        back = any(step.back for step in change.steps)
        say_notes(
            (
                text(
                    "{file} is written. Run it in the Exchange Management Shell as administrator; first with -WhatIf.",
                    file=written,
                ),
                text("-Undo takes back what can be taken back.")
                if back
                else text("What it does cannot be taken back by a script."),
            )
        )
    elif options.script is not None:
        say_notes((text("No script is written: there is nothing that it could do."),))
    elif change.steps and not is_told(options):
        say_notes((text("Nothing was changed. -o FILE.ps1 writes the script that does it."),))
