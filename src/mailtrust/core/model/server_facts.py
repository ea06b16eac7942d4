"""What a server's own files and programs say: questions that change nothing, and their answers."""

from collections.abc import Mapping

from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.text import Text


@frozen
class FileAt:
    """What a file holds."""

    path: str


@frozen
class FilesLike:
    """What a shell pattern stands for (`/etc/nginx/conf.d/*.conf`)."""

    pattern: str


@frozen
class OutputOf:
    """What a program prints that only looks."""

    command: tuple[str, ...]


Question = FileAt | FilesLike | OutputOf


@frozen
class Content:
    """A file. Private keys in it are withheld (`core/x509/withheld_keys.py`): only their public halves are known."""

    octets: bytes
    mode: int
    """Its permissions: 0o640."""
    owner: str
    """User and group by their numbers: `0:115`."""
    path: str
    """Where it really is: links followed."""


@frozen
class Names:
    """Paths, sorted."""

    paths: tuple[str, ...]


@frozen
class Printed:
    """A program ended."""

    status: int
    output: str
    errors: str = ""


@frozen
class NoAnswer:
    """There is no such file or program, or it may not be read."""

    why: Text


Answer = Content | Names | Printed | NoAnswer
ServerFacts = Mapping[Question, Answer]


def content_of(facts: ServerFacts, path: str) -> Content | None:
    """The file of that path, where it was asked for and is there."""
    answer = facts.get(FileAt(path))
    return answer if isinstance(answer, Content) else None
