"""`mailtrust apply`: carry out a plan exactly as it was shown, prove it, or take it back."""

import argparse
import asyncio
import signal
import sys
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mailtrust.cli import exit_status
from mailtrust.cli.arguments import Example
from mailtrust.cli.files import called_file, expect_writable, read_file, write_output
from mailtrust.cli.looking import add_looking_options
from mailtrust.cli.screen_options import add_screen_options
from mailtrust.cli.state_folder import state_of
from mailtrust.cli.translations import language, told, translator
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text

if TYPE_CHECKING:
    from mailtrust.cli.applying import Outside
    from mailtrust.core.model.applied import Applied
    from mailtrust.core.model.plan import Plan
    from mailtrust.edge.transport.state import State

EXAMPLES: tuple[Example, ...] = (
    ("mailtrust plan mail.example.com -o mend.json", text("write down what is to be done, and read it")),
    ("mailtrust apply mend.json", text("do exactly that, and look whether it is mended")),
    ("mailtrust apply mend.json --yes --format json -o applied.json", text("at night, with an answer for a program")),
    ("mailtrust apply mend.json --undo", text("put back everything as it was")),
)


class Stopped(UserProblem):
    """Somebody ended the program in the middle."""

    status = exit_status.INTERRUPTED


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "apply",
        help=told(text("carry out a plan, prove it on the wire, or take it back")),
        description=told(
            text(
                "Carry out a plan exactly as it is written. First everything is read again: what is no longer as it "
                "was stops it. Former files are kept, a journal is written ahead, each server is proven before the "
                "next is begun, and what fails is taken back."
            )
        ),
        examples=EXAMPLES,
        more=lambda: told(
            text(
                "exit status: 0 done and proven, or nothing to do; 2 usage; 3 could not look; 4 it failed, and what "
                "was begun has been taken back; 5 it failed, and not everything could be taken back"
            )
        ),
    )
    parser.add_argument("plan", metavar="PLAN", type=Path, help=told(text("the file that mailtrust plan -o wrote")))
    parser.add_argument("--undo", action="store_true", help=told(text("take back what this plan has done")))
    parser.add_argument(
        "--resume",
        action="store_true",
        help=told(text("go on where this plan was interrupted, instead of taking back what is not proven")),
    )
    add_applying_options(parser)
    add_looking_options(parser)
    add_screen_options(parser)
    parser.set_defaults(handler=run, product=None, warn=None, critical=None)


def add_applying_options(parser: argparse.ArgumentParser, *, ask: bool = True) -> None:
    """What everything takes that applies a plan. `ask`: --yes is the word for not asking."""
    if ask:
        parser.add_argument("--yes", action="store_true", help=told(text("ask nothing before the first change")))
    parser.add_argument(
        "--state", metavar="DIR", type=Path,
        help=told(text("where the journal and the former files are kept (default: /var/lib/mailtrust for root)")),
    )  # fmt: skip
    parser.add_argument(
        "--dns-update", metavar="ADDR[:PORT]",
        help=told(text("the server at which records of a zone are changed (RFC 2136)")),
    )  # fmt: skip
    parser.add_argument(
        "--tsig-file", metavar="FILE", type=Path,
        help=told(text("the TSIG key for --dns-update, as tsig-keygen writes it")),
    )  # fmt: skip
    parser.add_argument(
        "--store", metavar="PLACE",
        help=told(text("the store that holds a new key: a file, or postgresql://USER@HOST/DATABASE")),
    )  # fmt: skip
    parser.add_argument(
        "--key-file", metavar="FILE", type=Path,
        help=told(text("what opens the store's keys: the first line of this file, or of standard input (-)")),
    )  # fmt: skip
    parser.set_defaults(quiet=False, undo=False, resume=False, approvals_file=None)


def run(options: argparse.Namespace) -> int:
    """Apply a plan or take it back; the exit status tells how it ended."""
    from mailtrust.cli.auditing import beside_plan
    from mailtrust.core.formats.plan_file import decode_plan

    if options.undo and options.resume:
        raise UserProblem(text("--undo takes a plan back and --resume goes on with it: give one of them."))
    expect_writable(options.output)
    octets = read_file(options.plan)
    options.approvals_file = beside_plan(options.plan)
    return apply_plan(decode_plan(octets), octets, options)


def apply_plan(plan: "Plan", octets: bytes, options: argparse.Namespace) -> int:
    """Show it, ask, do it, and say what came of it."""
    return told_of(applied(plan, octets, options), options)


def applied(plan: "Plan", octets: bytes, options: argparse.Namespace) -> "list[Applied]":
    """The same without a word about what came of it; what was left open before stands first."""
    return _in_state(options, plan, lambda state, outside: _apply(plan, octets, state, outside, options))


def end_interrupted(options: argparse.Namespace) -> int:
    """Bring to an end what runs before this one have left open, before anything is planned upon it."""
    return told_of(interrupted_ended(options), options)


def interrupted_ended(options: argparse.Namespace) -> "list[Applied]":
    """The same without a word about what came of it."""

    async def nothing_else(state: "State", outside: "Outside") -> "list[Applied]":
        return await _recover(state, outside)

    return _in_state(options, None, nothing_else) if _interrupted(options) else []


def told_of(runs: "Sequence[Applied]", options: argparse.Namespace) -> int:
    """Say what came of it, and give the exit status."""
    if not runs:
        return exit_status.CLEAN
    _tell(runs, options)
    return status_of(runs, options)


def status_of(runs: "Sequence[Applied]", options: argparse.Namespace) -> int:
    """The exit status of what came last."""
    undone = exit_status.CLEAN if options.undo else exit_status.UNDONE
    return {"undone": undone, "not-undone": exit_status.NOT_UNDONE}.get(runs[-1].outcome, exit_status.CLEAN)


def _in_state(
    options: argparse.Namespace,
    plan: "Plan | None",
    work: "Callable[[State, Outside], Coroutine[Any, Any, list[Applied]]]",
) -> "list[Applied]":
    from mailtrust.cli.applying import Outside
    from mailtrust.cli.auditing import note_ended
    from mailtrust.edge.probe.loop import run as run_loop

    state, outside = state_of(options), Outside(plan, options)

    async def whole() -> "list[Applied]":
        _let_signals_stop()
        try:
            return await work(state, outside)
        finally:
            await outside.close()

    try:
        with state.held():
            runs = run_loop(whole())
            note_ended(runs, state)
            return runs
    except KeyboardInterrupt:
        if not _interrupted(options):
            raise
        raise Stopped(
            text(
                "Stopped in the middle. What was begun is written down in {folder}: run the same command again, and "
                "it is taken back.",
                folder=called_file(state.path),
            )
        ) from None


def _interrupted(options: argparse.Namespace) -> bool:
    from mailtrust.flows.apply import interrupted

    return bool(interrupted(state_of(options)))


async def _recover(state: "State", outside: "Outside", *, but: str = "") -> "list[Applied]":
    """What was left open of other plans than this one, up to the first that stays so."""
    from mailtrust.flows.apply import interrupted, recover, remembered

    runs: list[Applied] = []
    for one in interrupted(state):
        if one != but and not (runs and runs[-1].outcome == "not-undone"):
            runs.append(await recover(remembered(state, one), state, outside.surroundings))
    return runs


async def _apply(
    plan: "Plan", octets: bytes, state: "State", outside: "Outside", options: argparse.Namespace
) -> "list[Applied]":
    from mailtrust.flows.apply import apply, undo

    runs = await _recover(state, outside, but=plan.id)
    if runs and runs[-1].outcome == "not-undone":
        return runs
    around = outside.surroundings
    if options.undo:
        return [*runs, await undo(plan, state, around)]
    return [*runs, await apply(plan, octets, state, around, resume=options.resume)]


def _tell(runs: "Sequence[Applied]", options: argparse.Namespace) -> None:
    from mailtrust.cli.screen import screen_of
    from mailtrust.core.report.applied_json import write_applied
    from mailtrust.core.report.applied_text import render_applied

    if options.format == "json":
        write_output(write_applied(runs, translator(options.lang)), options.output)
        return
    screen = screen_of(options)
    drawn = [
        render_applied(
            applied,
            width=screen.width,
            colour=screen.colour,
            translate=translator(options.lang),
            lang=language(options.lang),
            ascii_only=screen.ascii_only,
        )
        for applied in runs
    ]
    write_output("\n".join(drawn).encode(screen.encoding, "replace"), options.output)


def _let_signals_stop() -> None:
    """Whoever ends the program, or loses the terminal, has it taken back what is not proven."""
    task = asyncio.current_task()
    if sys.platform != "win32" and task is not None:
        for number in (signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)
