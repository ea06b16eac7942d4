"""`mailtrust ca list`: what was issued, and what has become of it."""

import argparse

from mailtrust.cli import exit_status
from mailtrust.cli.ca.opening import add_ca_options, folder_of
from mailtrust.cli.files import write_output
from mailtrust.cli.screen import screen_of
from mailtrust.cli.screen_options import add_screen_options
from mailtrust.cli.translations import told, translator
from mailtrust.core.model.text import text


def add_parser(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subcommands.add_parser(
        "list",
        help=told(text("show what was issued")),
        description=told(text("Show every certificate that was issued, and whether it holds.")),
        examples=(("mailtrust ca list --format json", None),),
    )
    add_ca_options(parser, keys=False, lang=False)
    add_screen_options(parser)
    parser.set_defaults(handler=run)


def run(options: argparse.Namespace) -> int:
    """Show it."""
    from datetime import UTC, datetime

    from mailtrust.core.report.ca_list import ca_list, ca_list_text
    from mailtrust.flows.private_ca import look

    listed = ca_list(look(folder_of(options)), datetime.now(UTC))
    if options.format == "json":
        from mailtrust.core.formats.json_text import to_json_text

        write_output(to_json_text(listed), options.output)
    else:
        screen = screen_of(options)
        shown = ca_list_text(
            listed, width=screen.width, colour=screen.colour, translate=translator(options.lang),
            ascii_only=screen.ascii_only,
        )  # fmt: skip
        write_output(shown.encode(screen.encoding, "replace"), options.output)
    return exit_status.CLEAN
