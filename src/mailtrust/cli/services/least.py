"""`mailtrust services least`: the one certificate that serves all, or the least set that does."""

import argparse

from mailtrust.cli import exit_status
from mailtrust.cli.numbers import Positive
from mailtrust.cli.screen import show
from mailtrust.cli.screen_options import add_screen_options
from mailtrust.cli.services.opening import say_notes
from mailtrust.cli.services.standing import add_standing_options, standing_of
from mailtrust.cli.translations import told, translator
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text

MOST = 100_000


def add_parser(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subcommands.add_parser(
        "least",
        help=told(text("find the one certificate that serves all, or the fewest that do")),
        description=told(
            text(
                "Find the fewest certificates that serve every service under the names by which clients come: the URLs "
                "and connection settings of Exchange, its connectors, Autodiscover, server names in configurations. "
                "What is there and lasts is used again before anything is ordered. Nothing is changed."
            )
        ),
        examples=(
            ("mailtrust services least --export exchange.json", text("Exchange")),
            ("mailtrust services least", text("every server of mailtrust.toml")),
            ("mailtrust services least --export exchange.json https://webmail.example.com --format json", None),
        ),
    )
    parser.add_argument(
        "targets",
        metavar="TARGET",
        nargs="*",
        help=told(text("what it shall serve besides: mail domain, e-mail address, host, host:port or URL")),
    )
    parser.add_argument(
        "--server", metavar="NAME", action="append", default=[],
        help=told(text("only for this server of mailtrust.toml or the export; may be repeated")),
    )  # fmt: skip
    parser.add_argument(
        "--ca", choices=("public", "own"), default="public",
        help=told(text(
            "who certifies: a CA that every client knows, or one of your own that is brought to all of them, and may "
            "certify internal names (default: public)"
        )),
    )  # fmt: skip
    parser.add_argument(
        "--no-sni", action="store_true",
        help=told(text("some clients do not send the server's name: what shares a port shares a certificate")),
    )  # fmt: skip
    parser.add_argument(
        "--most-names", metavar="N", type=Positive("--most-names", MOST),
        help=told(text("names that your CA takes into one certificate (default: 100)")),
    )  # fmt: skip
    add_standing_options(parser, compared=False)
    add_screen_options(parser)
    parser.set_defaults(handler=run)


def run(options: argparse.Namespace) -> int:
    """Find it, and say why."""
    from mailtrust.core.report.least_set_text import draw_least_set
    from mailtrust.core.report.least_set_wire import least_set_wire
    from mailtrust.core.services.least_set import MOST_NAMES
    from mailtrust.edge.probe.loop import run as run_loop
    from mailtrust.flows.services_assigned import NOTHING_KNOWN
    from mailtrust.flows.services_least import least, of_targets

    standing = standing_of(options, options.server, served=False)
    if not standing.told.is_something and not options.targets:
        raise UserProblem(NOTHING_KNOWN)
    made = least(
        standing.told,
        run_loop(of_targets(options.targets, standing.edge.resolver, standing.detours)),
        standing.holdings,
        standing.evidence.settings,
        standing.edge,
        ca=options.ca,
        sni=not options.no_sni,
        most_names=options.most_names or MOST_NAMES,
    )
    show(options, least_set_wire(made, translator(options.lang)), lambda page: draw_least_set(page, made))
    say_notes(standing.notes)
    return exit_status.CLEAN
