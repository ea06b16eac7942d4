"""Walks over real sockets of this machine: three companies, one Exchange server, one certificate."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mailtrust.core.discovery import traveller_by_id
from mailtrust.core.discovery.asking import Asking
from mailtrust.core.discovery.steps.https_candidate import https_candidate
from mailtrust.core.discovery.traveller import Trip
from mailtrust.core.formats.case_book import book_from_wire, book_to_wire
from mailtrust.core.formats.case_wire import DnsAskedWire
from mailtrust.core.formats.connect_to import ConnectTo, Detours
from mailtrust.core.issuance.authority import issue, make_intermediate, make_root
from mailtrust.core.issuance.keys import make_key
from mailtrust.core.issuance.recipe import intermediate_recipe, root_recipe, server_recipe
from mailtrust.core.model.pool import Pool
from mailtrust.core.model.problem import CouldNotLook
from mailtrust.core.model.text import text
from mailtrust.core.model.walk import DnsAnswer, DnsQuestion, HttpAnswer, HttpQuestion, Meets, Method, Situation
from mailtrust.core.x509.pem import to_pem
from mailtrust.edge.lookup.dns import FakeResolver
from mailtrust.edge.lookup.dns_answers import Found, LookupFailed, ZoneTtl
from mailtrust.edge.probe.http_exchange import Route, exchange
from mailtrust.flows.answering import Outside
from mailtrust.flows.check import Edge
from mailtrust.flows.discover import discover
from mailtrust.flows.walking import WalkRequest, walk_all

NOW = datetime.now(UTC)
HERE = Found(("127.0.0.1",))


@pytest.fixture
def exchange_server(tmp_path: Path) -> Any:
    """An Exchange server whose certificate misspells autodiscover; gives what to trust and how to serve it."""
    dates: Any = {"not_before": NOW - timedelta(days=5), "not_after": NOW + timedelta(days=80)}
    root = make_root(root_recipe("Root", "Test"), make_key("ec-p256"), serial=1, **dates)
    issuing = make_intermediate(root, intermediate_recipe("CA", "Test"), make_key("ec-p256"), serial=2, **dates)
    names = server_recipe("webmail.a.test", "autdiscover.a.test")
    leaf = issue(issuing, names, make_key("ec-p256"), serial=3, **dates)
    pem = tmp_path / "server.pem"
    pem.write_text(to_pem(leaf.certificate) + to_pem(issuing.certificate) + leaf.key.to_pem())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return root.certificate, context


@asynccontextmanager
async def listening(context: ssl.SSLContext) -> AsyncIterator[tuple[int, list[bytes]]]:
    heard: list[bytes] = []

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Negotiate\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(handler, "127.0.0.1", 0, ssl=context) as server:
        yield server.sockets[0].getsockname()[1], heard


def outside(port: int, hosts: dict[str, Any], services: dict[Any, Any] | None = None) -> Outside:
    async def ask(question: HttpQuestion, address: str, to_port: int) -> HttpAnswer:
        return await exchange(question, Route(address, to_port), now=lambda: NOW)

    async def nothing(*_: Any, **__: Any) -> Any:
        return ()

    from mailtrust.edge.anchors import load_stores

    edge = Edge(
        resolver=FakeResolver(hosts=hosts, others=services or {}),
        probe=nothing,
        issuers=(),
        load_stores=load_stores,
        now=lambda: NOW,
    )
    return Outside(edge, ask, detours=Detours(connect_to=(ConnectTo(None, 443, None, port),)))


async def test_the_warning_and_its_cure_by_srv(exchange_server: Any) -> None:
    root, context = exchange_server
    clients = tuple(map(traveller_by_id, ("outlook-windows@2010", "outlook-windows", "activesync@android")))
    request = WalkRequest("u@b.test", clients, roots=(root,))
    async with listening(context) as (port, heard):
        before, stores = await discover(request, outside(port, {"autodiscover.b.test": HERE}))
        assert [[attempt.meets for attempt in walk.met] for walk in before.walks] == [
            [Meets.WARNING], [Meets.WARNING], []
        ]  # fmt: skip
        assert before.walks[2].found is None
        srv = {("_autodiscover._tcp.b.test", "SRV"): Found(("0 0 443 webmail.a.test",))}
        after, _ = await discover(request, outside(port, {"webmail.a.test": HERE}, srv))
    assert [walk.found.method if walk.found else None for walk in after.walks] == [Method.SRV, Method.SRV, None]
    assert [[attempt.meets for attempt in walk.met] for walk in after.walks] == [[], [], []]
    assert len(heard) == 3, "two clients ask alike and are answered once; phones ask in their own way"
    assert b"Host: webmail.a.test" in heard[-1]
    again, missing = walk_all(request, before.book, before.pool, stores, before.at)
    assert (again, missing) == (before.walks, ())


async def test_walks_that_never_end_are_given_up(monkeypatch: pytest.MonkeyPatch, exchange_server: Any) -> None:
    root, _ = exchange_server
    monkeypatch.setattr("mailtrust.flows.looking.MOST_QUESTIONS", 3)
    request = WalkRequest("u@b.test", (traveller_by_id("outlook-windows"),), roots=(root,))
    with pytest.raises(CouldNotLook, match=r"u@b\.test"):
        await discover(request, outside(1, {"autodiscover.b.test": HERE}))


def test_a_walk_without_answers_asks() -> None:
    request = WalkRequest("u@b.test", (traveller_by_id("outlook-mac"),))
    walks, missing = walk_all(request, {}, Pool(()), {}, NOW)
    assert walks == ()
    assert len(missing) == 3


async def test_the_ttl_of_tlsa_records_is_asked_of_the_zone_itself() -> None:
    question, name = DnsQuestion("_25._tcp.mx.b.test", "TLSA"), "_25._tcp.mx.b.test"
    seen = outside(1, {}, {(name, "TLSA"): Found(("3 1 1 00",), ttl=17)})
    assert isinstance(seen.edge.resolver, FakeResolver)
    assert (await seen.answer([question]))[question] == DnsAnswer("found", ("3 1 1 00",), ttl=17)
    seen.edge.resolver.ttls = {(name, "TLSA"): ZoneTtl(3600, "192.0.2.53")}
    assert (await seen.answer([question]))[question] == DnsAnswer("found", ("3 1 1 00",), ttl=3600, ttl_by="192.0.2.53")


async def test_why_dns_did_not_answer_is_told_in_the_readers_language() -> None:
    names = {"b.test": LookupFailed(text("No DNS server answered for {name}.", name="b.test"))}
    question = DnsQuestion("b.test", "A")
    answers = await outside(1, names).answer([question])
    traveller, asking = traveller_by_id("activesync"), Asking(answers, lambda *_: pytest.fail("nothing is judged"))
    attempt = https_candidate(Trip(traveller, asking, Situation(), "u@b.test"), Method.ROOT, "https://b.test/")
    french = {
        "DNS gave no answer for {host}: {why}": "DNS ne dit rien de {host} : {why}",
        "No DNS server answered for {name}.": "Aucun serveur n'a répondu pour {name}.",
    }
    said = attempt.detail.render(lambda template: french.get(template, template))
    assert said == "DNS ne dit rien de b.test : Aucun serveur n'a répondu pour b.test."


def test_a_case_keeps_the_reason_in_english_and_reads_no_template_from_it() -> None:
    question = DnsQuestion("b.test", "A")
    (kept,) = book_to_wire({question: DnsAnswer("failed", why=text("Nothing came from {name}.", name="b.test"))})
    assert isinstance(kept, DnsAskedWire)
    assert kept.why == "Nothing came from b.test."
    for words in (kept.why, "{why.__class__}", "{"):
        kept.why = words
        (answer,) = book_from_wire([kept], {}).values()
        assert isinstance(answer, DnsAnswer)
        assert str(answer.why) == words
