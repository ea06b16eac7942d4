"""How a demand that is not met is told, and the walk over a path that all demands share."""

from collections.abc import Callable, Iterator
from datetime import datetime
from enum import Enum, auto
from typing import NamedTuple

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.client import CandidatePath, PathCheck
from mailtrust.core.model.verdict import Reason
from mailtrust.core.validation.paths import certificates, leaf_is_anchor
from mailtrust.core.validation.reasons import error

BREACHES = frozenset(
    {
        "missing",
        "forbidden",
        "empty",
        "critical",
        "not-critical",
        "malformed",
        "inconsistent",
        "unsuitable",
    }
)
"""What can be wrong with a field."""


class Place(Enum):
    """Where a certificate stands in its path."""

    LEAF = auto()
    INTERMEDIATE = auto()
    ANCHOR = auto()


class Breach(NamedTuple):
    """A demand that is not met. `what` is the value that was met, where it says more than the field's name."""

    field: str
    because: str
    requirement: str
    what: str = ""


Demand = Callable[[Certificate, Place], Iterator[Breach]]
"""Everything that one topic demands of one certificate."""


def conforms(*demands: Demand) -> PathCheck:
    """The path check that every certificate of the path, and the anchor's, meets `demands`: `profile-violated`."""

    def check(path: CandidatePath, _at: datetime, /) -> Iterator[Reason]:
        for certificate, place in placed(path):
            for demand in demands:
                for breach in demand(certificate, place):
                    yield told(breach, certificate)

    return check


def placed(path: CandidatePath) -> Iterator[tuple[Certificate, Place]]:
    """The certificates of a path with their places, leaf first. A leaf that is its own anchor is a leaf."""
    chain = certificates(path, anchor=True)
    last = len(chain) - 1
    for index, certificate in enumerate(chain):
        if index == 0:
            yield certificate, Place.LEAF
        elif index == last and path.anchor is not None and not leaf_is_anchor(path):
            yield certificate, Place.ANCHOR
        else:
            yield certificate, Place.INTERMEDIATE


def told(breach: Breach, certificate: Certificate) -> Reason:
    """The reason for a breach."""
    return error(
        "profile-violated",
        certificate,
        subject=certificate.subject.text,
        field=breach.field,
        because=breach.because,
        what=breach.what,
        requirement=breach.requirement,
    )


def criticality(certificate: Certificate, oid: str) -> bool | None:
    """Whether an extension is critical; None when it is not there."""
    return next((critical for known, critical, _ in certificate.extensions if known == oid), None)
