"""What a system says no with, told for people: expected, came, what to do. The same words for every way to a server."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager

from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.text import Text, text
from mailtrust.edge.transport.machine import Failed, NotAllowed, NotThere

# What the system's own word for it does not tell: what to do.
_ADVICE = {
    errno.ENOSPC: text("The disk is full: make room there, and try again."),
    errno.EDQUOT: text("The disk quota is used up: make room there, and try again."),
    errno.EFBIG: text("A limit on the size of files stops it: see `ulimit -f`, and try again."),
    errno.EROFS: text("The file system is read-only: have it made writable (mount -o remount,rw), and try again."),
    errno.EBUSY: text("Something else holds it, as a container does that mounts this one file: change it outside."),
}


def not_there(machine: str, path: str) -> NotThere:
    """No such file."""
    return NotThere(
        text("Expected {path} on {machine}, but it is not there.", path=clean(path, 300), machine=clean(machine, 100))
    )


def no_program(machine: str, program: str) -> NotThere:
    """No such program."""
    return NotThere(
        text(
            "Expected the program {program} on {machine}, found none: install it, or say in mailtrust.toml what it is "
            "called.",
            program=clean(program, 200),
            machine=clean(machine, 100),
        )
    )


def not_allowed(machine: str, path: str) -> NotAllowed:
    """The right is missing."""
    return NotAllowed(
        text(
            "{machine} does not allow it: {path}. Let a user do it who may (root, or by sudo).",
            machine=clean(machine, 100),
            path=clean(path, 300),
        )
    )


def failed(machine: str, path: str, why: str | Text) -> Failed:
    """It was tried in vain, and this is why."""
    return Failed(
        text(
            "{path} on {machine}: {why}",
            path=clean(path, 300),
            machine=clean(machine, 100),
            why=why if isinstance(why, Text) else clean(why, 300),
        )
    )


def too_large(machine: str, path: str, limit: int) -> Failed:
    """A file that is larger than anything that belongs here."""
    return failed(
        machine, path, text("It is larger than {limit} MiB, more than mailtrust reads.", limit=limit // 2**20)
    )


def too_slow(machine: str, command: str, seconds: int) -> Failed:
    """A program that never ends."""
    return failed(machine, command, text("It was not done after {seconds} seconds, and was stopped.", seconds=seconds))


def by_words(machine: str, path: str, said: str) -> NotThere | NotAllowed | Failed:
    """What a program of another machine has said, in English, as the same refusals."""
    if os.strerror(errno.ENOENT) in said or os.strerror(errno.ENOTDIR) in said:
        return not_there(machine, path)
    if os.strerror(errno.EACCES) in said or os.strerror(errno.EPERM) in said:
        return not_allowed(machine, path)
    known = next((advice for number, advice in _ADVICE.items() if os.strerror(number) in said), None)
    return failed(machine, path, known or said.strip() or text("It failed, and said nothing."))


@contextmanager
def told(machine: str, path: str) -> Iterator[None]:
    """Raise NotThere, NotAllowed or Failed for an OSError."""
    try:
        yield
    except (FileNotFoundError, NotADirectoryError) as error:
        raise not_there(machine, path) from error
    except PermissionError as error:
        raise not_allowed(machine, path) from error
    except OSError as error:
        raise failed(machine, path, _ADVICE.get(error.errno or 0) or error.strerror or str(error)) from error
