"""What DNS answered, as values: records, or why there are none."""

import ipaddress
from typing import Generic, TypeVar

from mailtrust.core.formats.srv import MxRecord, SrvRecord
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.text import Text, text

LONGEST_CHAIN = 8
"""Aliases followed from one name before it counts as a loop."""
MOST_RECORDS = 100
"""Records kept of one answer."""


@frozen
class Patience:
    """How long an answer is waited for, in seconds."""

    one_server: float = 4.0
    in_all: float = 10.0
    """Repetitions and further servers included."""


Record = TypeVar("Record")


@frozen
class Found(Generic[Record]):
    """There are records. MX and SRV records stand best first, addresses IPv4 first."""

    records: tuple[Record, ...]
    aliases: tuple[str, ...] = ()
    """The names that the asked one led to by CNAME, in order; the last one holds the records."""
    ttl: int | None = None
    """Seconds; the least of the answer. None: not said, as by the system's own resolver."""
    authenticated: bool = False
    """The server set AD (RFC 4035 3.2.3): worth as much as the server and the way to it are."""
    incomplete: Text | None = None
    """Part of the question that got no answer (AAAA beside A), as a sentence."""
    authoritative: bool = False
    """A server of the zone itself said so (AA, RFC 1035 4.1.1): then the TTL is whole."""


@frozen
class NoData:
    """The name exists, or may exist, without records of this type (RFC 2308 2.2)."""

    name: str
    aliases: tuple[str, ...] = ()
    authenticated: bool = False

    @property
    def why(self) -> Text:
        """The answer as a sentence."""
        return text("{name} has no such records.", name=clean(self.name, 255))

    def __str__(self) -> str:
        """The same in English."""
        return str(self.why)


@frozen
class NoSuchName:
    """The name does not exist (RFC 2308 2.1)."""

    name: str
    aliases: tuple[str, ...] = ()
    authenticated: bool = False

    @property
    def why(self) -> Text:
        """The answer as a sentence."""
        return text("{name} does not exist in DNS.", name=clean(self.name, 255))

    def __str__(self) -> str:
        """The same in English."""
        return str(self.why)


@frozen
class LookupFailed:
    """Nobody knows: timeout, SERVFAIL, no server. It says nothing about the name."""

    why: Text

    def __str__(self) -> str:
        """The reason in English."""
        return str(self.why)


@frozen
class ZoneTtl:
    """A record's TTL as its zone has it."""

    seconds: int
    server: str
    """The address of the zone's server that said so."""


Absent = NoData | NoSuchName | LookupFailed
MxAnswer = Found[MxRecord] | Absent
SrvAnswer = Found[SrvRecord] | Absent
AddressAnswer = Found[str] | Absent
TextAnswer = Found[str] | Absent


def mail_hosts(domain: str, answer: MxAnswer) -> tuple[str, ...]:
    """The hosts to which mail for the domain goes, best first; none when it takes no mail or nobody knows."""
    match answer:
        case Found(records=records) if any(record.exchange == "." for record in records):
            return ()  # RFC 7505 3: the null MX
        case Found(records=records):
            return tuple(dict.fromkeys(record.exchange for record in records))
        case NoData():
            return (domain,)  # RFC 5321 5.1: the implicit MX
        case _:
            return ()


def literal(host: str) -> str | None:
    """The IP address that `host` is, in its usual form; None for a name. Brackets (URLs) are taken off."""
    try:
        return str(ipaddress.ip_address(host.removeprefix("[").removesuffix("]")))
    except ValueError:
        return None
