"""`mailtrust prove`: look again, and say of every finding of a plan what became of it."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from mailtrust.cli import exit_status
from mailtrust.cli.arguments import Example, Parser
from mailtrust.cli.files import expect_writable, read_file, write_output
from mailtrust.cli.looking import add_looking_options, edge_of, looking_options_given, request_of
from mailtrust.cli.progress import watched
from mailtrust.cli.screen_options import add_screen_options
from mailtrust.cli.translations import language, told, translator
from mailtrust.core.model.problem import CouldNotLook, UserProblem
from mailtrust.core.model.text import text

if TYPE_CHECKING:
    from mailtrust.core.model.plan import Plan
    from mailtrust.core.model.proof import Proof
    from mailtrust.flows.prove import Proven

EXAMPLES: tuple[Example, ...] = (
    ("mailtrust prove mend.json", text("what became of each finding, by the certificate on the wire")),
    ("mailtrust prove mend.json --server web --format json", text("of what one server serves")),
)


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "prove",
        help=told(text("look again, and say what became of everything that a plan was to mend")),
        description=told(
            text(
                "Probe every port of a plan again, knowing nothing but the names, and compare: a finding is resolved "
                "when its rule passes wherever the finding was; a server that does not answer leaves it unproven. A "
                "plan of mailtrust discover is proven by walking again."
            )
        ),
        examples=EXAMPLES,
        more=lambda: told(
            text(
                "exit status: 0 all that the plan promised is resolved, and nothing is new; 1 it is not, or the plan "
                "promises no cure and something is wrong; 2 usage; 3 could not look"
            )
        ),
    )
    parser.add_argument(
        "plan", metavar="PLAN", type=Path, help=told(text("the file that mailtrust plan -o or discover --plan wrote"))
    )
    parser.add_argument(
        "--server", metavar="NAME", action="append", default=[],
        help=told(text("only what this server of the plan serves; more than once, if need be")),
    )  # fmt: skip
    add_looking_options(parser)
    add_screen_options(parser)
    parser.set_defaults(handler=run, product=None, warn=None, critical=None)


def run(options: argparse.Namespace) -> int:
    """Look again and compare."""
    from mailtrust.core.formats.plan_file import decode_plan, encode_proof
    from mailtrust.flows.prove import shows_well

    expect_writable(options.output)
    plan = decode_plan(read_file(options.plan))
    _expect_servers(plan, options.server)
    if not plan.cures:
        said = text("This plan promises no cure: the exit status tells whether anything is wrong.")
        sys.stderr.write(f"mailtrust: {said.render(translator(options.lang))}\n")
    if plan.looked_by == "discover":
        return _prove_ways(plan, options)
    proven = prove_again(plan, options, servers=tuple(options.server))
    answer = encode_proof(proven.proof) if options.format == "json" else shown(proven.proof, options)
    write_output(answer, options.output)
    if not proven.assessment.evidence.handshakes and proven.proof.unproven:
        raise CouldNotLook(text("No port of the plan answered: nothing could be looked at."))
    return exit_status.CLEAN if shows_well(plan, proven.proof) else exit_status.FINDINGS


def _prove_ways(plan: "Plan", options: argparse.Namespace) -> int:
    from mailtrust.cli.proving_ways import ways_proven
    from mailtrust.core.formats.plan_file import encode_proof
    from mailtrust.edge.probe.loop import run as run_loop
    from mailtrust.flows.prove import shows_well

    proven = run_loop(ways_proven(plan, options))
    write_output(
        encode_proof(proven.proof) if options.format == "json" else shown(proven.proof, options), options.output
    )
    if not shows_well(plan, proven.proof):
        for held in proven.held:
            sys.stderr.write(f"{held.said.render(translator(options.lang))}\n")
        return exit_status.FINDINGS
    return exit_status.CLEAN


def prove_again(plan: "Plan", options: argparse.Namespace, *, servers: tuple[str, ...] = ()) -> "Proven":
    """Look as the plan did, or as the options say where they say anything."""
    from mailtrust.cli.showing import settings_of
    from mailtrust.edge.probe.loop import run as run_loop
    from mailtrust.flows.prove import prove

    looking = options if looking_options_given(options) or options.roots else looking_of(plan)
    request = request_of(looking, plan.target, settings=settings_of(looking))
    with watched() as on_progress:
        return run_loop(prove(plan, request, edge_of(looking), on_progress, servers=servers))


def looking_of(plan: "Plan") -> argparse.Namespace:
    """The options with which the plan was made."""
    parser = Parser(prog="mailtrust prove")
    add_looking_options(parser)
    parser.set_defaults(product=None, warn=None, critical=None)
    return parser.parse_args(list(plan.looking))


def shown(proof: "Proof", options: argparse.Namespace) -> bytes:
    """The proof for people."""
    from mailtrust.cli.screen import screen_of
    from mailtrust.core.report.proof_text import render_proof

    screen = screen_of(options)
    drawn = render_proof(
        proof,
        width=screen.width,
        colour=screen.colour,
        translate=translator(options.lang),
        lang=language(options.lang),
        ascii_only=screen.ascii_only,
    )
    return drawn.encode(screen.encoding, "replace")


def _expect_servers(plan: "Plan", wanted: list[str]) -> None:
    known = tuple(server.name for server in plan.servers)
    for name in wanted:
        if name not in known:
            raise UserProblem(
                text("Expected a server of the plan after --server, got “{given}”. There are: {known}.",
                     given=name, known=known)
            )  # fmt: skip
