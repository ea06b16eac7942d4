"""The `mailtrust` command: parse arguments, call a flow, give an exit status. No traceback ever reaches a user."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence

from mailtrust.cli import exit_status
from mailtrust.cli.translations import told, translator
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text
from mailtrust.version import __version__

EPILOG = """\
examples:
  mailtrust check mail.example.com
  mailtrust check imaps://mail.example.com --client gmail-android,outlook-windows
  mailtrust bundle mail.example.com --for nginx -o fullchain.pem
  mailtrust check mail.example.com --with fullchain.pem
  mailtrust lab run missing-intermediate

exit status: 0 nothing at or above --fail-on; 1 findings; 2 usage; 3 could not look
"""


def build_parser() -> argparse.ArgumentParser:
    """The whole command line, without importing what the commands need."""
    from mailtrust.cli import bundle, check, lab

    parser = argparse.ArgumentParser(
        prog="mailtrust",
        description=told(
            text("Find, explain and mend what keeps mail clients from trusting a mail server's certificate.")
        ),
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"mailtrust {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for command in (check, bundle, lab):
        command.add_parser(commands)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit status."""
    parsed = build_parser().parse_args(arguments)
    handler: Callable[[argparse.Namespace], int] = parsed.handler
    translate = translator(getattr(parsed, "lang", None))
    try:
        return handler(parsed)
    except UserProblem as problem:
        _say(problem.message.render(translate))
        return problem.status
    except KeyboardInterrupt:
        _say(text("Stopped; nothing was changed.").render(translate))
        return exit_status.INTERRUPTED
    except BrokenPipeError:
        # The reader of our output has left (`| head`): keep Python from complaining about it at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return exit_status.CLEAN
    except Exception as error:
        if os.environ.get("MAILTRUST_DEBUG"):
            raise
        _say(
            text(
                "mailtrust met a mistake of its own ({kind}: {detail}). Nothing was changed. "
                "Please report it with the output of the same command under MAILTRUST_DEBUG=1.",
                kind=type(error).__name__,
                detail=str(error)[:300],
            ).render(translate)
        )
        return exit_status.COULD_NOT_LOOK


def run() -> None:
    """Entry point of the installed command."""
    sys.exit(main())


def _say(sentence: str) -> None:
    sys.stderr.write(f"mailtrust: {sentence}\n")
