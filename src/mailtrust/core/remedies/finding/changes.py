"""What can be changed so that clients find their server, and the world as it would be afterwards."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from mailtrust.core.formats import autodiscover
from mailtrust.core.formats.host_name import WILDCARD_LABEL
from mailtrust.core.formats.mta_sts import policy_url
from mailtrust.core.formats.url import host_of, parts_of
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.observation import FailureKind, ProbeFailure, Stage
from mailtrust.core.model.walk import (
    Answer,
    Book,
    DnsAnswer,
    DnsQuestion,
    HttpAnswer,
    HttpQuestion,
    Question,
    ScpAnswer,
    ScpQuestion,
    Setting,
)
from mailtrust.core.validation.names.matching import whole_label


@frozen
class AddNames:
    """A new certificate for the mail server that carries these names too. One change, however many names."""

    names: frozenset[str]


@frozen
class AddSrv:
    """`_autodiscover._tcp.DOMAIN` leads to the mail server, port 443."""

    domain: str
    target: str


@frozen
class RemoveHost:
    """The address records, or the alias, of a name go."""

    name: str


@frozen
class AddAlias:
    """A name becomes an alias of the mail server."""

    name: str
    target: str


@frozen
class AddRedirectHost:
    """A name leads to a web server whose port 443 is closed and whose port 80 redirects to the mail server."""

    name: str
    target: str


@frozen
class CloseHttps:
    """Port 443 of the domain's own host is closed."""

    host: str


@frozen
class NameWebsite:
    """The web server at the domain gets a certificate of its own for this name."""

    host: str


@frozen
class SetInternalUri:
    """Exchange's service connection points name the mail server as its certificate does."""

    target: str


@frozen
class AddInsideHost:
    """A name that exists outside leads to the mail server inside as well (split DNS)."""

    name: str
    face: str
    """The host by which the server is seen inside today."""
    addresses: tuple[str, ...]
    """Of this host, inside."""


@frozen
class SetRegistry:
    """A value of the AutoDiscover key of Outlook 2016 and later is set to 1 by Group Policy."""

    value: str


@frozen
class PublishTlsa:
    """A TLSA record for the key that a host shows stands where records stand that fit nothing."""

    place: str
    """Such as _25._tcp.mail.example.com."""
    record: str
    stale: tuple[str, ...]
    """Those that fit nothing and go."""
    ttl: int


@frozen
class NameInPolicy:
    """The MTA-STS policy of a domain names these MX hosts too."""

    domain: str
    hosts: tuple[str, ...]


Change = (
    AddNames
    | AddSrv
    | RemoveHost
    | AddAlias
    | AddRedirectHost
    | CloseHttps
    | NameWebsite
    | SetInternalUri
    | AddInsideHost
    | SetRegistry
    | PublishTlsa
    | NameInPolicy
)

POLICY_OFFICE = "16.0"
"""Whose key the policy writes to."""
RISKS: dict[type, int] = {
    AddNames: 1,
    SetInternalUri: 1,
    AddInsideHost: 1,
    AddSrv: 1,
    AddAlias: 1,
    NameWebsite: 1,
    PublishTlsa: 1,
    NameInPolicy: 1,
    RemoveHost: 2,
    AddRedirectHost: 3,
    SetRegistry: 4,
    CloseHttps: 5,
}
"""How much else each may touch; only compared where the number of changes is the same."""


class SupposedBook(Book):
    """A book as it would read after changes; what it lacks of the world of today it names by KeyError."""

    def __init__(self, book: Book, changes: Iterable[Change], *, inside: bool = False) -> None:
        self._book = book
        self._changes = tuple(one for one in changes if inside or not isinstance(one, AddInsideHost))

    def __getitem__(self, question: Question) -> Answer:
        """The answer after the changes."""
        match question:
            case DnsQuestion(name=name, type=kind):
                return self._dns(name, kind, question)
            case HttpQuestion(url=url):
                return self._http(host_of(url), question)
            case ScpQuestion():
                return self._scp(question)
            case _:
                return self._book[question]

    def __iter__(self) -> Iterator[Question]:
        return iter(self._book)

    def __len__(self) -> int:
        return len(self._book)

    def _dns(self, name: str, kind: str, question: DnsQuestion) -> Answer:
        for change in self._changes:
            match change:
                case AddSrv(domain=domain, target=target) if (name, kind) == (f"_autodiscover._tcp.{domain}", "SRV"):
                    return DnsAnswer("found", (f"0 0 443 {target}",))
                case RemoveHost(name=gone) if (name, kind) == (gone, "A"):
                    return self._book[DnsQuestion(any_other(name), "A")]
                case AddAlias(name=alias, target=target) if (name, kind) == (alias, "A"):
                    there = self._addresses(target)
                    return replace(there, aliases=(target, *getattr(there, "aliases", ())))  # type: ignore[arg-type]
                case AddInsideHost(name=named, addresses=addresses) if (name, kind) == (named, "A"):
                    return DnsAnswer("found", addresses)
                case PublishTlsa(place=place, record=record, stale=stale) if (name, kind) == (place, "TLSA"):
                    told = self._book[question]
                    kept = (one for one in getattr(told, "records", ()) if one not in stale)
                    return replace(told, records=(*kept, record)) if isinstance(told, DnsAnswer) else told
                case AddRedirectHost(name=host) if (name, kind) == (host, "A"):
                    return DnsAnswer("found", ("192.0.2.80",))  # RFC 5737: which one it is changes nothing here
        return self._book[question]

    def _http(self, host: str, question: HttpQuestion) -> Answer:
        closed = HttpAnswer(failure=ProbeFailure(Stage.CONNECT, FailureKind.REFUSED, "closed"))
        scheme = parts_of(question.url)[0]
        for change in self._changes:
            match change:
                case NameInPolicy(domain=domain, hosts=hosts) if question.url == policy_url(domain):
                    page = self._book[question]
                    lines = "".join(f"\nmx: {name}" for name in hosts).encode()
                    return replace(page, body=page.body.rstrip() + lines) if isinstance(page, HttpAnswer) else page
                case CloseHttps(host=shut) if shut == host and scheme == "https":
                    return closed
                case AddRedirectHost(name=name, target=target) if name == host:
                    if scheme == "https":
                        return closed
                    return HttpAnswer("192.0.2.80", status=302, location=f"https://{target}{autodiscover.PATH}")
                case AddAlias(name=name, target=target) if name == host:
                    return self._as_at(target, question)
                case AddInsideHost(name=name, face=face) if name == host:
                    return self._as_at(face, question)
                case RemoveHost(name=name) if name == host:
                    return self._as_at(any_other(name), question)
        return self._book[question]

    def _as_at(self, other: str, question: HttpQuestion) -> Answer:
        """What the server at another name shows, as if it had been asked by this one."""
        scheme, host, _, path = parts_of(question.url)
        asked = replace(question, url=f"{scheme}://{other}{path}")
        there = self._led(other, asked) or self._book[asked]
        return _renamed(there, host) if isinstance(there, HttpAnswer) else there

    def _addresses(self, host: str) -> Answer:
        """Where a name leads to which an alias points."""
        for change in self._changes:
            if isinstance(change, AddInsideHost) and change.name == host:
                return DnsAnswer("found", change.addresses)
        return self._book[DnsQuestion(host, "A")]

    def _led(self, host: str, question: HttpQuestion) -> Answer | None:
        """What is met at a host that another name leads to and that is itself led elsewhere inside."""
        for change in self._changes:
            if isinstance(change, AddInsideHost) and change.name == host:
                return self._as_at(change.face, question)
        return None

    def _scp(self, question: ScpQuestion) -> Answer:
        answer = self._book[question]
        for change in self._changes:
            if isinstance(change, SetInternalUri) and isinstance(answer, ScpAnswer):
                url = f"https://{change.target}/Autodiscover/Autodiscover.xml"
                return replace(
                    answer,
                    points=tuple(
                        replace(point, binding=tuple(url if _is_http(one) else one for one in point.binding))
                        for point in answer.points
                    ),
                )
        return answer


def any_other(name: str) -> str:
    """A name beside this one that is there only if a wildcard record answers for all (RFC 4592)."""
    return f"{WILDCARD_LABEL}.{name.partition('.')[2]}"


def _is_http(binding: str) -> bool:
    return binding.lower().startswith("http")


def _renamed(answer: HttpAnswer, host: str) -> HttpAnswer:
    """What the same server shows by another name."""
    seen = answer.observation
    if seen is None:
        return answer
    return replace(answer, observation=replace(seen, endpoint=replace(seen.endpoint, host=host, server_name=host)))


def names_added(changes: Iterable[Change]) -> frozenset[str]:
    """All names that the new certificate of the mail server carries besides those of today."""
    return frozenset(name for change in changes if isinstance(change, AddNames) for name in change.names)


def websites_named(changes: Iterable[Change]) -> frozenset[str]:
    """The web servers that get certificates of their own."""
    return frozenset(change.host for change in changes if isinstance(change, NameWebsite))


def registry_set(changes: Iterable[Change]) -> frozenset[Setting]:
    """The registry values that a policy sets, for the versions that read them there."""
    return frozenset((POLICY_OFFICE, change.value) for change in changes if isinstance(change, SetRegistry))


def covers(names: Iterable[str], host: str) -> bool:
    """Whether one of the names in a certificate stands for the host (RFC 9525 6.3)."""
    return any(whole_label(name, host) for name in names)
