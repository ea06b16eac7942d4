"""Starting a real client's program: once for one answer, or once for many answers, one a line."""

import asyncio
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from mailtrust.lab.oracles.question import Answer, OracleError, Question

PATIENCE = 30.0
"""Seconds for one answer."""
FIRST_ANSWER = 120.0
"""Seconds for the first answer of a program that compiles itself."""


async def run(
    command: Sequence[str],
    *,
    more_environment: Mapping[str, str] | None = None,
    patience: float = PATIENCE,
    standard_input: bytes | None = None,
) -> tuple[int, str]:
    """Exit status and all that a command printed; OracleError when it is not installed or does not end."""
    require(command[0])
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL if standard_input is None else asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={**os.environ, **(more_environment or {})},
    )
    try:
        async with asyncio.timeout(patience):
            output, _ = await process.communicate(standard_input)
    except TimeoutError as error:
        process.kill()
        await process.wait()
        raise OracleError(f"no answer within {patience:g} s: {' '.join(command)}") from error
    return process.returncode or 0, output.decode("utf-8", "replace")


def require(program: str) -> None:
    """OracleError when `program` is not here."""
    if shutil.which(program) is None:
        raise OracleError(f"{program} is not installed")


def line_with(output: str, *marks: str) -> str:
    """The first line that holds the first of the marks that occurs at all; the last line when none does."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    for mark in marks:
        for line in lines:
            if mark in line:
                return line
    return lines[-1] if lines else ""


class LineProgram:
    """A running program of ours that asks one library, question after question.

    A question is a line: name, address, port, dialogue (`-` for none), roots file, with tabs between. An answer is a
    line: `accepted`; or `refused` and the words; or `unasked` and why it did not come to TLS.
    """

    def __init__(self, title: str) -> None:
        self._title = title
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()
        self._answered = False

    async def start(self, *command: str | Path, more_environment: Mapping[str, str] | None = None) -> None:
        """Start it; OracleError where it is not installed."""
        require(str(command[0]))
        self._process = await asyncio.create_subprocess_exec(
            *map(str, command),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env={**os.environ, **(more_environment or {})},
        )

    async def ask(self, question: Question) -> Answer:
        """Its answer; OracleError when it could not judge."""
        if self._process is None or self._process.stdin is None or self._process.stdout is None:
            raise OracleError(f"{self._title} has not been started")
        parts = [question.name, question.address, str(question.port), question.dialogue or "-", str(question.roots)]
        async with self._turn, asyncio.timeout(PATIENCE if self._answered else FIRST_ANSWER):
            self._process.stdin.write(("\t".join(parts) + "\n").encode())
            await self._process.stdin.drain()
            line = (await self._process.stdout.readline()).decode("utf-8", "replace").strip()
        self._answered = True
        word, _, reason = line.partition("\t")
        if word not in ("accepted", "refused"):
            raise OracleError(f"{self._title} did not get as far as TLS: {reason or 'it has ended'}")
        return Answer(word == "accepted", reason)

    async def stop(self) -> None:
        """End it."""
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
            await self._process.wait()
