"""The runner: uvloop where it is, asyncio where it is not, and the same answers on both."""

import asyncio
import sys

import pytest

from mailtrust.core.model.endpoint import Protocol, TlsMode
from mailtrust.core.model.observation import FailureKind, Handshake, ProbeFailure, Stage
from mailtrust.edge.probe import loop


@pytest.fixture(params=["uvloop", "asyncio"])
def on_loop(request, monkeypatch):
    if request.param == "uvloop":
        pytest.importorskip("uvloop", reason="the extra `fast` is not installed")
    else:
        monkeypatch.setitem(sys.modules, "uvloop", None)
    return request.param


async def which():
    return type(asyncio.get_running_loop()).__module__


def test_the_loop_is_the_fast_one_where_it_is_installed(on_loop):
    assert loop.run(which()).startswith(on_loop)


def test_handshake(on_loop, look, s_server, chain):
    port = s_server("-cert", chain.leaf, "-key", chain.key)
    assert isinstance(loop.run(looking(look, port)).result, Handshake)


def test_refusal(on_loop, look):
    seen = loop.run(looking(look, 1))
    assert isinstance(seen.result, ProbeFailure)
    assert seen.result.kind is FailureKind.REFUSED


def test_dialogue_with_a_reset_behind_its_last_words(on_loop, look, serve):
    async def handler(reader, writer, heard):
        writer.write(b"421 busy\r\n")
        await writer.drain()
        writer.transport.abort()

    async def main():
        async with serve(handler) as (port, _):
            return await look(port, Protocol.SMTP, TlsMode.STARTTLS)

    seen = loop.run(main())
    assert isinstance(seen.result, ProbeFailure)
    assert (seen.result.stage, seen.result.kind) == (Stage.GREETING, FailureKind.BUSY)


async def looking(look, port):
    return await look(port)
