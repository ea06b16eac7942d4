"""`mailtrust store show`: all that is known of one certificate."""

import argparse

from mailtrust.cli import exit_status
from mailtrust.cli.screen import show
from mailtrust.cli.screen_options import add_screen_options
from mailtrust.cli.store.opening import add_store_options, opened, who
from mailtrust.cli.translations import told
from mailtrust.core.model.text import text


def add_parser(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subcommands.add_parser(
        "show",
        help=told(text("show all that is known of a certificate")),
        description=told(
            text("Show a certificate's names, thumbprints and chain, where it is assigned and where it was seen.")
        ),
        examples=(
            ("mailtrust store show mail.example.com", None),
            ("mailtrust store show 5d41402a --format json", None),
        ),
    )
    parser.add_argument(
        "which", metavar="THUMBPRINT|NAME", help=told(text("the beginning of a thumbprint (SHA-256, SHA-1), or a name"))
    )
    add_store_options(parser, lang=False)
    add_screen_options(parser)
    parser.set_defaults(handler=run)


def run(options: argparse.Namespace) -> int:
    """Show what is meant; of a name every certificate."""
    from mailtrust.core.model.kept import KeptCertificate, KeptRequest
    from mailtrust.core.report.page import Page
    from mailtrust.core.report.store_text import show_list, show_one
    from mailtrust.core.report.store_wire import store_wire
    from mailtrust.flows.store import look
    from mailtrust.flows.store_finding import matching

    store, now = opened(options), who().now
    holdings = look(store)
    found = matching(holdings, options.which)
    certificates = [one for one in found if isinstance(one, KeptCertificate)]
    requests = [one for one in found if isinstance(one, KeptRequest)]
    wire = store_wire(store.called, holdings, certificates, requests)

    def draw(page: Page) -> None:
        for one, told_of in zip(certificates, wire.certificates, strict=True):
            show_one(page, holdings, one, now, told_of.sha1)
        if requests:
            show_list(page, holdings, (), requests, now)

    show(options, wire, draw)
    return exit_status.CLEAN
