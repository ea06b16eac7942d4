"""Where journals, former files and the trail are kept: `--state`, or the folder of whoever runs this."""

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mailtrust.edge.transport.state import State


def state_of(options: argparse.Namespace) -> "State":
    """Where the journal and the former files are kept."""
    from mailtrust.edge.transport.state import State, state_of_this_user

    return State(options.state.absolute()) if options.state is not None else state_of_this_user()
