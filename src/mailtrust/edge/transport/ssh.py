"""Another machine, by SSH: the same as `local`, by a shell there and what every Linux has beside it (coreutils).

Each call is one small script of `sh` that gets paths as arguments, never as part of its text. What is written is
compared by its SHA-256 there before it takes a file's place: a connection that breaks leaves the old file.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import shlex
from contextlib import suppress
from posixpath import dirname
from typing import TYPE_CHECKING

from mailtrust.core.formats.ssh_destination import Destination
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.server_facts import Printed
from mailtrust.core.model.text import Text, text
from mailtrust.edge.transport import scripts
from mailtrust.edge.transport.limits import LARGEST, MOST_ANSWERED, MOST_NAMES, MOST_PRINTED
from mailtrust.edge.transport.machine import NotAllowed, RawFile, Unreachable
from mailtrust.edge.transport.refusals import (
    by_words,
    failed,
    no_program,
    not_allowed,
    too_large,
    too_slow,
)

if TYPE_CHECKING:
    import asyncssh

CONNECT_SECONDS = 15
LOGIN_SECONDS = 20
KEEPALIVE_SECONDS = 5
KEEPALIVES = 3
"""So many without an answer, and the connection is taken for lost."""
LOOK_SECONDS = 30
WRITE_SECONDS = 60
GRACE_SECONDS = 10
"""Beyond what a command is given there, for the way to and fro."""


class SshMachine:
    """A server behind SSH, as OpenSSH's own files tell it: known_hosts, config, keys, agent. Nothing is asked for."""

    def __init__(self, destination: Destination, *, sudo: bool = False, known_hosts: str | None = None) -> None:
        """`known_hosts`: a file instead of the user's own."""
        self._destination = destination
        self._sudo = sudo
        self._known_hosts = known_hosts
        self._connection: asyncssh.SSHClientConnection | None = None
        self._connecting = asyncio.Lock()

    @property
    def name(self) -> str:
        """The destination."""
        return str(self._destination)

    async def read(self, path: str) -> RawFile:
        """A file whole."""
        status, output, errors = await self._script(scripts.READ, path, str(LARGEST + 1))
        if status == scripts.NO_FILE:
            raise failed(self.name, path, text("Expected a file, found a folder or a device."))
        self._expect_done(path, status, errors)
        head, real, octets = output.split(b"\n", 2)
        if len(octets) > LARGEST:
            raise too_large(self.name, path, LARGEST)
        mode, owner = head.decode("ascii").split()
        return RawFile(octets, int(mode, 8) & 0o7777, owner, real.decode("utf-8", "surrogateescape"))

    async def names(self, pattern: str) -> tuple[str, ...]:
        """Paths, sorted."""
        script = scripts.NAMES.replace("PATTERN", _quoted_pattern(pattern))
        status, output, errors = await self._script(script, dirname(pattern))
        if status == scripts.HIDDEN:
            raise not_allowed(self.name, dirname(pattern))
        self._expect_done(pattern, status, errors)
        found = output.decode("utf-8", "surrogateescape").split("\0")[:-1]
        if len(found) > MOST_NAMES:
            raise failed(self.name, pattern, text("It stands for more than {limit} files.", limit=MOST_NAMES))
        return tuple(sorted(found))

    async def run(self, command: tuple[str, ...], said: str = "", seconds: int = 60) -> Printed:
        """Run a command; what is not done in time is killed there."""
        called = " ".join(command)
        status, output, errors = await self._script(
            scripts.RUN, str(seconds), *command, said=said.encode("utf-8"), seconds=seconds
        )
        if status == scripts.TOO_LONG:
            raise too_slow(self.name, called, seconds)
        if status == scripts.NO_PROGRAM:
            raise no_program(self.name, command[0])
        if status == scripts.NOT_EXECUTABLE:
            raise not_allowed(self.name, command[0])
        return Printed(status, output.decode("utf-8", "replace"), errors.decode("utf-8", "replace"))

    async def write(self, path: str, octets: bytes, *, mode: int, owner: str | None, new: bool = False) -> None:
        """Replace a file, or make it."""
        arguments = (path, f"{mode:o}", owner or "", "new" if new else "old", hashlib.sha256(octets).hexdigest())
        status, _, errors = await self._script(scripts.WRITE, *arguments, said=octets, seconds=WRITE_SECONDS)
        if status == scripts.THERE:
            raise failed(self.name, path, text("It is there already."))
        if status == scripts.TORN:
            raise Unreachable(text("The connection to {machine} broke while {path} was written; nothing was replaced.",
                                   machine=self.name, path=clean(path, 300)))  # fmt: skip
        self._expect_done(path, status, errors)

    async def keep(self, path: str, copy: str) -> None:
        """Copy a file there, without bringing it here."""
        status, _, errors = await self._script(scripts.KEEP, path, copy, seconds=WRITE_SECONDS)
        self._expect_done(path, status, errors)

    async def remove(self, path: str) -> None:
        """Delete a file."""
        status, _, errors = await self._script(scripts.REMOVE, path)
        self._expect_done(path, status, errors)

    async def talk(self, socket: str, command: bytes, seconds: int = 10) -> str:
        """By a program there: sshd's own way to a socket knows no sudo."""
        said = command if command.endswith(b"\n") else command + b"\n"
        status, output, errors = await self._script(scripts.TALK, socket, said=said, seconds=seconds)
        if status == scripts.NO_PROGRAM:
            raise no_program(self.name, "socat")
        self._expect_done(socket, status, errors)
        if len(output) > MOST_ANSWERED:
            raise failed(self.name, socket, text("The answer is longer than {limit} KiB.", limit=MOST_ANSWERED // 1024))
        return output.decode("utf-8", "replace")

    async def close(self) -> None:
        """Hang up."""
        if self._connection is not None:
            self._connection.close()
            with suppress(Exception):
                async with asyncio.timeout(GRACE_SECONDS):
                    await self._connection.wait_closed()
            self._connection = None

    def _expect_done(self, path: str, status: int, errors: bytes) -> None:
        if status != 0:
            raise by_words(self.name, path, errors.decode("utf-8", "replace"))

    async def _script(
        self, script: str, *arguments: str, said: bytes = b"", seconds: float = LOOK_SECONDS
    ) -> tuple[int, bytes, bytes]:
        """Run a script there. Raises Unreachable, and NotAllowed where sudo wants a password."""
        import asyncssh

        sudo = ("sudo", "-n", "--") if self._sudo else ()
        line = "LC_ALL=C " + shlex.join((*sudo, "sh", "-c", script, "sh", *arguments))
        connection = await self._connected()
        try:
            async with asyncio.timeout(seconds + GRACE_SECONDS):
                process = await connection.create_process(line, encoding=None, stdin=asyncssh.PIPE)
                async with process:
                    output, errors, _ = await asyncio.gather(
                        _heard(process.stdout), _heard(process.stderr), _told(process.stdin, said)
                    )
                    await process.wait_closed()
                    status = process.returncode
        except TimeoutError:
            raise self._lost(text("it did not answer in time")) from None
        except (asyncssh.Error, OSError) as error:
            raise self._lost(clean(str(error), 200)) from error
        if status is None or status < 0:
            raise self._lost(text("the connection broke"))
        if self._sudo and status == 1 and b"sudo:" in errors[:200]:
            raise NotAllowed(
                text(
                    "{machine}: sudo says “{said}”. Let this user run commands without a password there (NOPASSWD), or "
                    "connect as root.",
                    machine=self.name,
                    said=clean(errors.decode("utf-8", "replace").strip(), 200),
                )
            )
        return status, output, errors

    def _lost(self, why: Text | str) -> Unreachable:
        self._connection = None
        return Unreachable(
            text(
                "Expected an answer from {machine} by SSH, got none: {why}. Nobody knows whether the last thing asked "
                "of it was done.",
                machine=self.name,
                why=why,
            )
        )

    async def _connected(self) -> asyncssh.SSHClientConnection:
        async with self._connecting:
            if self._connection is None or self._connection.is_closed():
                self._connection = await self._connect()
            return self._connection

    async def _connect(self) -> asyncssh.SSHClientConnection:
        try:
            import asyncssh
        except ImportError:
            raise UserProblem(
                text("Servers are reached by SSH with asyncssh, which is not installed: pip install 'mailtrust[ssh]'.")
            ) from None
        place = self._destination
        known: dict[str, object] = {"known_hosts": self._known_hosts} if self._known_hosts else {}
        if place.user:
            known["username"] = place.user
        if place.port:
            known["port"] = place.port
        try:
            return await asyncssh.connect(
                place.host,
                connect_timeout=CONNECT_SECONDS,
                login_timeout=LOGIN_SECONDS,
                keepalive_interval=KEEPALIVE_SECONDS,
                keepalive_count_max=KEEPALIVES,
                preferred_auth="gssapi-with-mic,publickey",
                agent_forwarding=False,
                **known,
            )
        except asyncssh.HostKeyNotVerifiable:
            raise NotAllowed(
                text(
                    "The host key of {machine} is not among the known ones. Connect once by ssh {machine}, compare the "
                    "fingerprint with the server's own, and try again.",
                    machine=self.name,
                )
            ) from None
        except asyncssh.PermissionDenied:
            raise NotAllowed(
                text(
                    "{machine} lets nobody in with the keys that SSH offers. Try ssh {machine}: it must work without a "
                    "password.",
                    machine=self.name,
                )
            ) from None
        except (asyncssh.Error, OSError, TimeoutError) as error:
            said = error.strerror if isinstance(error, OSError) else ""
            raise Unreachable(
                text(
                    "{machine} cannot be reached by SSH: {why}.",
                    machine=self.name,
                    why=clean(said or str(error) or type(error).__name__, 200).rstrip("."),
                )
            ) from error


async def _heard(stream: asyncssh.SSHReader[bytes]) -> bytes:
    """All that a stream gives, of which so much is kept."""
    most = max(LARGEST + 64 * 1024, MOST_PRINTED)
    kept = bytearray()
    while part := await stream.read(64 * 1024):
        kept += part[: most - len(kept)]
    return bytes(kept)


async def _told(stream: asyncssh.SSHWriter[bytes], said: bytes) -> None:
    """A program may end without having listened."""
    with suppress(BrokenPipeError, ConnectionResetError):
        stream.write(said)
        await stream.drain()
        stream.write_eof()


def _quoted_pattern(pattern: str) -> str:
    """A shell pattern whose signs keep their meaning, and nothing else does."""
    return re.sub(r"[^A-Za-z0-9_./*?\[\]-]", lambda odd: f"'{odd[0]}'" if odd[0] != "'" else "\\'", pattern)
