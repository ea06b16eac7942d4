"""Mozilla's Marionette protocol, as far as running a script in the browser's own context needs it."""

import asyncio
import contextlib
import json
from typing import Any

from mailtrust.lab.oracles.question import OracleError

START = 90.0
"""Seconds until a new profile listens."""
PATIENCE = 60.0
LONGEST_MESSAGE = 1 << 24


class Marionette:
    """A connection to a Firefox or Thunderbird that was started with --marionette."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._last_id = 0

    @classmethod
    async def connect(cls, address: str, port: int) -> "Marionette":
        """Connect as soon as it listens, and open a session in the chrome context."""
        try:
            async with asyncio.timeout(START):
                while True:
                    try:
                        reader, writer = await asyncio.open_connection(address, port, limit=LONGEST_MESSAGE)
                    except OSError:
                        await asyncio.sleep(0.2)
                        continue
                    made = cls(reader, writer)
                    await made._message()  # its greeting
                    break
        except (TimeoutError, asyncio.IncompleteReadError) as error:
            raise OracleError(f"nothing listens for Marionette on port {port}") from error
        await made.call("WebDriver:NewSession", {"capabilities": {"alwaysMatch": {"acceptInsecureCerts": False}}})
        await made.call("Marionette:SetContext", {"value": "chrome"})
        return made

    async def run(self, script: str, *arguments: object) -> Any:
        """Run a script whose last argument is the function to call with its result."""
        parameters = {"script": script, "args": list(arguments), "newSandbox": True, "sandbox": "system"}
        answer = await self.call("WebDriver:ExecuteAsyncScript", parameters)
        return answer["value"]

    async def call(self, command: str, parameters: dict[str, object]) -> dict[str, Any]:
        """Call one command and wait for its result."""
        self._last_id += 1
        octets = json.dumps([0, self._last_id, command, parameters]).encode()
        self._writer.write(f"{len(octets)}:".encode() + octets)
        await self._writer.drain()
        try:
            async with asyncio.timeout(PATIENCE):
                _, _, error, result = await self._message()
        except (TimeoutError, asyncio.IncompleteReadError) as problem:
            raise OracleError(f"no answer to {command}") from problem
        if error:
            raise OracleError(f"{command} was answered with {error.get('error')}: {error.get('message')}")
        answer: dict[str, Any] = result
        return answer

    async def quit(self) -> None:
        """Ask the program to end."""
        with contextlib.suppress(OracleError, OSError):
            await self.call("Marionette:Quit", {"flags": ["eForceQuit"]})
        self._writer.close()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()

    async def _message(self) -> Any:
        length = await self._reader.readuntil(b":")
        return json.loads(await self._reader.readexactly(int(length[:-1])))
