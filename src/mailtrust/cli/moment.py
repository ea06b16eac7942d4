"""The moment as of which is judged: `--at`, or now."""

import argparse
from datetime import UTC, datetime

from mailtrust.cli.translations import told
from mailtrust.core.model.text import text


def add_moment_option(parser: argparse._ActionsContainer) -> None:
    """Add `--at`."""
    parser.add_argument(
        "--at", metavar="TIME", help=told(text("judge as of this time, such as 2027-01-31 or 2027-01-31T12:00:00Z"))
    )


def moment_of(options: argparse.Namespace) -> datetime:
    """`--at`, or now. Raises UserProblem."""
    from mailtrust.core.formats.moment import parse_moment

    return parse_moment(options.at) if options.at is not None else datetime.now(UTC)
