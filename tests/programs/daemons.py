"""The lab's way to start server programs, and where tests have them listen."""

from dataclasses import dataclass
from pathlib import Path

from mailtrust.lab.daemons import (
    LOOPBACK,
    Daemons,
    DidNotStartError,
    FreePorts,
    NotInstalledError,
    answers,
    program,
)

__all__ = ["LOOPBACK", "Daemons", "DidNotStartError", "FreePorts", "NotInstalledError", "Place", "answers", "program"]


@dataclass(frozen=True, slots=True)
class Place:
    """A port of this machine, and what is presented there."""

    scheme: str
    port: int
    folder: Path
    """Holds bundle.pem as it is to be presented, key.pem, and both in combined.pem, key first."""
    address: str = LOOPBACK
