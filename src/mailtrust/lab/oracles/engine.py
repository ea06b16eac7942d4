"""A real client as a row of the table: what it is, how it is asked, and for which of our profiles it testifies."""

import re
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Protocol as Interface

from mailtrust.core.model.endpoint import Protocol, TlsMode
from mailtrust.core.model.frozen import frozen
from mailtrust.lab.oracles.question import Answer, OracleError, Question
from mailtrust.lab.oracles.running import run


class Oracle(Interface):
    """A client that can be asked."""

    async def version(self) -> str:
        """Its name and version, as it tells them; OracleError when it is not here."""
        ...

    async def start(self, questions: Sequence[Question]) -> None:
        """Make ready for these questions: clients that take their roots once are given those of all of them.

        So no two questions may have anchors of one name that differ, or anchors that could serve another question.
        """
        ...

    async def ask(self, question: Question) -> Answer:
        """Its answer; OracleError when it did not get as far as a judgement."""
        ...

    async def stop(self) -> None:
        """End it and leave nothing behind."""
        ...


@frozen
class Engine:
    """One engine that answers are recorded of."""

    id: str
    title: str
    testifies_for: tuple[str, ...]
    """Ids of the profiles that must agree with it; none: it speaks for itself alone."""
    how: str
    """How it is asked, in a sentence for a reader."""
    packages: tuple[str, ...]
    """Debian's packages that bring it."""
    make: Callable[[Path, Path], Oracle]
    """Given an empty folder to work in, and the one that holds what is fetched from elsewhere."""
    protocol: Protocol = Protocol.HTTPS
    tls_mode: TlsMode = TlsMode.IMPLICIT
    reads_tlsa: bool = False
    """It judges by the TLSA records of the port and by nothing else."""


class ByCommand:
    """An oracle whose program is started anew for each question."""

    def __init__(self, ask: Callable[[Question], Awaitable[Answer]], version: Sequence[str], title: str = "") -> None:
        self._ask = ask
        self._version = version
        self._title = title

    async def version(self) -> str:
        """What `--version` says first."""
        _, output = await run(self._version)
        return told_version(output, self._title)

    async def start(self, questions: Sequence[Question]) -> None:
        """Nothing to do."""

    async def ask(self, question: Question) -> Answer:
        """Run it once."""
        return await self._ask(question)

    async def stop(self) -> None:
        """Nothing to do."""


def told_version(output: str, title: str) -> str:
    """The title, and the first thing in a program's output that looks like a version."""
    found = re.search(r"\d+(?:\.\w+)+", output)
    if found is None:
        raise OracleError(f"no version in: {output[:200]!r}")
    return f"{title} {found[0]}".strip()
