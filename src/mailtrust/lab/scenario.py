"""What a scenario is: a world to build, what a check must say about it, and what cures it."""

from collections.abc import Callable
from dataclasses import field

from mailtrust.core.model.endpoint import Offer
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.observation import FailureKind
from mailtrust.core.model.text import Text
from mailtrust.edge.probe.timeouts import Timeouts
from mailtrust.lab.world import World

IMPATIENT = Timeouts(connect=0.5, greeting=0.5, leave=0.2, busy_pause=0.05)
"""For servers that keep people waiting: it shows as well in half a second."""


@frozen
class Port:
    """What clients must make of one port; clients that are not named may do as they like."""

    label: str
    """The host, as a label below the world's domain."""
    scheme: str
    accepted: tuple[str, ...] = ()
    warned: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    failure: FailureKind | None = None
    """How the attempt must end before there is anything to judge; None: nothing is said about that."""
    offer: Offer = Offer.DEFAULT
    address: str = ""
    """The machine, where a name has several; empty: any."""


@frozen
class Expected:
    """What a check must say."""

    ports: tuple[Port, ...]
    found: tuple[str, ...] = ()
    """The rules that must give a finding; every other must give none."""
    unknown: tuple[str, ...] = ()
    """Rules that must say that they cannot tell."""
    remedies: tuple[str, ...] = ()
    """Kinds of remedy that must be offered."""
    sources: tuple[str, ...] = ()
    """Where, besides the servers, certificates must have been found: aia, elsewhere, ..."""


@frozen
class Scenario:
    """A way in which mail servers are broken in the world outside."""

    id: str
    title: Text
    build: Callable[[World], None]
    expected: Expected
    cure: Callable[[World], None]
    """Does in the running world what the remedy asks for."""
    cured: Expected
    timeouts: Timeouts = field(default_factory=Timeouts)
    """How long a check waits here."""
    seed: int | None = None
    """The number of the user's report that it retells; None for a plain case."""
