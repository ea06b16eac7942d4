"""Whatever a server does is an answer: slow, silent, garbled, flooding, resetting, injecting, busy."""

import asyncio
import socket
import struct
from dataclasses import replace

import pytest

from mailtrust.core.model.endpoint import Endpoint, Offer, Protocol, TlsMode
from mailtrust.core.model.observation import FailureKind, Handshake, ProbeFailure, Stage
from mailtrust.edge.probe import wire
from mailtrust.edge.probe.prober import probe

SMTP = (Protocol.SMTP, TlsMode.STARTTLS)
IMAP = (Protocol.IMAP, TlsMode.STARTTLS)
TLS = (Protocol.TLS, TlsMode.IMPLICIT)
SMTPS = (Protocol.SUBMISSION, TlsMode.IMPLICIT)


def failure(observation):
    assert isinstance(observation.result, ProbeFailure), observation.result
    return observation.result.stage, observation.result.kind


def saying(*pieces, then_close=False):
    async def handler(reader, writer, heard):
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.01)
        if then_close:
            writer.write_eof()
        while data := await reader.read(4096):
            heard.clear += data
        heard.end = "fin"

    return handler


async def test_nobody_listens(look):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        seen = await look(free.getsockname()[1])
    assert failure(seen) == (Stage.CONNECT, FailureKind.REFUSED)
    assert "ECONNREFUSED" in seen.result.detail
    assert seen.transcript == ()


async def test_nobody_answers(look, quick):
    """A full backlog: the SYN is dropped, as by a firewall."""
    with socket.socket() as full, socket.socket() as first, socket.socket() as second:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for client in (first, second):
            client.setblocking(False)
            client.connect_ex(full.getsockname())
        seen = await look(full.getsockname()[1], timeouts=replace(quick, connect=0.3))
    assert failure(seen) == (Stage.CONNECT, FailureKind.TIMEOUT)


@pytest.mark.parametrize("address", ["255.255.255.255", "::ffff:255.255.255.255"])
async def test_no_way_there(quick, address):
    endpoint = Endpoint("x.test", 25, *SMTP, address, "x.test", "given")
    seen = await probe(endpoint, Offer.DEFAULT, timeouts=quick, now=lambda: None)
    assert failure(seen) == (Stage.CONNECT, FailureKind.UNREACHABLE)


async def test_what_is_no_address(quick):
    endpoint = Endpoint("x.test", 25, *SMTP, "no address", "x.test", "given")
    seen = await probe(endpoint, Offer.DEFAULT, timeouts=quick, now=lambda: None)
    assert failure(seen) == (Stage.CONNECT, FailureKind.NO_ADDRESS)


async def test_the_detour_is_taken(serve, quick):
    """--resolve and --connect-to: another address and port, the same names."""
    async with serve(saying(b"554 no\r\n")) as (port, heard):
        endpoint = Endpoint("x.test", 1, *SMTP, "192.0.2.1", "x.test", "given", port, "127.0.0.1")
        seen = await probe(endpoint, Offer.DEFAULT, timeouts=quick, now=lambda: None)
    assert failure(seen) == (Stage.GREETING, FailureKind.REJECTED)
    assert heard.connections == 1
    assert seen.endpoint is endpoint


@pytest.mark.parametrize(
    ("pieces", "stage"),
    [
        ((), Stage.GREETING),
        ((b"220-wait\r\n",), Stage.GREETING),
        ((b"220 x\r\n", b"250-x\r\n"), Stage.CAPABILITY),
        ((b"220 x\r\n", b"250-x\r\n250 STARTTLS\r\n"), Stage.STARTTLS),
        ((b"220 x\r\n", b"250-x\r\n250 STARTTLS\r\n", b"220 go\r\n"), Stage.HANDSHAKE),
    ],
)
async def test_silence_at_every_stage(serve, look, quick, pieces, stage):
    impatient = replace(quick, greeting=0.3, reply=0.3, handshake=0.3, leave=0.2)
    async with serve(saying(*pieces)) as (port, heard):
        seen = await look(port, *SMTP, timeouts=impatient)
        await heard.done.wait()
    assert failure(seen) == (stage, FailureKind.TIMEOUT)
    assert heard.end == "fin"
    assert b"QUIT" not in heard.clear, "who waits for an answer, or for a greeting, does not talk on"


async def test_a_drop_now_and_then_does_not_hold_us(serve, look, quick):
    async def handler(reader, writer, heard):
        while True:
            writer.write(b"220-still here\r\n")
            await asyncio.sleep(0.02)

    async with serve(handler) as (port, _):
        seen = await look(port, *SMTP, timeouts=replace(quick, greeting=0.3, leave=0.1))
    assert failure(seen) == (Stage.GREETING, FailureKind.TIMEOUT)
    assert len(seen.transcript) <= 100


async def test_all_stages_together_have_an_end(serve, look, quick):
    async with serve(saying(b"220 x\r\n")) as (port, _):
        seen = await look(port, *SMTP, timeouts=replace(quick, reply=60, total=0.3, leave=0.1))
    assert failure(seen) == (Stage.CAPABILITY, FailureKind.TIMEOUT)


async def test_a_slow_greeting_is_waited_for(serve, look):
    async def handler(reader, writer, heard):
        await asyncio.sleep(0.2)
        heard.clear = reader._buffer[:]
        writer.write(b"421 busy\r\n")

    async with serve(handler) as (port, heard):
        seen = await look(port, *SMTP)
    assert failure(seen) == (Stage.GREETING, FailureKind.BUSY)
    assert heard.clear == b"", "postscreen bans who talks first"


@pytest.mark.parametrize(
    ("mode", "piece"), [(SMTP, b"220-x\r\n" * 20_000), (IMAP, b"*" * 300_000), (TLS, b"\x16\x03\x01\x40\x00" * 300_000)]
)
async def test_a_flood(serve, look, mode, piece):
    async def handler(reader, writer, heard):
        while True:
            writer.write(piece)
            await writer.drain()

    async with serve(handler) as (port, _):
        seen = await look(port, *mode)
    stage, kind = failure(seen)
    assert stage in (Stage.GREETING, Stage.HANDSHAKE)
    assert kind in (FailureKind.LIMIT, FailureKind.PROTOCOL_ERROR)


async def test_more_octets_than_one_connection_may_send(serve, look, monkeypatch, server_context):
    """A flood inside TLS while we leave ends our patience, not the answer."""
    monkeypatch.setattr(wire, "RECEIVE_LIMIT", 20_000)

    async def handler(reader, writer, heard):
        while True:
            writer.write(b"x" * 10_000)
            await writer.drain()

    async with serve(handler, ssl=server_context) as (port, _):
        seen = await look(port, *SMTPS)
    assert isinstance(seen.result, Handshake)
    assert seen.result.completed


async def test_a_handshake_message_without_end(serve, look):
    async def handler(reader, writer, heard):
        writer.write(b"\x16\x03\x03\x40\x00" + b"\x02\xff\xff\xff" + bytes(0x4000 - 4))
        while True:
            writer.write(b"\x16\x03\x03\x40\x00" + bytes(0x4000))
            await writer.drain()

    async with serve(handler) as (port, _):
        seen = await look(port)
    assert failure(seen)[0] is Stage.HANDSHAKE


def resetting(*pieces):
    async def handler(reader, writer, heard):
        for piece in pieces:
            writer.write(piece)
        await writer.drain()
        if len(pieces) > 1:
            await reader.read(1)
        linger = struct.pack("ii", 1, 0)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        writer.transport.abort()

    return handler


@pytest.mark.parametrize("mode", [SMTP, IMAP, TLS])
async def test_a_reset(serve, look, mode):
    async with serve(resetting()) as (port, _):
        seen = await look(port, *mode)
    assert failure(seen)[1] is FailureKind.CLOSED
    assert "ECONNRESET" in seen.result.detail or "closed" in seen.result.detail


async def test_words_before_a_reset_are_the_answer(serve, look):
    async with serve(resetting(b"421 4.3.2 too many\r\n")) as (port, _):
        seen = await look(port, *SMTP)
    assert failure(seen) == (Stage.GREETING, FailureKind.BUSY)


async def test_hanging_up_in_the_handshake(serve, look):
    async def handler(reader, writer, heard):
        await reader.read(10)

    async with serve(handler) as (port, heard):
        seen = await look(port)
    assert failure(seen) == (Stage.HANDSHAKE, FailureKind.CLOSED)
    assert heard.connections == 2, "a hello without TLS 1.3 was tried"


@pytest.mark.parametrize(
    ("octets", "name"),
    [(b"\x15\x03\x01\x00\x02\x02\x28", "handshake_failure"), (b"\x15\x03\x03\x00\x02\x02\x50", "internal_error")],
)
async def test_an_alert_has_a_name(serve, look, octets, name):
    async with serve(saying(octets, then_close=True)) as (port, _):
        seen = await look(port)
    assert failure(seen) == (Stage.HANDSHAKE, FailureKind.ALERT)
    assert seen.result.detail == name


async def test_clear_text_where_tls_was_expected(serve, look):
    async with serve(saying(b"220 mail.example.test ESMTP\x1b[2J\r\n")) as (port, heard):
        seen = await look(port, *SMTPS)
    assert failure(seen) == (Stage.HANDSHAKE, FailureKind.NOT_THIS_PROTOCOL)
    assert seen.result.detail.startswith("220 mail.example.test ESMTP\\x1b[2J")
    assert seen.bytes_before_tls == b"", "there was no go-ahead after which it could have been injected"
    assert heard.connections == 1


async def test_clear_text_after_the_go_ahead_and_no_tls(serve, look):
    pieces = (b"220 x\r\n", b"250-x\r\n250 STARTTLS\r\n", b"220 go\r\n454 or rather not\r\n")
    async with serve(saying(*pieces, then_close=True)) as (port, _):
        seen = await look(port, *SMTP)
    assert seen.bytes_before_tls == b"454 or rather not\r\n"
    assert failure(seen)[0] is Stage.HANDSHAKE


@pytest.mark.parametrize("apart", [False, True], ids=["with the go-ahead", "after it"])
async def test_injected_words_are_kept_and_the_handshake_goes_on(serve, look, server_context, apart):
    """RFC 3207 4.2: nothing said in clear counts inside; that it was said is evidence."""

    async def handler(reader, writer, heard):
        writer.write(b"220 x\r\n")
        await reader.readline()
        writer.write(b"250-x\r\n250 STARTTLS\r\n")
        await reader.readline()
        writer.transport.pause_reading()  # the hello is for start_tls
        writer.write(b"220 go\r\n")
        if apart:
            await writer.drain()
            await asyncio.sleep(0.1)
        writer.write(b"250 injected\r\n")
        await writer.drain()
        await writer.start_tls(server_context)
        heard.inside = await reader.readline()
        writer.write(b"221 bye\r\n")
        await writer.drain()

    async with serve(handler) as (port, heard):
        seen = await look(port, *SMTP)
        await heard.done.wait()
    assert isinstance(seen.result, Handshake)
    assert seen.result.completed
    assert seen.bytes_before_tls == b"250 injected\r\n"
    assert heard.inside == b"QUIT\r\n"


async def test_the_transcript_is_clean(serve, look):
    async with serve(saying(b"220 \x1b]0;owned\x07\xe2\x80\xae\r\n", b"250-x\r\n250 OK\r\n")) as (port, _):
        seen = await look(port, *SMTP, client_name="probe.example.test")
    assert failure(seen) == (Stage.CAPABILITY, FailureKind.TLS_NOT_OFFERED)
    assert seen.transcript == (
        "< 220 \\x1b]0;owned\\x07\\u202e",
        "> EHLO probe.example.test",
        "< 250-x",
        "< 250 OK",
    )


async def test_our_name_is_our_address_unless_told_otherwise(serve, look):
    async with serve(saying(b"220 x\r\n", b"250 x\r\n")) as (port, _):
        seen = await look(port, *SMTP)
    assert "> EHLO [127.0.0.1]" in seen.transcript


async def test_a_probe_that_is_cancelled_lets_go(serve, look):
    async with serve(saying()) as (port, heard):
        task = asyncio.create_task(look(port, *SMTP))
        await heard.begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.wait_for(heard.done.wait(), 5)
