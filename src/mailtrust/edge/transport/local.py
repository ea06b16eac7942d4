"""This machine: its files, its programs, the sockets of what runs here."""

import asyncio
import os
import signal
import stat
import sys
from collections.abc import Coroutine
from contextlib import suppress
from glob import glob, has_magic
from pathlib import Path
from typing import Any, Self

from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.server_facts import Printed
from mailtrust.core.model.text import text
from mailtrust.edge.transport import replacing
from mailtrust.edge.transport.limits import LARGEST, MOST_ANSWERED, MOST_NAMES, MOST_PRINTED, SBIN
from mailtrust.edge.transport.machine import RawFile
from mailtrust.edge.transport.refusals import failed, no_program, not_allowed, not_there, told, too_large, too_slow

LAST_WORDS_SECONDS = 1.0
"""How long after a program's end its streams are read: a daemon that it has started may hold them open for ever."""


@frozen
class LocalMachine:
    """Where mailtrust runs. What is done to files is done in one go: stopping the program waits for it."""

    name: str = "this machine"

    async def read(self, path: str) -> RawFile:
        """A file whole."""
        with told(self.name, path):
            return _read(self.name, path)

    async def names(self, pattern: str) -> tuple[str, ...]:
        """Paths, sorted. NotAllowed: the folder hides them."""
        _expect_open(self.name, os.path.dirname(pattern))
        found = sorted(glob(pattern))
        if len(found) > MOST_NAMES:
            raise failed(self.name, pattern, text("It stands for more than {limit} files.", limit=MOST_NAMES))
        return tuple(found)

    async def run(self, command: tuple[str, ...], said: str = "", seconds: int = 60) -> Printed:
        """Run a command in a process group of its own, which is killed when it is not done in time."""
        called = " ".join(command)
        with told(self.name, called), _Ears() as output, _Ears() as errors:
            try:
                process = await _started(
                    asyncio.create_subprocess_exec(
                        *command,
                        stdin=asyncio.subprocess.PIPE,
                        stdout=output.mouth,
                        stderr=errors.mouth,
                        start_new_session=True,
                        env=_environment(),
                    )
                )
            except FileNotFoundError:
                raise no_program(self.name, command[0]) from None
            try:
                async with asyncio.timeout(seconds):
                    await output.listen()
                    await errors.listen()
                    await _say(process, said.encode("utf-8"))
                    status = await process.wait()
            except TimeoutError:
                raise too_slow(self.name, called, seconds) from None
            finally:
                await _end(process)
            with suppress(TimeoutError):
                async with asyncio.timeout(LAST_WORDS_SECONDS):
                    await output.heard_all.wait()
                    await errors.heard_all.wait()
            return Printed(status, output.text, errors.text)

    async def write(self, path: str, octets: bytes, *, mode: int, owner: str | None, new: bool = False) -> None:
        """Replace a file, or make it."""
        with told(self.name, path):
            if new:
                replacing.make(Path(path), octets, mode=mode, owner=_numbers(owner))
            else:
                replacing.replace(Path(path), octets, mode=mode, owner=_numbers(owner))

    async def keep(self, path: str, copy: str) -> None:
        """Copy a file into a folder that is for its owner alone."""
        file = await self.read(path)
        with told(self.name, copy):
            replacing.make_folder(Path(copy).parent, 0o700)
            replacing.replace(Path(copy), file.octets, mode=file.mode, owner=_numbers(file.owner))

    async def remove(self, path: str) -> None:
        """Delete a file."""
        with told(self.name, path):
            replacing.forget(Path(path))

    async def talk(self, socket: str, command: bytes, seconds: int = 10) -> str:
        """One connection: the command, ended by a line feed, and all that comes until the program hangs up."""
        answer = bytearray()
        with told(self.name, socket):
            try:
                async with asyncio.timeout(seconds):
                    reader, writer = await _connect(socket)
                    try:
                        writer.write(command if command.endswith(b"\n") else command + b"\n")
                        await writer.drain()
                        while len(answer) <= MOST_ANSWERED and (more := await reader.read(MOST_ANSWERED)):
                            answer += more
                    finally:
                        writer.close()
            except TimeoutError:
                raise too_slow(self.name, socket, seconds) from None
        if len(answer) > MOST_ANSWERED:
            raise failed(self.name, socket, text("The answer is longer than {limit} KiB.", limit=MOST_ANSWERED // 1024))
        return answer.decode("utf-8", "replace")

    async def close(self) -> None:
        """Nothing is held."""


class _Ears(asyncio.Protocol):
    """One stream of a program: a pipe, and what came out of it."""

    def __init__(self) -> None:
        self.heard_all = asyncio.Event()
        self._heard = bytearray()
        self._transport: asyncio.BaseTransport | None = None

    def __enter__(self) -> Self:
        ear, self.mouth = os.pipe()
        self._ear = os.fdopen(ear, "rb", buffering=0)
        return self

    def __exit__(self, *_: object) -> None:
        self._shut_mouth()
        if self._transport is None:
            self._ear.close()
        else:
            self._transport.close()

    async def listen(self) -> None:
        """Begin, once the program has its own end."""
        self._shut_mouth()
        self._transport, _ = await asyncio.get_running_loop().connect_read_pipe(lambda: self, self._ear)

    def data_received(self, data: bytes) -> None:
        self._heard += data[: MOST_PRINTED - len(self._heard)]

    def connection_lost(self, _: Exception | None) -> None:
        self.heard_all.set()

    @property
    def text(self) -> str:
        """What came so far."""
        return self._heard.decode("utf-8", "replace")

    def _shut_mouth(self) -> None:
        if self.mouth >= 0:
            os.close(self.mouth)
            self.mouth = -1


def _read(machine: str, path: str) -> RawFile:
    # A pipe that nobody writes to would keep us waiting.
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(descriptor, "rb") as file:
        known = os.fstat(descriptor)
        if not stat.S_ISREG(known.st_mode):
            raise failed(machine, path, text("Expected a file, found a folder or a device."))
        octets = file.read(LARGEST + 1)
    if len(octets) > LARGEST:
        raise too_large(machine, path, LARGEST)
    return RawFile(octets, stat.S_IMODE(known.st_mode), f"{known.st_uid}:{known.st_gid}", os.path.realpath(path))


def _expect_open(machine: str, folder: str) -> None:
    """What a folder hides must not look as if it were not there."""
    if not has_magic(folder) and os.path.isdir(folder) and not os.access(folder, os.R_OK | os.X_OK):
        raise not_allowed(machine, folder)


async def _started(starting: Coroutine[Any, Any, asyncio.subprocess.Process]) -> asyncio.subprocess.Process:
    """The program, once it runs. Who gives it up before has it ended with all that it has started meanwhile."""
    task = asyncio.create_task(starting)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        with suppress(OSError):
            await _end(await task)
        raise


async def _say(process: asyncio.subprocess.Process, said: bytes) -> None:
    """A program may end without having listened, which asyncio calls a broken pipe, and uvloop a RuntimeError."""
    if process.stdin is not None:
        with suppress(BrokenPipeError, ConnectionResetError, RuntimeError):
            process.stdin.write(said)
            await process.stdin.drain()
        process.stdin.close()


async def _end(process: asyncio.subprocess.Process) -> None:
    """Kill what still runs, and all that it has started."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            if sys.platform == "win32":
                process.kill()
            else:
                os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


async def _connect(socket: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    if sys.platform == "win32":
        raise not_there("this machine", socket)
    else:  # noqa: RET506 - the type checker knows each branch for its platform
        return await asyncio.open_unix_connection(socket)


def _environment() -> dict[str, str]:
    """Ours, with the servers' programs in reach, and their words in English, as their readers here expect them."""
    path = os.environ.get("PATH", os.defpath)
    return {**os.environ, "PATH": f"{path}:{SBIN}" if sys.platform != "win32" else path, "LC_ALL": "C.UTF-8"}


def _numbers(owner: str | None) -> tuple[int, int] | None:
    """`0:115`."""
    if owner is None:
        return None
    user, _, group = owner.partition(":")
    return int(user), int(group)
