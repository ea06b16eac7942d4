"""Answers the questions of walks from the outside: DNS, one request, one handshake, a directory."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import field, replace

from mailtrust.core.formats.connect_to import Detours
from mailtrust.core.formats.host_name import is_address
from mailtrust.core.formats.url import parts_of
from mailtrust.core.model.endpoint import Endpoint, Offer
from mailtrust.core.model.frozen import record
from mailtrust.core.model.observation import FailureKind, Observation, ProbeFailure, Stage
from mailtrust.core.model.text import text
from mailtrust.core.model.walk import (
    Answer,
    DnsAnswer,
    DnsQuestion,
    HttpAnswer,
    HttpQuestion,
    Question,
    ScpAnswer,
    ScpQuestion,
    TlsAnswer,
    TlsQuestion,
)
from mailtrust.edge.lookup.dns_answers import Absent, AddressAnswer, Found, LookupFailed, NoData
from mailtrust.flows.check import Edge

MOST_ADDRESSES = 2
"""Addresses of one name that are tried, one after the other, as clients do."""
AT_ONCE_PER_PORT = 2

Exchange = Callable[[HttpQuestion, str, int], Awaitable[HttpAnswer]]
"""One request to an address and port."""
Directory = Callable[[ScpQuestion], Awaitable[ScpAnswer]]


async def no_directory(_question: ScpQuestion) -> ScpAnswer:
    """Nobody said which directory to ask."""
    return ScpAnswer(why=text("no directory was named"))


@record
class Outside:
    """Everything a walk is answered by, each replaceable by a fake of the same interface."""

    edge: Edge
    exchange: Exchange
    directory: Directory = no_directory
    detours: Detours = field(default_factory=Detours)
    resolvers: tuple[str, ...] = ()
    """Who is asked for names."""
    trusted: bool = False
    """Whether their word about DNSSEC counts (RFC 6698 A.3): they stand on this machine, or the user vouches."""
    _ports: dict[tuple[str, int], asyncio.Semaphore] = field(default_factory=dict)
    _names: dict[str, "asyncio.Future[AddressAnswer]"] = field(default_factory=dict)
    """Names that were asked for addresses: a walk's own question, and each connection behind it, are one."""

    async def answer(self, questions: Sequence[Question]) -> dict[Question, Answer]:
        """All of them at once, as politely as a check. Never raises for what servers do."""
        answers = await asyncio.gather(*(self._one(question) for question in questions))
        return dict(zip(questions, answers, strict=True))

    async def _one(self, question: Question) -> Answer:
        match question:
            case DnsQuestion(name=name, type="A"):
                return self._detour(name) or await self._address_answer(name)
            case DnsQuestion(name=name, type=kind):
                answer = self._weighed(dns_answer(await self.edge.resolver.texts(name, kind)))
                return await self._timed(answer, name) if kind == "TLSA" else answer
            case HttpQuestion(url=url):
                _, host, port, _ = parts_of(url)
                return await self._http(question, host, port)
            case TlsQuestion():
                return await self._tls(question)
            case ScpQuestion():
                return await self.directory(question)

    async def _address_answer(self, name: str) -> DnsAnswer:
        answer = dns_answer(await self._addresses(name))
        if answer.status == "found" and not answer.secure and self.trusted:
            # The system's own functions give addresses without a word about DNSSEC.
            for kind in ("A", "AAAA"):
                said = dns_answer(await self.edge.resolver.texts(name, kind))
                if said.secure and said.status == "found" and set(said.records) <= set(answer.records):
                    answer = replace(answer, secure=True, ttl=said.ttl, aliases=said.aliases)
                    break
        return self._weighed(answer)

    async def _timed(self, answer: DnsAnswer, name: str) -> DnsAnswer:
        """With the TTL that the zone's own server says: how long a change of TLSA records takes hangs on it."""
        if answer.status != "found" or answer.ttl_by:
            return answer
        own = await self.edge.resolver.zone_ttl((name, *answer.aliases)[-1], "TLSA")
        return answer if own is None else replace(answer, ttl=own.seconds, ttl_by=own.server)

    def _weighed(self, answer: DnsAnswer) -> DnsAnswer:
        """AD is worth as much as the resolver and the way to it are (RFC 4035 4.9.3)."""
        told = answer.secure
        return replace(
            answer,
            secure=told and self.trusted,
            claimed=told and not self.trusted,
            resolver=", ".join(self.resolvers),
            ttl_by=", ".join(self.resolvers) if answer.ttl_by else "",
        )

    async def _addresses(self, name: str) -> AddressAnswer:
        if name not in self._names:
            self._names[name] = asyncio.ensure_future(self.edge.resolver.addresses(name))
        return await asyncio.shield(self._names[name])

    def _detour(self, name: str) -> DnsAnswer | None:
        """What --resolve and --connect-to give for this very name; whether other names exist, DNS says."""
        for entry in self.detours.resolve:
            if entry.host == name:
                return DnsAnswer("found", entry.addresses)
        for detour in self.detours.connect_to:
            if detour.host == name and detour.to_host:
                return DnsAnswer("found", (detour.to_host,))
        return None

    async def reach(self, host: str, port: int) -> tuple[tuple[str, ...], int]:
        """The addresses of a host, and the port to connect to for this one."""
        to_host, to_port = self.detours.destination(host, port)
        if given := self.detours.addresses(to_host, to_port):
            return given, to_port
        if is_address(to_host):
            return (to_host,), to_port
        answer = await self._addresses(to_host)
        return (answer.records if isinstance(answer, Found) else ())[:MOST_ADDRESSES], to_port

    async def _http(self, question: HttpQuestion, host: str, port: int) -> HttpAnswer:
        addresses, to_port = await self.reach(host, port)
        answer = HttpAnswer(failure=ProbeFailure(Stage.RESOLVE, FailureKind.NO_ADDRESS, host))
        for address in addresses:
            gate = self._ports.setdefault((address, to_port), asyncio.Semaphore(AT_ONCE_PER_PORT))
            async with gate:
                answer = await self.exchange(question, address, to_port)
            if answer.failure is None or answer.failure.stage is not Stage.CONNECT:
                break
        return answer

    async def _tls(self, question: TlsQuestion) -> TlsAnswer:
        addresses, to_port = await self.reach(question.host, question.port)
        endpoints = [
            Endpoint(
                host=question.host,
                port=question.port,
                protocol=question.protocol,
                tls_mode=question.tls_mode,
                address=address,
                server_name=None if is_address(question.host) else question.host,
                found_by="walk",
                connect_port=to_port if to_port != question.port else None,
            )
            for address in addresses or ("",)
        ]
        seen: Observation | None = None
        for endpoint in endpoints:
            if not endpoint.address:
                failure = ProbeFailure(Stage.RESOLVE, FailureKind.NO_ADDRESS, question.host)
                seen = Observation(endpoint, Offer.DEFAULT, self.edge.now(), failure)
                continue
            if self.edge.first_sight is not None:
                seen = await self.edge.first_sight(endpoint)
            else:
                (seen,) = await self.edge.probe([(endpoint, Offer.DEFAULT)], per_host=None, on_progress=None)
            if not isinstance(seen.result, ProbeFailure) or seen.result.stage is not Stage.CONNECT:
                break
        if seen is None:
            raise AssertionError("there is always one endpoint")
        return TlsAnswer(seen)


def dns_answer(answer: Found[str] | Absent) -> DnsAnswer:
    """The resolver's answer as walks read it."""
    match answer:
        case Found(records=records, aliases=aliases, ttl=ttl, authenticated=secure, authoritative=own):
            return DnsAnswer("found", records, aliases, ttl, secure, ttl_by="AA" if own else "")
        case LookupFailed(why=why):
            return DnsAnswer("failed", why=why)
        case NoData(aliases=aliases, authenticated=secure):
            return DnsAnswer("no-data", (), aliases, secure=secure)
        case _:
            return DnsAnswer("no-such-name", (), answer.aliases, secure=answer.authenticated)
