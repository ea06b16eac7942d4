"""`mailtrust store choose`: which certificate serves a name best."""

import argparse

from mailtrust.cli import exit_status
from mailtrust.cli.screen import show
from mailtrust.cli.screen_options import add_screen_options
from mailtrust.cli.store.opening import add_store_options, host_and_service, opened, who
from mailtrust.cli.translations import told, translator
from mailtrust.core.model.text import text


def add_parser(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subcommands.add_parser(
        "choose",
        help=told(text("say which certificate serves a name best, and why")),
        description=told(
            text(
                "Weigh the certificates for a name: those whose private key is here, that hold now and whose chain is "
                "complete come first, then what lasts longest. Nothing is changed."
            )
        ),
        examples=(
            ("mailtrust store choose mail.example.com", None),
            ("mailtrust store choose mail.example.com:imap", text("a wildcard is no good choice for Exchange's IMAP")),
        ),
        more=lambda: told(text("exit status: 0 one was found; 1 none can serve; 2 usage; 3 could not look")),
    )
    parser.add_argument(
        "place", metavar="HOST[:SERVICE]",
        help=told(text("the name that clients use; smtp, imap, pop, sieve, ldap, web, iis, um or umcallrouter")),
    )  # fmt: skip
    add_store_options(parser, lang=False)
    add_screen_options(parser)
    parser.set_defaults(handler=run)


def run(options: argparse.Namespace) -> int:
    """Choose, and say why."""
    from mailtrust.core.report.store_text import show_choice
    from mailtrust.core.report.store_wire import choice_wire
    from mailtrust.flows.store import choice_for, look

    host, service = host_and_service(options.place)
    choice = choice_for(look(opened(options)), host, service, who().now)
    show(options, choice_wire(choice, translator(options.lang)), lambda page: show_choice(page, choice))
    return exit_status.CLEAN if choice.best is not None else exit_status.FINDINGS
