"""What the subcommands of `services` share: where the facts come from, and what stands in front of the servers."""

import argparse
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from mailtrust.cli.files import STANDARD, called_file, expect_one_from_stdin, read_file
from mailtrust.cli.services.live import add_live_options, expect_live, live
from mailtrust.cli.terminal import write
from mailtrust.cli.translations import current, told
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import Text, text

if TYPE_CHECKING:
    from mailtrust.core.formats.exchange.organisation_of import Gathered
    from mailtrust.core.model.exchange import ExchangeOrganisation

MOST_FILES = 200
"""Of one export: a server has about ten."""

LONGEST_NOTE = 4000

_ENDINGS = frozenset({".json", ".xml", ".clixml", ".txt"})


def add_facts_options(parser: argparse.ArgumentParser) -> None:
    """Add them; `exported` and `exchange_of` read them."""
    facts = parser.add_argument_group(told(text("where facts come from")))
    facts.add_argument(
        "--export", metavar="FILE", type=Path, action="append", default=[],
        help=told(text(
            "what Exchange told: what the script of `services collect` wrote, an Export-Clixml, or pasted Format-List "
            "text; a folder of these; standard input (-); may be repeated"
        )),
    )  # fmt: skip
    add_live_options(facts)


def add_balancer_option(parser: argparse.ArgumentParser) -> None:
    """Add `--balancer`; its value is a `Balancer`."""
    parser.add_argument(
        "--balancer", choices=("unknown", "none", "layer-4", "bridging", "offloading"), default="unknown",
        help=told(text(
            "what stands in front of the servers: nothing, what passes TLS through (layer-4), decrypts and encrypts "
            "again (bridging), or only decrypts (offloading)"
        )),
    )  # fmt: skip


def facts_given(options: argparse.Namespace) -> bool:
    """Whether it is said where the facts come from. Raises UserProblem for options that do not go together."""
    expect_live(options)
    return bool(options.export or options.live is not None)


def exported(options: argparse.Namespace) -> "Gathered | None":
    """What the files of `--export` say, or Exchange itself; None where neither is given. Raises UserProblem."""
    from mailtrust.core.formats.exchange.organisation_of import organisation_of

    expect_live(options)
    if options.live is not None:
        return live(options)
    expect_one_from_stdin(*options.export)
    paths = [path for given in options.export for path in _files_in(given)]
    if not paths:
        return None
    return organisation_of([(called_file(path), read_file(path)) for path in paths])


def exchange_of(options: argparse.Namespace) -> "ExchangeOrganisation":
    """The exported organisation; what is wrong with the export is said on standard error. Raises UserProblem."""
    gathered = exported(options)
    if gathered is None:
        raise UserProblem(
            text(
                "Expected what Exchange told, in --export FILE or at --live URL, got nothing. "
                "`mailtrust services collect -o collect.ps1` writes the script that exports it."
            )
        )
    say_notes(gathered.problems)
    return gathered.organisation


def expect_server(name: str, organisation: "ExchangeOrganisation") -> str:
    """The server's name as the export has it. Raises UserProblem for one that the export does not know."""
    server = organisation.server(name)
    if server is None:
        raise UserProblem(
            text(
                "Expected a server of the export after --server, got “{given}”. There are: {known}.",
                given=clean(name, 60),
                known=tuple(clean(one.name, 60) for one in organisation.servers) or ("-",),
            )
        )
    return server.name


def asked_thumbprint(given: str) -> str:
    """`--thumbprint`: the whole, or the digits of it that reports show. Raises UserProblem, before anything is read."""
    from mailtrust.core.formats.thumbprint_text import SHOWN, read_thumbprint, upper_digits

    digits = upper_digits(given)
    return digits if len(digits) == SHOWN else read_thumbprint(given)


def thumbprint_in(organisation: "ExchangeOrganisation", asked: str) -> str:
    """The whole of it, where one certificate alone begins so. Raises UserProblem."""
    from mailtrust.core.formats.thumbprint_text import SHOWN, read_thumbprint

    every = {one.thumbprint for server in organisation.servers for one in server.certificates}
    found = [one for one in every if one.startswith(asked)] if len(asked) == SHOWN else []
    return found[0] if len(found) == 1 else read_thumbprint(asked)


def say_notes(notes: Iterable[Text]) -> None:
    """On standard error, a line each."""
    for one in notes:
        write(f"mailtrust: {clean(one.render(current()), LONGEST_NOTE)}\n")


def _files_in(given: Path) -> list[Path]:
    """The file itself, or what a folder holds. Raises UserProblem for a folder without exports, or with too many."""
    if given == STANDARD or not given.is_dir():
        return [given]
    try:
        found = sorted(path for path in given.iterdir() if path.suffix.lower() in _ENDINGS)
    except OSError as error:
        raise UserProblem(
            text("Could not read {path}: {why}.", path=called_file(given), why=error.strerror or str(error))
        ) from error
    if not 0 < len(found) <= MOST_FILES:
        raise UserProblem(
            text(
                "Expected up to {most} exports in the folder {path}, named {endings}, found {count}.",
                most=MOST_FILES,
                path=called_file(given),
                endings=tuple(f"*{ending}" for ending in sorted(_ENDINGS)),
                count=len(found),
            )
        )
    return found
