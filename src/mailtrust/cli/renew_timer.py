"""`mailtrust renew --timer`: what runs it twice a day."""

import argparse
import os
import secrets
import shutil
import sys
from pathlib import Path

from mailtrust.cli import exit_status
from mailtrust.cli.bundle_words import say
from mailtrust.cli.files import called_file, write_output
from mailtrust.cli.looking import looking_words
from mailtrust.core.formats.timer_units import CRON, SERVICE, TIMER, cron_line, systemd_units
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text


def write_timer(options: argparse.Namespace) -> int:
    """Write the files into the folder of -o, or show them."""
    command = _command(options)
    if options.timer == "systemd":
        files = systemd_units(command)
    else:
        user = "root" if options.output is not None else ""
        at = {"minute": secrets.randbelow(60), "hour": secrets.randbelow(12)}
        files = {CRON: cron_line(command, user=user, **at)}
    if options.output is None:
        for name, content in files.items():
            head = f"# {name}\n" if len(files) > 1 else ""
            write_output(f"{head}{content}".encode(), None)
        return exit_status.CLEAN
    if not options.output.is_dir():
        raise UserProblem(
            text("Expected a folder after -o, such as /etc/systemd/system or /etc/cron.d, got {path}.",
                 path=called_file(options.output))
        )  # fmt: skip
    for name, content in files.items():
        write_output(content.encode(), options.output / name)
    if options.timer == "systemd":
        say(text("Written: {service} and {timer}. systemctl daemon-reload, then systemctl enable --now {timer}",
                 service=SERVICE, timer=TIMER))  # fmt: skip
    else:
        say(text("Written: {file}.", file=called_file(options.output / CRON)))
    return exit_status.CLEAN


def _command(options: argparse.Namespace) -> tuple[str, ...]:
    """The installed program, and the options with which it shall look; the file by its whole path."""
    state = ("--state", str(options.state.absolute())) if options.state is not None else ()
    return (*_program(), "renew", "--all", *state, *looking_words(options))


def _program() -> tuple[str, ...]:
    own = Path(sys.argv[0])
    if own.name.removesuffix(".exe") == "mailtrust" and own.is_file() and os.access(own, os.X_OK):
        return (str(own.resolve()),)
    found = shutil.which("mailtrust")
    return (found,) if found is not None else (sys.executable, "-m", "mailtrust")
