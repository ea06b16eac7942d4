"""`mailtrust fix`: plan, apply and prove in one go, with a question between."""

import argparse
import sys
from pathlib import Path

from mailtrust.cli import exit_status
from mailtrust.cli.apply import add_applying_options, apply_plan, end_interrupted
from mailtrust.cli.arguments import Example
from mailtrust.cli.files import called_file, write_output
from mailtrust.cli.plan import add_planning_options, encoded, plan_of, shown
from mailtrust.cli.state_folder import state_of
from mailtrust.cli.translations import told, translator
from mailtrust.core.model.text import text

EXAMPLES: tuple[Example, ...] = (
    ("mailtrust fix mail.example.com", text("shows what would be done, asks, does it, and looks again")),
    ("mailtrust fix https://mail.example.com --product nginx --reach local", text("nginx on this machine")),
    ("mailtrust fix mail.example.com --apply", text("without a question, for a job at night")),
)


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "fix",
        help=told(text("plan, apply and prove in one go, with a question between")),
        description=told(
            text(
                "Check, show the fewest changes that cure what was found, ask, make exactly these, and prove on the "
                "wire that it is cured. What fails is taken back."
            )
        ),
        examples=EXAMPLES,
        more=lambda: told(
            text(
                "exit status: 0 nothing is wrong, or all was mended and proven; 1 something is left, or nothing "
                "was done; 2 usage; 3 could not look; 4 it failed, and what was begun has been taken back; 5 it "
                "failed, and not everything could be taken back"
            )
        ),
    )
    add_planning_options(parser)
    add_applying_options(parser, ask=False)
    parser.add_argument(
        "--apply", dest="yes", action="store_true", help=told(text("do it without a question, and without a terminal"))
    )
    parser.set_defaults(handler=run)


def run(options: argparse.Namespace) -> int:
    """Plan, and apply what was planned if somebody says so."""
    from mailtrust.core.formats.plan_file import decode_plan

    somebody = options.yes or (sys.stdin is not None and sys.stdin.isatty())
    # What is planned upon a server that is half changed fits no more when that is taken back.
    if somebody and end_interrupted(options) == exit_status.NOT_UNDONE:
        return exit_status.NOT_UNDONE
    planned = plan_of(options)
    octets = encoded(planned, options)
    left = exit_status.FINDINGS if planned.plan.left else exit_status.CLEAN
    if not planned.plan.steps:
        write_output(octets if options.format == "json" else shown(planned, options), None)
        return left
    if not somebody:
        write_output(octets if options.format == "json" else shown(planned, options), None)
        said = text("Nothing was changed: standard input is no terminal, so nobody can be asked. --apply does it.")
        sys.stderr.write(f"mailtrust: {said.render(translator(options.lang))}\n")
        return exit_status.FINDINGS
    plan = decode_plan(octets)
    status = apply_plan(plan, octets, options)
    if status != exit_status.CLEAN:
        return status
    state = f" --state {_word(options.state)}" if options.state is not None else ""
    back = f"mailtrust apply {_word(state_of(options).remembered(plan.id))} --undo{state}"
    said = text("To take it back: {command}", command=back)
    sys.stderr.write(f"mailtrust: {said.render(translator(options.lang))}\n")
    return left


def _word(path: Path) -> str:
    """As sh, cmd and PowerShell take it for one word: a folder of Windows may have the name of a person."""
    called = called_file(path)
    return f'"{called}"' if " " in called else called
