"""A check of any server ends, costs what it may, and gives a finding or a failure that has a name."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tests.fuzz.run import HOUSE
from tests.fuzz.servers import FRIENDLY, Hostile, hostile_servers

PATIENCE = 120
"""Seconds after which a visit hangs; it takes four connections of at most 1.5 s each."""


class Visitor:
    """The process that looks, fed with one server after the other."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def look_at(self, server: Hostile) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        async with serving(server) as port, asyncio.timeout(PATIENCE):
            self._process.stdin.write(f"{server.scheme} {port}\n".encode())
            await self._process.stdin.drain()
            line = await self._process.stdout.readline()
        assert line, f"{server.name}: the visitor died"
        answer: dict[str, Any] = json.loads(line)
        return answer


@asynccontextmanager
async def serving(server: Hostile) -> AsyncIterator[int]:
    tasks: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            await server.handler(reader, writer)
        except (OSError, asyncio.CancelledError):
            pass  # the visitor has left
        finally:
            writer.transport.abort()
            tasks.discard(task)

    listening = await asyncio.start_server(connected, "127.0.0.1", 0)
    async with listening:
        yield listening.sockets[0].getsockname()[1]
        for task in tuple(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def visiting() -> AsyncIterator[Visitor]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.fuzz.visit",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, cwd=HOUSE,
    )  # fmt: skip
    try:
        visitor = Visitor(process)
        await visitor.look_at(FRIENDLY)
        yield visitor
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()


async def test_no_server_does_harm() -> None:
    told = {}
    async with visiting() as visitor:
        for server in hostile_servers():
            told[server.name] = await visitor.look_at(server)
    assert max(one["mib"] for one in told.values()) <= 64
    for name, one in told.items():
        assert one["seen"], name
        assert one["found"] or one["seen"][0][0] != "certificates", f"{name}: nothing was said about it"
    shown = {name for name, one in told.items() if one["seen"][0][0] == "certificates"}
    assert {"a hundred certificates", "certificates in a ring"} <= shown
    assert not {"noise", "records without end", "a greeting without end"} & shown
    assert told["a greeting without end"]["seen"][0] == ["greeting", "limit"]
    assert told["capabilities without end"]["seen"][0] == ["capability", "limit"]
    assert told["a reply without end"]["seen"][0] == ["capability", "limit"]
    assert told["an octet now and then"]["seen"][0] == ["greeting", "timeout"]
    assert told["a literal of four gigabytes"]["seen"][0] == ["capability", "limit"]
    assert told["a page instead of TLS"]["seen"][0] == ["handshake", "not-this-protocol"]
