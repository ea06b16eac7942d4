"""`mailtrust ca audit`: what was done, by whom, and that nothing in the journal was changed."""

import argparse

from mailtrust.cli import exit_status
from mailtrust.cli.bundle_words import say
from mailtrust.cli.ca.opening import add_ca_options, folder_of
from mailtrust.cli.files import write_output
from mailtrust.cli.translations import told, translator
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text


def add_parser(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subcommands.add_parser(
        "audit",
        help=told(text("show the journal, and check that nothing in it was changed")),
        description=told(
            text(
                "Show everything that was done with the CA, and check the chain of hashes. Keep the last hash "
                "somewhere else: with --expect it proves later that nothing was cut off."
            )
        ),
        examples=(("mailtrust ca audit", None), ("mailtrust ca audit --expect 5d41402a...", None)),
    )
    parser.add_argument("--expect", metavar="HASH", help=told(text("a last hash that was noted earlier")))
    add_ca_options(parser, keys=False)
    parser.set_defaults(handler=run)


def run(options: argparse.Namespace) -> int:
    """Show and check it."""
    from mailtrust.core.formats.hash_chain import hash_after
    from mailtrust.core.issuance.ca_journal import describe
    from mailtrust.flows.private_ca import read, read_lines

    folder = folder_of(options)
    journal = read(folder)
    translate = translator(options.lang)
    lines = [
        f"{entry.n}  {entry.at:%Y-%m-%d %H:%M:%S}Z  {clean(entry.by, 40)}  "
        f"{clean(describe(entry).render(translate), 300)}\n"
        for entry in journal.entries
    ]
    write_output("".join(lines).encode("utf-8"), None)
    if options.expect is not None and options.expect.strip().lower() not in hash_after(read_lines(folder)):
        raise UserProblem(
            text("No line of the journal has the hash {given}: it was cut, or is another CA's.",
                 given=clean(options.expect, 70))
        )  # fmt: skip
    say(text("The journal is whole: {count} entries, the last hash is {head}.",
             count=len(journal.entries), head=journal.head))  # fmt: skip
    return exit_status.CLEAN
