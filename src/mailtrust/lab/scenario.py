"""What a scenario is: a world to build, what a check must say about it, and what cures it."""

from collections.abc import Callable
from dataclasses import dataclass

from mailtrust.core.model.text import Text
from mailtrust.lab.world import World


@dataclass(frozen=True, slots=True)
class Port:
    """What clients must make of one port; clients that are not named may do as they like."""

    label: str
    """The host, as a label below the world's domain."""
    scheme: str
    accepted: tuple[str, ...] = ()
    warned: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Expected:
    """What a check must say."""

    ports: tuple[Port, ...]
    found: tuple[str, ...] = ()
    """Rules that must give a finding."""
    absent: tuple[str, ...] = ()
    """Rules that must give none."""
    remedies: tuple[str, ...] = ()
    """Kinds of remedy that must be offered."""
    sources: tuple[str, ...] = ()
    """Where, besides the servers, certificates must have been found: aia, elsewhere, ..."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A way in which mail servers are broken in the world outside."""

    id: str
    title: Text
    build: Callable[[World], None]
    expected: Expected
    cure: Callable[[World], None]
    """Does in the running world what the remedy asks for."""
    cured: Expected
    seed: int | None = None
    """The number of the user's report that it retells; None for a plain case."""
