"""`mailtrust audit`: who made, approved, applied and took back which plan, and when."""

import argparse
from pathlib import Path

from mailtrust.cli import exit_status
from mailtrust.cli.arguments import Example
from mailtrust.cli.bundle_words import say
from mailtrust.cli.files import called_file, write_output
from mailtrust.cli.state_folder import state_of
from mailtrust.cli.translations import told, translator
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text

EXAMPLES: tuple[Example, ...] = (
    ("mailtrust audit", text("all that was applied from this machine")),
    ("mailtrust audit --expect 5d41402a...", text("... and that nothing of what was noted then is gone")),
)


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "audit",
        help=told(text("show who made, approved and applied which plan")),
        description=told(
            text(
                "Show the audit trail of the state folder, and check its chain of hashes: a line that was changed or "
                "removed is named. Keep the last hash somewhere else: with --expect it proves later that nothing was "
                "cut off. Names are as the system gave them."
            )
        ),
        examples=EXAMPLES,
        more=lambda: told(text("exit status: 0 the trail is whole; 2 it is not, or cannot be read")),
    )
    parser.add_argument("--expect", metavar="HASH", help=told(text("a last hash that was noted earlier")))
    parser.add_argument(
        "--state", metavar="DIR", type=Path,
        help=told(text("where the journal and the former files are kept (default: /var/lib/mailtrust for root)")),
    )  # fmt: skip
    parser.add_argument(
        "--format", choices=("text", "json"), default="text",
        help=told(text("for people or for a program (default: text); JSON: the lines as they stand there")),
    )  # fmt: skip
    parser.add_argument("--lang", choices=("en", "fr", "zh"), help=told(text("language of the messages")))
    parser.set_defaults(handler=run)


def run(options: argparse.Namespace) -> int:
    """Show and check it."""
    from mailtrust.core.formats.audit_trail import describe
    from mailtrust.core.formats.hash_chain import hash_after
    from mailtrust.edge.transport.trail import Trail

    state = state_of(options).path
    trail = Trail(state).read()  # once: another run may add to it meanwhile
    if options.format == "json":
        write_output(trail.octets, None)
    else:
        translate = translator(options.lang)
        shown = (
            f"{line.n}  {line.at:%Y-%m-%d %H:%M:%S}Z  {clean(line.by, 200)}  "
            f"{clean(describe(line).render(translate), 1000)}\n"
            for line in trail.lines
        )
        write_output("".join(shown).encode("utf-8", "replace"), None)
    if options.expect is not None and options.expect.strip().lower() not in hash_after(trail.octets):
        raise UserProblem(
            text("No line of the audit trail has the hash {given}: it was cut, or is another one.",
                 given=clean(options.expect, 70))
        )  # fmt: skip
    if not trail.lines:
        # Whoever has named the wrong folder must not read that all is well.
        said = text("Nothing was applied with the state folder {path}: there is no audit trail.",
                    path=called_file(state))  # fmt: skip
    else:
        said = text(
            "The trail is whole. Lines: {count}; the last hash is {head}.", count=len(trail.lines), head=trail.head
        )
    say(said)
    return exit_status.CLEAN
