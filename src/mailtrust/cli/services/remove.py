"""`mailtrust services remove`: remove a certificate from Exchange servers, if Exchange lets it go."""

import argparse

from mailtrust.cli.files import expect_one_from_stdin, expect_writable
from mailtrust.cli.moment import moment_of
from mailtrust.cli.services.changing import add_change_options, give, look_again, servers_of
from mailtrust.cli.services.opening import asked_thumbprint, exchange_of, thumbprint_in
from mailtrust.cli.services.telling import is_told, telling
from mailtrust.cli.translations import told
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text


def add_parser(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subcommands.add_parser(
        "remove",
        help=told(text("remove a certificate from Exchange servers, as a script")),
        description=told(
            text(
                "Say whether Exchange lets a certificate go: what still serves by it, which connector names it, "
                "whether transport, OAuth or federation hang on it, and what to do first, in the order that Microsoft "
                "documents. Then write the script that removes it. "
                "With --live and without -o Exchange itself is told, step by step: each is written down before, asked "
                "again after, and taken back when one fails."
            )
        ),
        examples=(
            ("mailtrust services remove --export exchange.json --thumbprint 434A...56AB -o remove.ps1", None),
            ("mailtrust services remove --export exchange.json --thumbprint 434A...56AB --server MAIL2", None),
        ),
        more=lambda: told(
            text(
                "exit status: 0 it can be removed, or is removed or not there; 1 something is refused; 2 usage; "
                "3 could not look; with --live 4 it failed and was taken back, 5 it failed and was not"
            )
        ),
    )  # fmt: skip
    add_change_options(parser)
    parser.add_argument(
        "--stop-transport", action="store_true",
        help=told(text("stop transport while Send connectors let it go, where its renewed twin stays: mail waits")),
    )  # fmt: skip
    parser.set_defaults(handler=run)


def run(options: argparse.Namespace) -> int:
    """Plan it, show it, write it or do it."""
    if options.stop_transport and is_told(options):
        # Exchange's own shell has no services of Windows, and transport must be stopped in between.
        raise UserProblem(text("--stop-transport is for a script: give -o FILE.ps1 beside --live."))
    return telling(options, lambda: _run(options))


def _run(options: argparse.Namespace) -> int:
    from mailtrust.core.services.exchange.removing.remove import Remove, remove

    expect_one_from_stdin(*options.export)
    expect_writable(options.script)
    now = moment_of(options)
    if options.thumbprint is None:
        raise UserProblem(text("Expected the certificate after --thumbprint, got nothing."))
    asked = asked_thumbprint(options.thumbprint)
    organisation = exchange_of(options)
    thumbprint = thumbprint_in(organisation, asked)
    servers = servers_of(options, organisation, thumbprint)
    change = remove(organisation, Remove(servers, thumbprint, options.stop_transport), now)
    title = text("Removes the certificate {print} from {servers}.", print=thumbprint, servers=servers)
    ask = tuple(look_again(organisation, ("check",)))
    return give(options, organisation, change, title, now=now, ask=ask)
