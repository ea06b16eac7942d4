"""How certificates, issuers and clients are called before people."""

from collections.abc import Iterable

from mailtrust.core.model.certificate import Certificate, Name
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.text import Text, text

LONGEST = 120
MOST_NAMES = 5


def called(name: Name) -> str:
    """The most telling part of a distinguished name: its last common name, else the organisation, else all of it."""
    if name.common_names and name.common_names[-1].strip():
        return clean(name.common_names[-1], LONGEST)
    return clean(name.organisation or name.text or "?", LONGEST)


def called_leaf(certificate: Certificate) -> str:
    """What a server certificate is known by: its common name, else its first DNS name or address."""
    if certificate.subject.common_names and certificate.subject.common_names[-1].strip():
        return called(certificate.subject)
    for value in (*certificate.dns_names, *certificate.ip_addresses):
        return clean(value, LONGEST)
    return called(certificate.subject)


def presented_names(certificate: Certificate) -> tuple[str, ...]:
    """The DNS names and addresses that a certificate carries, for people."""
    return tuple(clean(value, LONGEST) for value in (*certificate.dns_names, *certificate.ip_addresses))


def some_of(names: tuple[str, ...]) -> tuple[str | Text, ...]:
    """So many that a sentence can still be read, and how many more there are."""
    if len(names) <= MOST_NAMES + 1:
        return names
    return (*names[:MOST_NAMES], text("{count} more", count=len(names) - MOST_NAMES))


def titles(evidence: Evidence, clients: Iterable[str]) -> tuple[str | Text, ...]:
    """The clients' names for people."""
    return tuple(Text(evidence.clients[client].title) if client in evidence.clients else client for client in clients)
