"""What a client does with what a server presents, and why."""

from datetime import date, datetime
from enum import StrEnum

from mailtrust.core.model.anchors import TrustAnchor
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.pool import Source


class Outcome(StrEnum):
    """What the user meets."""

    ACCEPTED = "accepted"
    WARNED = "warned"
    """The client asks, and its ordinary button goes on."""
    REFUSED = "refused"
    UNKNOWN = "unknown"


class ReasonSeverity(StrEnum):
    """How much a reason weighs for this client: `error` stops it, `warning` and `info` do not."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Basis(StrEnum):
    """On what a statement about a client rests, surest first."""

    ENGINE = "engine"
    """A run of the real engine."""
    SOURCE = "source"
    """Its source code."""
    DOCUMENT = "document"
    """Its vendor's documentation or a published test."""
    RECALLED = "recalled"
    """Nobody could source it."""


Fact = str | int | bool | date | datetime | tuple[str, ...] | None


@frozen
class Reason:
    """Why a path or a name does not hold, in the contract's vocabulary of codes."""

    code: str
    severity: ReasonSeverity
    certificate: str | None = None
    """Fingerprint of the certificate it is about."""
    facts: tuple[tuple[str, Fact], ...] = ()

    def fact(self, name: str) -> Fact:
        """The fact of that name, or None."""
        return dict(self.facts).get(name)


@frozen
class Link:
    """One certificate of a path and where the client got it from."""

    certificate: Certificate
    source: Source


@frozen
class PathAttempt:
    """One path that was tried: leaf first; `anchor` is None where no anchor was reached."""

    links: tuple[Link, ...]
    anchor: TrustAnchor | None
    reasons: tuple[Reason, ...]

    @property
    def fingerprints(self) -> tuple[str, ...]:
        """Leaf first, anchor last."""
        prints = [link.certificate.fingerprint for link in self.links]
        if self.anchor is not None and prints[-1] != self.anchor.fingerprint:
            prints.append(self.anchor.fingerprint)
        return tuple(prints)


@frozen
class Utterance:
    """A client's words to its user, and where they were read."""

    text: str
    lang: str
    source: str


@frozen
class Verdict:
    """One client's judgement of one observation."""

    observation: str
    """Observation.id"""
    client: str
    reference_identifier: str
    outcome: Outcome
    overridable: bool
    """Whether the client offers its user a way on."""
    path: tuple[str, ...]
    """The decisive path's fingerprints, leaf first, anchor last; as far as it came when there is no whole path."""
    reasons: tuple[Reason, ...]
    """All reasons: of names and handshake, and of the decisive path."""
    attempts: tuple[PathAttempt, ...]
    """Every path tried, the decisive one first."""
    words: tuple[Utterance, ...]
    """What the user reads, in every language that is sourced."""
    basis: Basis
    budget_exceeded: bool = False

    @property
    def valid(self) -> bool | None:
        """True when accepted, None when unknown."""
        return None if self.outcome is Outcome.UNKNOWN else self.outcome is Outcome.ACCEPTED

    @property
    def error_codes(self) -> frozenset[str]:
        """Codes of the reasons that stop this client."""
        return frozenset(reason.code for reason in self.reasons if reason.severity is ReasonSeverity.ERROR)
