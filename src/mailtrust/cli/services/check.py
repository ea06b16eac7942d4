"""`mailtrust services check`: what is wrong with what servers are told to present."""

import argparse
from dataclasses import replace
from typing import TYPE_CHECKING

from mailtrust.cli import exit_status
from mailtrust.cli.moment import add_moment_option, moment_of
from mailtrust.cli.progress import watched
from mailtrust.cli.screen import show
from mailtrust.cli.screen_options import add_screen_options
from mailtrust.cli.services.opening import say_notes
from mailtrust.cli.services.standing import Standing, add_standing_options, standing_of
from mailtrust.cli.showing import threshold
from mailtrust.cli.translations import language, told, translator
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text

if TYPE_CHECKING:
    from mailtrust.core.formats.target import Target
    from mailtrust.core.model.assignment import AssignmentEvidence
    from mailtrust.flows.services_served import Shown


def add_parser(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subcommands.add_parser(
        "check",
        help=told(text("judge what servers are told to present: Exchange's traps and deadlines")),
        description=told(
            text(
                "Judge what an Exchange organisation was told to present, from its export: certificates that cannot "
                "serve, connectors that name what is not there, the certificate of OAuth, the back end, Extended "
                "Protection, Edge servers, hybrid mail; and compare it with what is seen where clients look."
            )
        ),
        examples=(
            ("mailtrust services check --export exchange.json", None),
            ("mailtrust services check --export exchange.json --balancer bridging https://mail.example.com",
             text("and look where clients look")),
            ("mailtrust services check --export exchange.json --at 2027-01-31", text("as it will stand that day")),
        ),
        more=lambda: told(text("exit status: 0 nothing at or above --fail-on; 1 findings; 2 usage; 3 could not look")),
    )  # fmt: skip
    parser.add_argument(
        "targets", metavar="TARGET", nargs="*",
        help=told(text("where clients look: mail domain, e-mail address, host, host:port or URL")),
    )  # fmt: skip
    parser.add_argument(
        "--served", action="store_true", help=told(text("ask the ports of each server what they present"))
    )
    add_standing_options(parser)
    judging = parser.add_argument_group(told(text("judging")))
    judging.add_argument(
        "--warn", metavar="30d|20%", type=threshold,
        help=told(text("warn this long before expiry (default: a fifth of the lifetime, at most 60 days)")),
    )  # fmt: skip
    judging.add_argument(
        "--critical", metavar="10d|5%", type=threshold,
        help=told(text("critical this long before expiry (default: 10 days)")),
    )  # fmt: skip
    add_moment_option(judging)
    judging.add_argument(
        "--fail-on", choices=("warning", "error", "critical", "never"), default="error",
        help=told(text("exit 1 from this severity on (default: error)")),
    )  # fmt: skip
    judging.add_argument(
        "--voice", choices=("admin", "manager", "user"), default="admin",
        help=told(text("for whom findings are told (default: admin)")),
    )  # fmt: skip
    add_screen_options(parser)
    parser.set_defaults(handler=run)


def run(options: argparse.Namespace) -> int:
    """Judge it."""
    from mailtrust.core.formats.target import parse_target
    from mailtrust.core.report.services_check_text import draw_review
    from mailtrust.core.report.services_check_wire import services_wire
    from mailtrust.flows.services_assigned import NOTHING_KNOWN
    from mailtrust.flows.services_check import reviewed

    targets = [(given, parse_target(given)) for given in options.targets]
    standing = standing_of(options, (), served=options.served)
    if not standing.told.is_something:
        raise UserProblem(NOTHING_KNOWN)
    shown = _shown_at(standing, targets)
    notes = (*standing.notes, *shown.notes)
    found = reviewed(_evidence(options, standing, shown), notes)
    wire = services_wire(found, translator(options.lang), language(options.lang))
    show(options, wire, lambda page: draw_review(page, found, options.voice))
    say_notes(notes)
    if found.outcome == "unknown":
        return exit_status.COULD_NOT_LOOK
    return exit_status.of_findings(found.findings, options.fail_on)


def _shown_at(standing: Standing, targets: "list[tuple[str, Target]]") -> "Shown":
    from mailtrust.edge.probe.loop import run as run_loop
    from mailtrust.flows.services_check import shown_at
    from mailtrust.flows.services_served import Shown

    if not targets:
        return Shown()
    exchange = standing.told.organisation
    with watched() as on_progress:
        return run_loop(shown_at(targets, exchange, standing.edge, standing.detours, on_progress=on_progress))


def _evidence(options: argparse.Namespace, standing: Standing, shown: "Shown") -> "AssignmentEvidence":
    own = standing.evidence.settings
    return replace(
        standing.evidence,
        now=moment_of(options) if options.at is not None else standing.evidence.now,
        settings=replace(own, warn=options.warn or own.warn, critical=options.critical or own.critical),
        stores=standing.edge.load_stores(("microsoft",)) if standing.told.organisation is not None else {},
        served=(*standing.evidence.served, *shown.served),
    )
