"""The certificates that servers serve, and how long they last: what a monitor draws its curves of."""

from datetime import timedelta

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.observation import Observation

DAY = timedelta(days=1)


@frozen
class Served:
    """A readable certificate that some server presents."""

    certificate: Certificate
    observations: tuple[Observation, ...]
    leaf: bool
    """Whether it stands first in a chain: it is the server's own."""


def served(evidence: Evidence) -> tuple[Served, ...]:
    """Every presented certificate once, those that end first before the others."""
    where: dict[str, list[Observation]] = {}
    known: dict[str, Certificate] = {}
    leaves: set[str] = set()
    for seen, shake in evidence.handshakes:
        for position, one in enumerate(shake.presented_chain):
            if not isinstance(one, Certificate):
                continue
            known[one.fingerprint] = one
            if seen not in where.setdefault(one.fingerprint, []):
                where[one.fingerprint].append(seen)
            if position == 0:
                leaves.add(one.fingerprint)
    every = (Served(one, tuple(where[print_]), print_ in leaves) for print_, one in known.items())
    return tuple(sorted(every, key=lambda one: (one.certificate.not_after, one.certificate.fingerprint)))


def days_left(certificate: Certificate, evidence: Evidence) -> float:
    """Days from the moment that is judged to notAfter, to the hundredth; negative when it is over."""
    return round((certificate.not_after - evidence.now) / DAY, 2)
