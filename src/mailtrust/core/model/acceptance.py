"""Findings that an organisation lives with: what it has accepted, and what came of that in one report."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum

from mailtrust.core.model.frozen import frozen

EVERYWHERE = "*"
"""As an endpoint: all of them."""


@frozen
class Accepted:
    """What somebody has decided to live with, where, why, and for how long."""

    rule: str
    endpoint: str
    """A host, host:port, URL, the id of an endpoint as reports write it, or EVERYWHERE."""
    reason: str
    until: date
    """The last day (UTC) on which it is accepted."""
    line: int = 0
    """Where it stands in the organisation's file."""


class Standing(StrEnum):
    """What came of an acceptance in one report."""

    IN_FORCE = "in-force"
    PARTLY = "partly"
    """It was found there, and also where nobody has accepted it: the finding counts."""
    RAN_OUT = "ran-out"
    """It was found there, and the last day is over: the finding counts."""
    UNNEEDED = "unneeded"
    """The rule looked there and all is well."""
    ELSEWHERE = "elsewhere"
    """This report is about other endpoints."""
    UNKNOWN = "unknown"
    """The rule could not look there."""


@frozen
class Acceptance:
    """An acceptance, applied."""

    accepted: Accepted
    standing: Standing
    findings: tuple[str, ...] = ()
    """Ids of the findings that it concerns: in force, those that do not count for its sake; else those that count."""


def settled(acceptances: Iterable[Acceptance]) -> frozenset[str]:
    """Ids of the findings that do not count, for the sake of an acceptance that is in force."""
    return frozenset(finding for one in acceptances if one.standing is Standing.IN_FORCE for finding in one.findings)
