"""Exchange itself is told what to do: `--live` of the subcommands that change something."""

import argparse
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from mailtrust.cli import exit_status
from mailtrust.cli.files import STANDARD, read_file, read_password
from mailtrust.cli.screen import show
from mailtrust.cli.services.live import live_shell
from mailtrust.cli.state_folder import state_of
from mailtrust.cli.terminal import agreed, somebody_is_there, write
from mailtrust.cli.translations import told, translator
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import Text, text

if TYPE_CHECKING:
    from mailtrust.core.formats.exchange.change_json import Change
    from mailtrust.core.model.exchange import ExchangeOrganisation
    from mailtrust.core.model.exchange_applied import ExchangeApplied
    from mailtrust.core.model.exchange_change import ExchangeChange
    from mailtrust.core.report.page import Page
    from mailtrust.edge.transport.shell import Shell
    from mailtrust.edge.transport.state import State
    from mailtrust.flows.exchange_asking import Doing
    from mailtrust.flows.exchange_doing import Person

STATUS = {"undone": exit_status.UNDONE, "not-undone": exit_status.NOT_UNDONE}


def add_telling_options(parser: argparse.ArgumentParser) -> None:
    """Add them; `tell_exchange` reads them."""
    telling = parser.add_argument_group(told(text("telling Exchange itself (--live without -o)")))
    telling.add_argument("--yes", action="store_true", help=told(text("ask nothing before the first change")))
    telling.add_argument(
        "--state", metavar="DIR", type=Path,
        help=told(text("where the journal is kept (default: /var/lib/mailtrust for root)")),
    )  # fmt: skip


def expect_telling(options: argparse.Namespace) -> None:
    """Raise UserProblem for options that are of no use here, before anything is asked."""
    if options.live is None and (options.yes or options.state is not None):
        raise UserProblem(text("--yes and --state are for --live, where Exchange itself is told: give that too."))
    if is_told(options) and not options.yes and not somebody_is_there():
        raise UserProblem(
            text("Nothing was changed: standard input is no terminal, so nobody can be asked. Give --yes to go on.")
        )


def is_told(options: argparse.Namespace) -> bool:
    """Whether Exchange itself is told; with -o a script is written instead."""
    return options.live is not None and options.script is None


def telling(options: argparse.Namespace, work: Callable[[], int]) -> int:
    """Do `work`; where Exchange itself is told, behind its journal. What an earlier run left is taken back first."""
    expect_telling(options)
    if not is_told(options):
        return work()
    with _state(options).held():
        for change in _interrupted(options):
            _recover(options, change)
        return work()


def tell_exchange(options: argparse.Namespace, organisation: "ExchangeOrganisation", change: "ExchangeChange") -> int:
    """Ask, do it step by step, and say what came of it. Raises UserProblem where nothing was begun."""
    from mailtrust.core.formats.exchange.change_json import Change
    from mailtrust.flows.exchange_doing import carry_out

    wanted = Change(_at(options), change.steps)
    with live_shell(options) as shell:
        question = text("Tell Exchange exactly this?")
        servers = tuple(one.name for one in organisation.servers if not one.edge)
        applied = carry_out(wanted, _state(options), _doing(options, shell, servers), _person(options, question))
    _give(options, applied)
    return STATUS.get(applied.outcome, exit_status.FINDINGS if applied.refused else exit_status.CLEAN)


def _interrupted(options: argparse.Namespace) -> "tuple[Change, ...]":
    from mailtrust.flows.exchange_doing import interrupted

    return interrupted(_state(options))


def _recover(options: argparse.Namespace, change: "Change") -> None:
    from mailtrust.flows.exchange_doing import recover

    if change.at != _at(options):
        raise UserProblem(
            text(
                "A run before this one was interrupted while it told {place} what to do. Take that back first: the "
                "same command with --live {place}.",
                place=clean(change.at, 200),
            )
        )
    _say(options, text("A run before this one was interrupted. Steps: {count}.", count=len(change.steps)))
    with live_shell(options) as shell:
        question = text("Take back what it had begun?")
        applied = recover(change, _state(options), _doing(options, shell, ()), _person(options, question))
    for one in applied.steps:
        if one.how == "stays" and one.command:
            _say(options, text("   {what}", what=one.command))
    if applied.outcome == "not-undone" and _interrupted(options):
        raise _StillOpen(applied.why)
    if applied.outcome == "undone":
        _say(options, text("What was begun has been taken back."))


class _StillOpen(UserProblem):
    """What an earlier run has done still stands."""

    status = exit_status.NOT_UNDONE


def _doing(options: argparse.Namespace, shell: "Shell", servers: tuple[str, ...]) -> "Doing":
    from mailtrust.flows.exchange_asking import Doing

    def pfx(name: str) -> tuple[bytes, str]:
        path = getattr(options, "certificate", None)
        password = getattr(options, "pfx_password_file", None)
        if path is None or path.name != name or STANDARD in (path, password):
            raise UserProblem(
                text(
                    "Expected the file {name} and its password each in a file: they are read again when Exchange is "
                    "given them.",
                    name=clean(name, 200),
                )
            )
        return read_file(path), (read_password(password) or b"").decode("utf-8", "replace")

    return Doing(shell, servers, lambda: datetime.now(UTC), pfx, lambda one: _say(options, one))


def _person(options: argparse.Namespace, question: Text) -> "Person":
    from mailtrust.flows.exchange_doing import Person

    def agree() -> None:
        if not options.yes and not agreed(question, options.lang):
            raise UserProblem(text("Nothing was changed."))

    def done(say: Text, command: str) -> bool:
        _say(options, say, *((text("   {what}", what=command),) if command else ()))
        return agreed(text("Is it done?"), options.lang)

    return Person(lambda one: _say(options, one), agree, done if somebody_is_there() else None)


def _give(options: argparse.Namespace, applied: "ExchangeApplied") -> None:
    from mailtrust.core.report.exchange_applied import applied_wire, draw_applied

    def draw(page: "Page") -> None:
        draw_applied(page, applied)

    show(options, applied_wire(applied, translator(options.lang)), draw)


def _say(options: argparse.Namespace, *sentences: Text) -> None:
    """Each on a line of standard error."""
    for sentence in sentences:
        write(f"{clean(sentence.render(translator(options.lang)), 4000)}\n")


def _at(options: argparse.Namespace) -> str:
    from mailtrust.edge.transport.shell import place_of

    return place_of(options.live).url


def _state(options: argparse.Namespace) -> "State":
    """Beside what `mailtrust apply` keeps, as its journals are of another kind."""
    from mailtrust.edge.transport.state import State

    return State(state_of(options).path / "exchange")
