"""What others answer: issuers' downloads, web servers and proxies, DNS."""

import asyncio
from collections.abc import Sequence
from functools import cache
from random import Random
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import dns.asyncresolver
import dns.message
import dns.nameserver
import dns.rrset
import h11
from tests.fuzz import seeds
from tests.fuzz.documents import harmless
from tests.fuzz.mutation.octets import mutate_octets
from tests.fuzz.mutation.structure import mutate_der
from tests.fuzz.mutation.talk import mutate_talk
from tests.fuzz.target import Target
from tests.fuzz.targets.dialogues import fragments

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.x509.parse import read_certificate
from mailtrust.core.x509.pem import to_pem
from mailtrust.core.x509.pkcs7 import write_pkcs7
from mailtrust.edge.lookup import dns_question
from mailtrust.edge.lookup.aia_answer import judge_answer, nothing_in
from mailtrust.edge.lookup.dns_answers import Found, LookupFailed, NoData, NoSuchName, Patience
from mailtrust.edge.lookup.download import ISSUERS as ISSUERS_WISH
from mailtrust.edge.lookup.http_conversation import Conversation, Place, Redirect, RefusedError

MOST = 100_000
"""Octets of a body in these tests."""


@cache
def _issuers() -> tuple[bytes, ...]:
    pki = seeds.world().pki
    known = [
        certificate for one in seeds.world().chains[-4] if isinstance(certificate := read_certificate(one), Certificate)
    ]
    issuing = pki.issuing.certificate
    return (
        issuing.der,
        to_pem(issuing).encode(),
        write_pkcs7((issuing, pki.root.certificate)),
        write_pkcs7(known),
        to_pem(write_pkcs7((issuing,)), "PKCS7").encode(),
        b"<html>404</html>",
        b"PK\x03\x04",
        b"",
    )


def _mutate_issuers(chance: Random, seed: bytes, others: Sequence[bytes]) -> bytes:
    return (mutate_der if seed[:1] == b"0" else mutate_octets)(chance, seed, others)


def _try_issuers(octets: bytes) -> bytes:
    pki = seeds.world().pki
    answer = judge_answer(octets, (pki.leaf.certificate, pki.issuing.certificate))
    told = [*map(str, answer.remarks), str(nothing_in(octets))]
    assert all(one.isprintable() and len(one) < 2000 for one in told), ascii(told)
    return "\n".join(told).encode()


def _answers() -> tuple[bytes, ...]:
    body = b"x" * 300
    return (
        b"HTTP/1.1 200 OK\r\nContent-Length: 300\r\n\r\n" + body,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n12c\r\n" + body + b"\r\n0\r\nA: b\r\n\r\n",
        b"HTTP/1.0 200 OK\r\n\r\n" + body,
        b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 Not Found\x1b[2J\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 99999999999999999999\r\n\r\n",
        b"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\n",
    )


def _try_answer(octets: bytes) -> bytes:
    return asyncio.run(_asked(octets))


async def _asked(octets: bytes) -> bytes:
    reader = asyncio.StreamReader()
    for fragment in fragments(octets):
        reader.feed_data(fragment)
    reader.feed_eof()
    writer: Any = SimpleNamespace(write=lambda _: None, drain=_drained)
    try:
        got = await Conversation(reader, writer).ask(Place("http", "ca.test", 80, "/x"), ISSUERS_WISH, most=MOST)
    except RefusedError as refused:
        harmless(str(refused.why))
        return str(refused.why).encode()
    except (h11.RemoteProtocolError, OSError):
        return b"no HTTP"  # what `download` expects besides
    if isinstance(got, Redirect):
        return b"elsewhere"
    assert len(got) <= MOST
    return got


async def _drained() -> None:
    return None


QUESTIONS = (
    ("example.com", "MX"),
    ("_imaps._tcp.example.com", "SRV"),
    ("mail.example.com", "A"),
    ("mail.example.com", "AAAA"),
)


@cache
def _dns_answers() -> tuple[bytes, ...]:
    """Answers as they stand on the wire behind their id; the octet before tells which question it is."""
    texts = (
        ("example.com. 300 IN MX 10 mail.example.com.", "example.com. 300 IN MX 0 ."),
        ("_imaps._tcp.example.com. 5 IN SRV 0 1 993 mail.example.com.",),
        (
            "mail.example.com. 60 IN CNAME a.example.com.",
            "a.example.com. 60 IN CNAME b.example.com.",
            "b.example.com. 60 IN A 192.0.2.1",
        ),
        ("mail.example.com. 60 IN CNAME mail.example.com.",),
        ("mail.example.com. 60 IN AAAA 2001:db8::1",),
    )
    made = []
    for number, (name, kind) in enumerate(QUESTIONS):
        for text in texts:
            answer = dns.message.make_response(dns.message.make_query(name, kind, id=0))
            answer.answer = [dns.rrset.from_text(*line.split(" ", 4)[:4], line.split(" ", 4)[4]) for line in text]
            made.append(bytes((number,)) + answer.to_wire()[2:])
        for code in (2, 3, 5):
            answer = dns.message.make_response(dns.message.make_query(name, kind, id=0))
            answer.set_rcode(code)
            made.append(bytes((number,)) + answer.to_wire()[2:])
    return tuple(made)


class Liar(dns.nameserver.Nameserver):
    """A name server that answers every question with these octets, behind the right id."""

    def __init__(self, octets: bytes) -> None:
        super().__init__()
        self._octets = octets

    def __str__(self) -> str:
        return "liar"

    def kind(self) -> str:
        return "liar"

    def is_always_max_size(self) -> bool:
        return True

    def answer_nameserver(self) -> str:
        return "192.0.2.53"

    def answer_port(self) -> int:
        return 53

    async def async_query(self, request: Any, *_: Any, ignore_trailing: bool = False, **__: Any) -> Any:
        answer = dns.message.from_wire(request.id.to_bytes(2) + self._octets, ignore_trailing=ignore_trailing)
        if not request.is_response(answer):
            raise dns.query.BadResponse
        return answer


def _mutate_dns(chance: Random, seed: bytes, others: Sequence[bytes]) -> bytes:
    """The answer changed; often behind a question that is left whole, for else nobody would read on."""
    keep = chance.choice((1, 11, 40))
    return seed[:keep] + mutate_octets(chance, seed[keep:], others)


def _try_dns(octets: bytes) -> bytes:
    if not octets:
        return b""
    name, kind = QUESTIONS[octets[0] % len(QUESTIONS)]
    resolver = dns.asyncresolver.Resolver(configure=False)
    resolver.nameservers = [Liar(octets[1:])]
    resolver.lifetime = 0.05
    with patch.object(dns_question, "_resolver", lambda *_: resolver):
        answer = asyncio.run(dns_question.ask(("192.0.2.53", 53), name, kind, Patience()))
    assert isinstance(answer, Found | NoData | NoSuchName | LookupFailed)
    if isinstance(answer, Found):
        records = (*dns_question.mx_records(answer.records), *dns_question.srv_records(answer.records))
        dns_question.both_families(answer, NoData(name))
        assert all(one.isascii() for record in records for one in map(str, (record,)))
        return repr((records, answer.aliases)).encode()
    assert str(answer).isprintable(), ascii(str(answer))
    return type(answer).__name__.encode()


ISSUERS = Target("issuer-download", _issuers, _mutate_issuers, _try_issuers, inputs=20_000, bounded=150)
HTTP_ANSWER = Target("http-answer", _answers, mutate_talk, _try_answer, inputs=10_000, bounded=60)
DNS_ANSWER = Target("dns-answer", _dns_answers, _mutate_dns, _try_dns, inputs=10_000, bounded=40)
