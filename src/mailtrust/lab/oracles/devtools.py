"""The DevTools protocol over a pipe, as far as one page and its navigation need it."""

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from mailtrust.lab.oracles.question import OracleError

PATIENCE = 30.0
LONGEST_MESSAGE = 1 << 24

RENUMBER = """
import fcntl, os, sys
low, high = (fcntl.fcntl(int(number), fcntl.F_DUPFD, 10) for number in sys.argv[1:3])
os.dup2(low, 3)
os.dup2(high, 4)
os.execvp(sys.argv[3], sys.argv[3:])
"""
"""Gives two inherited descriptors the numbers that the browser expects, and becomes the browser."""


class DevTools:
    """A browser that was started with --remote-debugging-pipe: it reads from descriptor 3 and writes to 4."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None
        self._to_browser = -1
        self._reader = asyncio.StreamReader(limit=LONGEST_MESSAGE)
        self._transport: asyncio.BaseTransport | None = None
        self._last_id = 0

    async def start(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Start the browser; what it says on the way is thrown away."""
        commands_end, self._to_browser = os.pipe()
        answers, answers_end = os.pipe()
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", RENUMBER, str(commands_end), str(answers_end), *command,
            pass_fds=(commands_end, answers_end),
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
            env=dict(environment),
        )  # fmt: skip
        os.close(commands_end)
        os.close(answers_end)
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(self._reader), os.fdopen(answers, "rb")
        )

    async def call(self, method: str, session: str | None = None, **parameters: object) -> dict[str, Any]:
        """Call one method and wait for its result; events meanwhile are passed over."""
        self._last_id += 1
        message: dict[str, object] = {"id": self._last_id, "method": method, "params": parameters}
        if session is not None:
            message["sessionId"] = session
        os.write(self._to_browser, json.dumps(message).encode() + b"\0")
        try:
            async with asyncio.timeout(PATIENCE):
                while True:
                    answer: dict[str, Any] = json.loads((await self._reader.readuntil(b"\0"))[:-1])
                    if answer.get("id") == self._last_id:
                        break
        except (TimeoutError, asyncio.IncompleteReadError) as error:
            raise OracleError(f"the browser did not answer {method}") from error
        if "error" in answer:
            raise OracleError(f"the browser answered {method} with {answer['error']}")
        result: dict[str, Any] = answer["result"]
        return result

    async def stop(self) -> None:
        """Close the browser."""
        if self._process is None:
            return
        with contextlib.suppress(OracleError, OSError):
            await self.call("Browser.close")
        try:
            async with asyncio.timeout(PATIENCE):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        os.close(self._to_browser)
        if self._transport is not None:
            self._transport.close()
