"""`mailtrust services select`: which certificate Exchange will present where, and why."""

import argparse
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from mailtrust.cli import exit_status
from mailtrust.cli.files import called_file, expect_one_from_stdin, read_file
from mailtrust.cli.moment import add_moment_option, moment_of
from mailtrust.cli.screen import show
from mailtrust.cli.screen_options import add_screen_options
from mailtrust.cli.services.opening import (
    add_facts_options,
    asked_thumbprint,
    exchange_of,
    expect_server,
    thumbprint_in,
)
from mailtrust.cli.translations import told, translator
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mailtrust.core.formats.exchange.protocol_log import Presented
    from mailtrust.core.model.exchange import ExchangeOrganisation
    from mailtrust.core.model.exchange_change import ExchangeChange
    from mailtrust.core.report.page import Page
    from mailtrust.core.services.exchange.selecting.selection import Selection


def add_parser(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subcommands.add_parser(
        "select",
        help=told(text("say which certificate Exchange will present where, and why")),
        description=told(
            text(
                "Replay the search by which Exchange finds the certificate of every connector, of IMAP, POP, IIS and "
                "Unified Messaging, as Microsoft documents it: with each step, and what ruled each certificate out. "
                "What is not documented is said to be unknown. A protocol log shows what was presented indeed."
            )
        ),
        examples=(
            ("mailtrust services select --export exchange.json", None),
            ("mailtrust services select --export exchange.json --connector 'Default Frontend MAIL1'", None),
            ("mailtrust services select --export exchange.json --thumbprint 78E1...0C41 --services SMTP,IIS",
             text("and once this one is assigned")),
            ("mailtrust services select --export exchange.json --log RECV2026060112-1.LOG",
             text("compare with what was presented")),
        ),
        more=lambda: told(
            text(
                "exit status: 0 every place has a certificate, or has no TLS; 1 some have none or an unusable one, or "
                "the log shows another; 2 usage; 3 could not look"
            )
        ),
    )  # fmt: skip
    add_facts_options(parser)
    parser.add_argument(
        "--server", metavar="NAME", help=told(text("this server alone; whose log it is, of Send connectors"))
    )
    parser.add_argument(
        "--connector", metavar="NAME",
        help=told(text("this connector, service or site alone: its name as Exchange or IIS shows it")),
    )  # fmt: skip
    parser.add_argument(
        "--log", metavar="FILE", type=Path, action="append", default=[],
        help=told(text("an SMTP protocol log of Exchange, to compare with; may be repeated")),
    )  # fmt: skip
    planned = parser.add_argument_group(told(text("a planned change")))
    planned.add_argument(
        "--thumbprint", metavar="THUMBPRINT",
        help=told(text("also say what is presented once this certificate is assigned, as `services enable` does it")),
    )  # fmt: skip
    planned.add_argument("--services", metavar="LIST", help=told(text("to these services, such as POP,IMAP,IIS,SMTP")))
    add_moment_option(parser)
    add_screen_options(parser)
    parser.set_defaults(handler=run)


def run(options: argparse.Namespace) -> int:
    """Replay, compare, and say."""
    from mailtrust.core.report.services_selection_text import show_selections
    from mailtrust.core.report.services_selection_wire import selection_wire
    from mailtrust.core.services.exchange.selecting.presented import compare
    from mailtrust.core.services.exchange.selecting.select import select
    from mailtrust.core.services.exchange.selecting.selection import is_served

    expect_one_from_stdin(*options.export, *options.log)
    now = moment_of(options)
    organisation = exchange_of(options)
    selections = _wanted(options, organisation, select(organisation, now))
    change = _planned(options, organisation, now)
    after = None if change is None else _wanted(options, organisation, select(change.after, now))
    refused = () if change is None else change.refusals
    compared = compare(selections, _presented(options), _name(options, organisation))
    if options.connector is not None:
        compared = tuple(one for one in compared if one.selection is not None)
    wire = selection_wire(selections, after, compared, refused, now=now, translate=translator(options.lang))
    whole = options.connector is not None

    def draw(page: "Page") -> None:
        show_selections(page, selections, after, compared, refused, every_search=whole)

    show(options, wire, draw)
    wanting = any(is_served(one) is False for one in (selections if after is None else after))
    return exit_status.FINDINGS if wanting or any(one.agreement == "differs" for one in compared) else exit_status.CLEAN


def _planned(
    options: argparse.Namespace, organisation: "ExchangeOrganisation", now: datetime
) -> "ExchangeChange | None":
    """What comes of assigning the certificate; None: no change was given. Raises UserProblem."""
    if options.thumbprint is None and options.services is None:
        return None
    if options.thumbprint is None or options.services is None:
        raise UserProblem(text("Expected both of --thumbprint and --services, got one: a change needs both."))
    from mailtrust.core.formats.exchange.asked_services import asked_services
    from mailtrust.core.services.exchange.enabling.enable import Enable, enable

    thumbprint = thumbprint_in(organisation, asked_thumbprint(options.thumbprint))
    services = asked_services(options.services)
    name = _name(options, organisation)
    having = [one.name for one in organisation.servers if one.certificate(thumbprint) is not None]
    servers = (name,) if name is not None else tuple(having)
    if not servers:
        raise UserProblem(text("No server of the export has the certificate {print}.", print=thumbprint))
    return enable(organisation, Enable(servers, thumbprint, services), now)


def _name(options: argparse.Namespace, organisation: "ExchangeOrganisation") -> str | None:
    return None if options.server is None else expect_server(options.server, organisation)


def _wanted(
    options: argparse.Namespace, organisation: "ExchangeOrganisation", every: "Sequence[Selection]"
) -> "tuple[Selection, ...]":
    server = _name(options, organisation)
    found = tuple(one for one in every if server is None or one.server == server)
    if options.connector is None:
        return found
    asked = options.connector.strip().casefold()
    named = tuple(
        one for one in found if asked in (one.name.casefold(), one.name.removeprefix(f"{one.server}\\").casefold())
    )
    if not named:
        raise UserProblem(
            text(
                "Expected a connector, service or site of the export after --connector, got “{given}”. There are: "
                "{known}.",
                given=clean(options.connector, 60),
                known=tuple(dict.fromkeys(clean(one.name, 60) for one in found))[:40] or ("-",),
            )
        )
    return named


def _presented(options: argparse.Namespace) -> "tuple[Presented, ...]":
    from mailtrust.core.formats.exchange.protocol_log import read_protocol_log

    return tuple(one for path in options.log for one in read_protocol_log(read_file(path), called_file(path)))
