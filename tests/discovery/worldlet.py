"""A world of names, ports and certificates that walks are taken through, without a network."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from mailtrust.core.discovery.asking import Asking
from mailtrust.core.discovery.traveller import Traveller, Trip, walk
from mailtrust.core.formats.tlsa import Tlsa
from mailtrust.core.model.endpoint import Endpoint, Offer, Protocol, TlsMode
from mailtrust.core.model.observation import FailureKind, Handshake, Observation, ProbeFailure, Stage
from mailtrust.core.model.text import verbatim
from mailtrust.core.model.verdict import Basis, Outcome, Reason, ReasonSeverity, Verdict
from mailtrust.core.model.walk import (
    Answer,
    ConnectionPoint,
    DnsAnswer,
    DnsQuestion,
    HttpAnswer,
    HttpQuestion,
    Question,
    ScpAnswer,
    ScpQuestion,
    Situation,
    TlsAnswer,
    TlsQuestion,
    Walk,
)
from mailtrust.core.validation.names.matching import whole_label

NOW = datetime(2026, 11, 1, tzinfo=UTC)


@dataclass
class Web:
    """One host's web server: what its certificate says, and what it answers."""

    names: tuple[str, ...] = ()
    status: int = 404
    body: bytes = b""
    location: str | None = None
    http: tuple[int, str | None] | None = None
    """Port 80: status and Location; None: closed."""
    https: bool = True


@dataclass
class Worldlet:
    """Answers every question from what is written in it, and keeps what was asked."""

    hosts: dict[str, Web] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    records: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    points: Mapping[str, tuple[ConnectionPoint, ...]] = field(default_factory=dict)
    ports: dict[tuple[str, int], tuple[str, ...]] = field(default_factory=dict)
    """(host, port) -> the names in its certificate."""
    signed: bool = False
    """DNSSEC vouches for every answer."""
    rounds: list[tuple[Question, ...]] = field(default_factory=list)

    def answer(self, question: Question) -> Answer:
        match question:
            case DnsQuestion(name=name, type="A"):
                alias = self.aliases.get(name)
                known = self._host(name) in self.hosts or any((alias or name) == host for host, _ in self.ports)
                return DnsAnswer("found" if known else "no-such-name", ("192.0.2.1",) if known else (),
                                 (alias,) if alias else (), secure=self.signed)  # fmt: skip
            case DnsQuestion(name=name, type=kind):
                found = self.records.get((name, kind), ())
                if "failed" in found:
                    return DnsAnswer("failed", why=verbatim("SERVFAIL"))
                return DnsAnswer("found" if found else "no-such-name", found, secure=self.signed)
            case HttpQuestion(url=url):
                return self._web(url)
            case TlsQuestion(host=host, port=port, protocol=protocol, tls_mode=mode):
                return TlsAnswer(self._seen(host, port, protocol, mode, self.ports.get((host, port))))
            case ScpQuestion(server=server):
                return ScpAnswer(self.points.get(server, ()))

    def _host(self, name: str) -> str:
        """The host behind a name: its alias, itself, or the one behind a wildcard record."""
        meant = self.aliases.get(name, name)
        return meant if meant in self.hosts else f"mailtrust-does-not-exist.{meant.partition('.')[2]}"

    def _web(self, url: str) -> HttpAnswer:
        scheme, _, rest = url.partition("://")
        host = rest.partition("/")[0]
        web = self.hosts[self._host(host)]
        if scheme == "http":
            if web.http is None:
                return HttpAnswer(failure=ProbeFailure(Stage.CONNECT, FailureKind.REFUSED, "ECONNREFUSED"))
            return HttpAnswer("192.0.2.1", status=web.http[0], location=web.http[1], body=web.body)
        seen = self._seen(host, 443, Protocol.HTTPS, TlsMode.IMPLICIT, web.names if web.https else None)
        if isinstance(seen.result, ProbeFailure):
            return HttpAnswer(failure=seen.result)
        return HttpAnswer("192.0.2.1", seen, status=web.status, location=web.location, body=web.body)

    def _seen(
        self, host: str, port: int, protocol: Protocol, mode: TlsMode, names: tuple[str, ...] | None
    ) -> Observation:
        endpoint = Endpoint(host, port, protocol, mode, "192.0.2.1", host, "walk")
        if names is None:
            return Observation(
                endpoint, Offer.DEFAULT, NOW, ProbeFailure(Stage.CONNECT, FailureKind.REFUSED, "ECONNREFUSED")
            )
        shake = Handshake("TLSv1.3", "x", (), None, key_proven=True, completed=True, note="|".join(names))
        return Observation(endpoint, Offer.DEFAULT, NOW, shake)


def judge(observation: Observation, tlsa: Sequence[Tlsa] = (), _names: Sequence[str] = ()) -> Verdict:
    """Every certificate is well, but it holds only for its names; `!` among them is a root that nobody trusts.

    TLSA records fit where their data is the first name.
    """
    assert isinstance(observation.result, Handshake)
    names = observation.result.note.split("|")
    host = observation.endpoint.host
    if tlsa:
        fits = any(record.data == names[0].encode() for record in tlsa)
        mismatch: tuple[Reason, ...] = () if fits else (Reason("dane-mismatch", ReasonSeverity.ERROR),)
        outcome = Outcome.ACCEPTED if fits else Outcome.REFUSED
        return Verdict(observation.id, "any", host, outcome, False, (), mismatch, (), (), Basis.ENGINE)
    codes = [] if any(whole_label(name, host) for name in names if name != "!") else ["name-mismatch"]
    codes += ["anchor-unknown"] if "!" in names else []
    reasons = tuple(Reason(code, ReasonSeverity.ERROR) for code in codes)
    outcome = Outcome.WARNED if codes else Outcome.ACCEPTED
    return Verdict(observation.id, "any", host, outcome, bool(codes), (), reasons, (), (), Basis.ENGINE)


class Guide:
    """Takes walks."""

    def go(self, traveller: Traveller, address: str, world: Worldlet, situation: Situation | None = None) -> Walk:
        book: dict[Question, Answer] = {}
        while True:
            asking = Asking(book, judge)
            found = walk(Trip(traveller, asking, situation or Situation(), address))
            if found is not None:
                assert not asking.missing
                return found
            assert asking.missing
            assert not book.keys() & asking.missing.keys()
            world.rounds.append(tuple(asking.missing))
            assert len(world.rounds) < 40
            book |= {question: world.answer(question) for question in asking.missing}
