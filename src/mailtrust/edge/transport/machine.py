"""What every way to reach a server can do; what is asked of it, and what is done there."""

from dataclasses import field
from typing import Protocol

from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.server_facts import Printed


@frozen
class RawFile:
    """A file as it is. Its octets are not shown: they may hold a private key."""

    octets: bytes = field(repr=False)
    mode: int
    owner: str
    path: str


class NotThere(UserProblem):
    """No such file or program."""


class NotAllowed(UserProblem):
    """The right to do this is missing."""


class Unreachable(UserProblem):
    """The server cannot be reached any more: nobody knows whether the last thing asked of it was done."""

    status = 3


class Failed(UserProblem):
    """It was tried, and did not work: a full disk, a file system that is read-only, a program that never ends."""


class Overtaken(Failed):
    """Somebody else has changed it since: it is left as it is, now and later."""


class Machine(Protocol):
    """One server. Everything raises NotThere, NotAllowed, Failed or Unreachable, and nothing else."""

    @property
    def name(self) -> str:
        """How people call it: `this machine`, or the SSH destination."""
        ...

    async def read(self, path: str) -> RawFile:
        """A file whole: 4 MiB at most, else Failed."""
        ...

    async def names(self, pattern: str) -> tuple[str, ...]:
        """The paths that a shell pattern stands for, sorted; none is no error."""
        ...

    async def run(self, command: tuple[str, ...], said: str = "", seconds: int = 60) -> Printed:
        """Run a command without a shell, with `said` on its standard input.

        NotThere: no such program; Failed: it did not end in time.
        """
        ...

    async def write(self, path: str, octets: bytes, *, mode: int, owner: str | None, new: bool = False) -> None:
        """Replace a file in one step that outlasts a power cut (written, fsync, rename, fsync of the folder).

        A link is followed. `new`: make it, and its folder, and fail when it is there. `owner` None: whoever runs this.
        """
        ...

    async def keep(self, path: str, copy: str) -> None:
        """Copy a file with owner and mode, as `write` does; the copy's folder is made, mode 0700.

        A folder that is there stays as it is: a file is put back from its copy in the same way.
        """
        ...

    async def remove(self, path: str) -> None:
        """Delete a file; one that is not there is no error."""
        ...

    async def talk(self, socket: str, command: bytes, seconds: int = 10) -> str:
        """Say a command to the Unix socket of a program, and give its answer (64 KiB at most)."""
        ...

    async def close(self) -> None:
        """Leave it."""
        ...
