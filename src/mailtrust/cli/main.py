"""The `mailtrust` command: parse arguments, call a flow, give an exit status. No traceback ever reaches a user."""

import argparse
import gc
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib import import_module

from mailtrust.cli import exit_status
from mailtrust.cli.arguments import Example, Parser
from mailtrust.cli.translations import LANGUAGES, told, translator
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text
from mailtrust.version import __version__

EXAMPLES: tuple[Example, ...] = (
    ("mailtrust check mail.example.com", None),
    ("mailtrust check imaps://mail.example.com --client gmail-android,outlook-windows", None),
    ("mailtrust bundle mail.example.com --for nginx -o fullchain.pem", None),
    ("mailtrust check mail.example.com --with fullchain.pem", None),
    ("mailtrust lab run missing-intermediate", None),
)


COMMANDS = (
    "check", "discover", "plan", "approve", "apply", "prove", "fix", "renew", "audit", "verify", "bundle", "cert", "ca",
    "acme", "store", "services", "trust", "forecast", "explain", "lab", "completion",
)  # fmt: skip
"""Each a module beside this one, in the order of the help."""


def build_parser(asked: str | None = None) -> Parser:
    """The whole command line, without importing what the commands need; or no more of it than the command asked for."""
    parser = Parser(
        prog="mailtrust",
        description=told(
            text("Find, explain and mend what keeps mail clients from trusting a mail server's certificate.")
        ),
        examples=EXAMPLES,
        more=lambda: told(text("exit status: 0 nothing at or above --fail-on; 1 findings; 2 usage; 3 could not look")),
    )
    parser.add_argument(
        "--version", action="version", version=f"mailtrust {__version__}", help=told(text("show the version and leave"))
    )
    # With `prog` argparse does not lay out the usage to find it out, for which it would ask how wide the screen is.
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True, prog=parser.prog)
    for command in (asked,) if asked in COMMANDS else COMMANDS:
        import_module(f"mailtrust.cli.{command}").add_parser(commands)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit status."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    translate = translator(_language_in(given))
    try:
        parsed = build_parser(given[0] if given else None).parse_args(given)
        handler: Callable[[argparse.Namespace], int] = parsed.handler
        return handler(parsed)
    except UserProblem as problem:
        said = problem.message.render(translate)
        if _asks_for_nagios(given):
            return _answer_nagios(said)
        _say(said)
        return problem.status
    except KeyboardInterrupt:
        _say(text("Stopped; nothing was changed.").render(translate))
        return exit_status.INTERRUPTED
    except BrokenPipeError:
        from mailtrust.cli.files import leave_pipe

        leave_pipe()
        return exit_status.CLEAN
    except Exception as error:
        if os.environ.get("MAILTRUST_DEBUG"):
            raise
        _say(
            text(
                "mailtrust met a mistake of its own ({kind}: {detail}). Nothing was changed. "
                "Please report it with the output of the same command under MAILTRUST_DEBUG=1.",
                kind=type(error).__name__,
                detail=clean(str(error), 300),
            ).render(translate)
        )
        return exit_status.COULD_NOT_LOOK


def run() -> None:
    """Entry point of the installed command."""
    open_missing_streams()
    # A command's start makes many objects that stay, and next to no garbage: looking for some there costs a tenth.
    gc.set_threshold(200_000)
    try:
        status = main()
    except SystemExit as leaving:  # argparse leaves so after --help and --version
        status = leaving.code if isinstance(leaving.code, int) else exit_status.CLEAN
    try:
        sys.stdout.flush()
    except OSError:
        from mailtrust.cli.files import leave_pipe

        leave_pipe()
    # All that is left goes with the process: to look for garbage in it once more costs another tenth.
    gc.freeze()
    sys.exit(status)


def open_missing_streams() -> None:
    """Give this process the standard streams that its caller has closed.

    Otherwise the next socket or file gets their number, and reports are written into it.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # POSIX gives the lowest free number: this one.
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 - it stays open


def _language_in(arguments: Sequence[str]) -> str | None:
    """The language asked for, before anything else is understood: help and mistakes are told in it too."""
    wanted = _value_in(arguments, "--lang")
    return wanted if wanted in LANGUAGES else None


def _asks_for_nagios(arguments: Sequence[str]) -> bool:
    return _value_in(arguments, "--format") == "nagios"


def _answer_nagios(said: str) -> int:
    """A plugin answers on standard output, whatever happens; our own 2 would be CRITICAL to whoever asked."""
    from mailtrust.cli.files import write_output
    from mailtrust.core.report.nagios import State, line

    write_output(line(State.UNKNOWN, said), None)
    return State.UNKNOWN


def _value_in(arguments: Sequence[str], option: str) -> str | None:
    """The value of an option on a command line that may not be readable as a whole."""
    for number, argument in enumerate(arguments):
        name, equals, value = argument.partition("=")
        if name == option:
            return value if equals else next(iter(arguments[number + 1 :]), None)
    return None


def _say(sentence: str) -> None:
    with suppress(OSError, UnicodeEncodeError):
        sys.stderr.write(f"mailtrust: {sentence}\n")
        sys.stderr.flush()
