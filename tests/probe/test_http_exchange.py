"""One request over a probe's handshake: against a server of Python's own, and against those that misbehave."""

import asyncio
import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from mailtrust.core.formats.autodiscover import CONTENT_TYPE, request
from mailtrust.core.model.observation import FailureKind, Handshake
from mailtrust.core.model.walk import HttpAnswer, HttpQuestion
from mailtrust.edge.probe.http_exchange import LARGEST_BODY, Route, exchange
from mailtrust.edge.probe.timeouts import Timeouts

HOST = "autodiscover.example.test"
URL = f"https://{HOST}/autodiscover/autodiscover.xml"


def answering(*parts: bytes, read: list[bytes] | None = None) -> Callable[..., Any]:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, _heard: Any) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            (int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")), 0
        )
        body = await reader.readexactly(length)
        if read is not None:
            read.append(head + body)
        for part in parts:
            writer.write(part)
            await writer.drain()
        writer.close()

    return handler


async def ask(port: int, quick: Timeouts, url: str = URL, content: Any = "", address: str = "") -> HttpAnswer:
    return await exchange(
        HttpQuestion(url, content, address), Route("127.0.0.1", port), now=lambda: datetime.now(UTC), timeouts=quick
    )


async def test_an_answer_comes_with_its_handshake(serve: Any, server_context: ssl.SSLContext, quick: Timeouts) -> None:
    read: list[bytes] = []
    handler = answering(
        b"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic\r\nContent-Length: 2\r\n\r\nno", read=read
    )
    async with serve(handler, ssl=server_context) as (port, _):
        answer = await ask(port, quick, content="pox", address="u@example.test")
    assert (answer.status, answer.body, answer.failure) == (401, b"no", None)
    assert answer.observation is not None
    assert isinstance(answer.observation.result, Handshake)
    assert answer.observation.presented_chain
    assert answer.observation.endpoint.reference_identifier == HOST
    head, _, body = read[0].partition(b"\r\n\r\n")
    assert body == request("pox", "u@example.test")
    assert head.startswith(b"POST /autodiscover/autodiscover.xml HTTP/1.1\r\n")
    assert f"content-type: {CONTENT_TYPE}".encode() in head.lower()
    assert b"authorization" not in head.lower()


async def test_redirects_are_told_and_not_followed(serve: Any, quick: Timeouts) -> None:
    handler = answering(b"HTTP/1.1 302 Found\r\nLocation: https://elsewhere.test/x\r\nContent-Length: 0\r\n\r\n")
    async with serve(handler) as (port, _):
        answer = await ask(port, quick, url=URL.replace("https", "http"))
    assert (answer.status, answer.location, answer.observation) == (302, "https://elsewhere.test/x", None)


@pytest.mark.parametrize(
    ("parts", "kind"),
    [
        ((b"nonsense\r\n\r\n",), FailureKind.NOT_THIS_PROTOCOL),
        ((b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",), FailureKind.NOT_THIS_PROTOCOL),
        ((b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * (LARGEST_BODY + 2),), FailureKind.LIMIT),
        ((b"HTTP/1.1 200 OK\r\nX: " + b"y" * 40_000,), FailureKind.NOT_THIS_PROTOCOL),
        ((), FailureKind.NOT_THIS_PROTOCOL),
    ],
)
async def test_bad_answers_are_failures(
    serve: Any, server_context: ssl.SSLContext, quick: Timeouts, parts: tuple[bytes, ...], kind: FailureKind
) -> None:
    async with serve(answering(*parts), ssl=server_context) as (port, _):
        answer = await ask(port, quick)
    assert answer.failure is not None
    assert answer.failure.kind is kind
    assert answer.observation is not None, "its certificate was seen all the same"


async def test_clear_text_on_the_port_of_https_is_no_handshake(serve: Any, quick: Timeouts) -> None:
    async def plain(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter, _heard: Any) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()

    async with serve(plain) as (port, _):
        answer = await ask(port, quick)
    assert answer.observation is None
    assert answer.failure is not None


async def test_a_closed_port_is_an_answer(quick: Timeouts) -> None:
    answer = await ask(1, quick)
    assert answer.failure is not None
    assert answer.failure.kind is FailureKind.REFUSED


async def test_silence_ends_with_our_patience(serve: Any, server_context: ssl.SSLContext) -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, _heard: Any) -> None:
        await reader.read()
        writer.close()

    async with serve(silent, ssl=server_context) as (port, _):
        answer = await ask(port, Timeouts(reply=0.2, total=5))
    assert answer.failure is not None
    assert answer.failure.kind is FailureKind.TIMEOUT
