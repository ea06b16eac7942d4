"""We leave politely: goodbye where the server still listens, close_notify, FIN and never RST."""

import asyncio
import ssl
from dataclasses import replace

import pytest

from mailtrust.core.model.endpoint import Protocol, TlsMode
from mailtrust.core.model.observation import FailureKind, Handshake

PLAIN = [
    (Protocol.SMTP, (b"220 x\r\n", b"250-x\r\n250 STARTTLS\r\n", b"220 go\r\n"), b"", b"QUIT\r\n"),
    (Protocol.LMTP, (b"220 x\r\n", b"250-x\r\n250 STARTTLS\r\n", b"220 go\r\n"), b"", b"QUIT\r\n"),
    (Protocol.IMAP, (b"* OK [CAPABILITY STARTTLS] x\r\n", b"a002 OK\r\n"), b"", b"a003 LOGOUT\r\n"),
    (Protocol.POP3, (b"+OK\r\n", b"+OK\r\nSTLS\r\n.\r\n", b"+OK\r\n"), b"", b"QUIT\r\n"),
    (Protocol.SIEVE, (b'"STARTTLS"\r\nOK\r\n', b"OK\r\n"), b'"SIEVE" "x"\r\nOK\r\n', b"LOGOUT\r\n"),
]
IMPLICIT = [
    (Protocol.SUBMISSION, b"220-x\r\n220 x\r\n", b"QUIT\r\n"),
    (Protocol.IMAP, b"* OK x\r\n", b"a003 LOGOUT\r\n"),
    (Protocol.POP3, b"+OK x\r\n", b"QUIT\r\n"),
    (Protocol.LDAP, b"", bytes.fromhex("30050201024200")),
    (Protocol.HTTPS, b"", b""),
]


async def listen_inside(reader, writer, heard, greeting):
    """Greet after a while, answer the goodbye, and see how the connection ends."""
    if greeting:
        await asyncio.sleep(0.1)
        early = bytes(reader._buffer)
        assert early == b"", "nothing is said before the server has greeted"
        for octet in greeting:
            writer.write(bytes((octet,)))
    while data := await reader.read(4096):
        heard.inside += data
        writer.write(b"bye\r\n")
    heard.end = "fin"


@pytest.mark.parametrize(("protocol", "answers", "greeting", "goodbye"), PLAIN, ids=lambda value: str(value)[:9])
async def test_after_an_upgrade(serve, look, server_context, protocol, answers, greeting, goodbye):
    async def handler(reader, writer, heard):
        for number, answer in enumerate(answers):
            writer.write(answer)
            await writer.drain()
            if number < len(answers) - 1:
                heard.clear += await reader.readline()
        await writer.start_tls(server_context)
        await listen_inside(reader, writer, heard, greeting)

    async with serve(handler) as (port, heard):
        seen = await look(port, protocol, TlsMode.STARTTLS)
        await asyncio.wait_for(heard.done.wait(), 5)
    assert isinstance(seen.result, Handshake)
    assert seen.result.completed
    assert seen.bytes_before_tls == b""
    assert heard.inside == goodbye
    assert heard.end == "fin"
    assert all(line.startswith(("> ", "< ")) for line in seen.transcript)


@pytest.mark.parametrize(("protocol", "greeting", "goodbye"), IMPLICIT, ids=lambda value: str(value)[:9])
async def test_after_implicit_tls(serve, look, server_context, protocol, greeting, goodbye):
    async def handler(reader, writer, heard):
        await listen_inside(reader, writer, heard, greeting)

    async with serve(handler, ssl=server_context) as (port, heard):
        seen = await look(port, protocol, TlsMode.IMPLICIT)
        await asyncio.wait_for(heard.done.wait(), 5)
    assert isinstance(seen.result, Handshake)
    assert heard.inside == goodbye
    assert heard.end == "fin"
    assert seen.transcript == ()


async def test_a_server_that_never_greets_is_left_without_a_word(serve, look, server_context, quick):
    async def handler(reader, writer, heard):
        heard.inside = await reader.read()
        heard.end = "fin"

    async with serve(handler, ssl=server_context) as (port, heard):
        seen = await look(port, Protocol.IMAP, TlsMode.IMPLICIT, timeouts=replace(quick, leave=0.2))
        await asyncio.wait_for(heard.done.wait(), 5)
    assert isinstance(seen.result, Handshake)
    assert heard.inside == b""
    assert heard.end == "fin"


@pytest.mark.parametrize(
    ("protocol", "answers", "kind", "goodbye"),
    [
        (Protocol.SMTP, (b"220 x\r\n", b"250 x\r\n"), FailureKind.TLS_NOT_OFFERED, b"QUIT\r\n"),
        (Protocol.SMTP, (b"554 x\r\n",), FailureKind.REJECTED, b"QUIT\r\n"),
        (Protocol.SMTP, (b"421 x\r\n",), FailureKind.BUSY, b""),
        (Protocol.SMTP, (b"* OK\r\n",), FailureKind.NOT_THIS_PROTOCOL, b""),
        (
            Protocol.IMAP,
            (b"* OK [CAPABILITY STARTTLS]\r\n", b"a002 NO\r\n"),
            FailureKind.TLS_REFUSED,
            b"a003 LOGOUT\r\n",
        ),
        (Protocol.POP3, (b"+OK\r\n", b"-ERR\r\n"), FailureKind.TLS_NOT_OFFERED, b"QUIT\r\n"),
        (Protocol.SIEVE, (b"OK\r\n",), FailureKind.TLS_NOT_OFFERED, b"LOGOUT\r\n"),
    ],
)
async def test_instead_of_tls(serve, look, protocol, answers, kind, goodbye):
    async def handler(reader, writer, heard):
        for number, answer in enumerate(answers):
            writer.write(answer)
            await writer.drain()
            if number < len(answers) - 1:
                await reader.readline()
        while data := await reader.read(4096):
            heard.clear += data
            writer.write(b"bye\r\n")
        heard.end = "fin"

    async with serve(handler) as (port, heard):
        seen = await look(port, protocol, TlsMode.STARTTLS)
        await asyncio.wait_for(heard.done.wait(), 5)
    assert seen.result.kind is kind
    assert heard.clear == goodbye
    assert heard.end == "fin"


async def test_unread_words_of_the_server_do_not_make_a_reset(serve, look):
    """It talks on while we go: we hear it out, for its log's sake."""

    async def handler(reader, writer, heard):
        writer.write(b"554 no\r\n")
        while data := await reader.read(4096):
            heard.clear += data
            for _ in range(20):
                writer.write(b"221 still talking\r\n" * 50)
                await writer.drain()
                await asyncio.sleep(0.005)
        heard.end = "fin"

    async with serve(handler) as (port, heard):
        await look(port, Protocol.SMTP, TlsMode.STARTTLS)
        await asyncio.wait_for(heard.done.wait(), 5)
    assert heard.clear == b"QUIT\r\n"
    assert heard.end == "fin"


async def test_close_notify_is_sent(serve, look, server_context):
    """A server that is strict about truncation (RFC 8446 6.1) has nothing to complain of."""

    async def handler(reader, writer, heard):
        heard.inside = await reader.read()
        heard.end = "fin"

    strict = server_context
    strict.options &= ~ssl.OP_IGNORE_UNEXPECTED_EOF  # some builds of Python forgive it by default
    async with serve(handler, ssl=strict) as (port, heard):
        await look(port, Protocol.TLS, TlsMode.IMPLICIT)
        await asyncio.wait_for(heard.done.wait(), 5)
    assert heard.end == "fin"
