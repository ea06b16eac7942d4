"""How a client looks for its server: what it asks, what it was answered, and the way it went."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Literal

from mailtrust.core.model.endpoint import Protocol, TlsMode
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.observation import Observation, ProbeFailure
from mailtrust.core.model.text import Text
from mailtrust.core.model.verdict import Verdict


class Method(StrEnum):
    """By what a candidate was come upon."""

    LOCAL = "local"
    LAST_KNOWN_GOOD = "last-known-good"
    O365 = "o365"
    SCP = "scp"
    ROOT = "root"
    AUTODISCOVER = "autodiscover"
    HTTP_REDIRECT = "http-redirect"
    SRV = "srv"
    V2 = "v2"
    AUTOCONFIG = "autoconfig"
    ISPDB = "ispdb"
    GUESS = "guess"
    MX = "mx"
    MTA_STS = "mta-sts"
    DANE = "dane"
    TLS_RPT = "tls-rpt"


class Meets(StrEnum):
    """What the user meets at one candidate."""

    SILENT = "silent"
    """Nothing: the client goes on to the next one."""
    WARNING = "warning"
    """A dialog about the certificate."""
    QUESTION = "question"
    """Whether this server may set the account up."""
    FOUND = "found"
    HIDDEN = "hidden"
    """Nothing, and the right server stays unseen because of its certificate."""


@frozen
class DnsQuestion:
    """Records of one type; A stands for every address, A and AAAA."""

    name: str
    type: Literal["A", "SRV", "MX", "TXT", "TLSA", "CAA"]


@frozen
class HttpQuestion:
    """One request, without a password, whose redirects are not followed."""

    url: str
    content: Literal["", "pox", "mobilesync"] = ""
    """Empty: GET. Else POST with that request for settings (MS-OXDSCLI, MS-ASCMD)."""
    address: str = ""
    """The e-mail address that the request is about; goes to whoever answers."""


@frozen
class TlsQuestion:
    """What a port presents, at the first address that answers."""

    host: str
    port: int
    protocol: Protocol
    tls_mode: TlsMode


@frozen
class ScpQuestion:
    """Exchange's service connection points in a directory (MS-OXDISCO 3.1.5.1)."""

    server: str = ""
    """`host` or `host:port` of another forest's; empty: the client's own domain controller."""


Question = DnsQuestion | HttpQuestion | TlsQuestion | ScpQuestion


@frozen
class DnsAnswer:
    """What DNS said."""

    status: Literal["found", "no-data", "no-such-name", "failed"]
    records: tuple[str, ...] = ()
    """In presentation form (RFC 1035 5.1), names without their final dot."""
    aliases: tuple[str, ...] = ()
    """The names that the asked one led to by CNAME; shown, and never compared with a certificate (RFC 9525 6.1)."""
    ttl: int | None = None
    """Seconds; see `ttl_by`."""
    secure: bool = False
    """The resolver vouches that DNSSEC holds (AD, RFC 4035 3.2.3), and its word counts (RFC 6698 A.3)."""
    why: Text | None = None
    """Why nobody knows, where that is so."""
    claimed: bool = False
    """The resolver says so too, but its word does not count: it came over a way that anybody could have written on."""
    resolver: str = ""
    """Who was asked; empty where the system or an option answered."""
    ttl_by: str = ""
    """The server of the zone that said the TTL; empty: it is what a resolver had left of it."""


@frozen
class HttpAnswer:
    """What the first address that answered said."""

    address: str = ""
    observation: Observation | None = None
    """Of https: the handshake that the answer came by."""
    failure: ProbeFailure | None = None
    """Why there is no answer."""
    status: int | None = None
    location: str | None = None
    content_type: str = ""
    body: bytes = b""
    """At most 64 KiB."""
    ms: int = 0


@frozen
class TlsAnswer:
    """What a port presented, or why nothing."""

    observation: Observation


# MS-OXDISCO 2.2.1.2: what service connection points are marked with, in any case of letters.
SCP_POINTER = "67661d7f-8fc4-4fa7-bfac-e1d7794c1f68"
SCP_URL = "77378f46-2c66-4aa9-a6a6-3e7a48b19596"


@frozen
class ConnectionPoint:
    """One service connection point."""

    keywords: tuple[str, ...]
    binding: tuple[str, ...]
    """serviceBindingInformation."""
    server: str = ""
    """Whose object it is: the CN."""


@frozen
class ScpAnswer:
    """The service connection points of a directory, in the order found."""

    points: tuple[ConnectionPoint, ...] = ()
    why: Text | None = None
    """Why the directory could not be asked, or may know more; None: this is all."""


Answer = DnsAnswer | HttpAnswer | TlsAnswer | ScpAnswer
Book = Mapping[Question, Answer]
"""What one place (outside, inside) was answered."""


Setting = tuple[str, str]
"""The version of Office in whose key something stands (`16.0`; empty: in that of every one), and what stands there."""


@frozen
class Situation:
    """Where the client stands, and how it was set."""

    inside: bool = False
    domain_joined: bool = False
    site: str | None = None
    """Its Active Directory site."""
    registry: frozenset[Setting] = frozenset()
    """The values under Outlook\\AutoDiscover that are 1: ExcludeScpLookup, ExcludeHttpsRootDomain, ..."""
    redirect_servers: frozenset[Setting] = frozenset()
    """Hosts listed under RedirectServers: neither the question nor a wrong name is shown for them (KB 2480582)."""
    third_parties: bool = False
    """Whether those may be asked who belong to neither side: the ISPDB, Microsoft's services."""

    def has_set(self, value: str, office: str) -> bool:
        """Whether this version of Office (`16.0`) finds the value to be 1; empty: of a client that reads none."""
        return bool(office) and not self.registry.isdisjoint({("", value), (office, value)})

    def lists(self, host: str, office: str) -> bool:
        """Whether it finds the host under RedirectServers."""
        return bool(office) and not self.redirect_servers.isdisjoint({("", host), (office, host)})


@frozen
class Attempt:
    """One candidate, and what became of it."""

    method: Method
    url: str
    """What was asked: a URL, or host and port."""
    meets: Meets
    detail: Text
    """What happened, in a sentence."""
    leads: bool = False
    """Whether the client gets its settings here, if need be after its user said yes."""
    dns: DnsAnswer | None = None
    observation: str | None = None
    verdict: Verdict | None = None
    http_status: int | None = None
    redirect: str | None = None
    ms: int = 0
    children: "tuple[Attempt, ...]" = ()
    """Where it was sent from here."""
    asked: bool = True
    """False: the client would not come here, or nobody was asked; then `detail` says why."""


@frozen
class Walk:
    """The whole way of one client."""

    address: str
    client: str
    situation: Situation
    attempts: tuple[Attempt, ...]
    """In the client's own order, those behind the found one included."""
    reached: int
    """How many of the attempts the client makes."""

    @property
    def found(self) -> Attempt | None:
        """The attempt by which it finds its server."""
        return next((attempt for attempt in self.attempts[: self.reached] if attempt.leads), None)

    @property
    def met(self) -> tuple[Attempt, ...]:
        """What its user is shown on the way, redirects included."""
        return tuple(
            one
            for attempt in self.attempts[: self.reached]
            for one in flat(attempt)
            if one.meets in (Meets.WARNING, Meets.QUESTION)
        )


def flat(attempt: Attempt) -> tuple[Attempt, ...]:
    """The attempt and everything it led to."""
    return (attempt, *(one for child in attempt.children for one in flat(child)))
