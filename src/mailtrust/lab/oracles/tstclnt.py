"""NSS' own client, tstclnt: NSS without Mozilla's verifier."""

import re
from collections.abc import Sequence
from itertools import count
from pathlib import Path

from mailtrust.lab.oracles.engine import Engine
from mailtrust.lab.oracles.nss_database import make_database
from mailtrust.lab.oracles.question import Answer, OracleError, Question
from mailtrust.lab.oracles.running import line_with, require, run

_CODE = re.compile(r"\b(?:SEC|SSL|PR)_ERROR_[A-Z0-9_]+")


class TstclntOracle:
    """NSS with a database of anchors for each question."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count()

    async def version(self) -> str:
        """Of the Debian package: the program does not tell."""
        require("tstclnt")
        _, output = await run(("dpkg-query", "-W", "-f", "NSS ${source:Upstream-Version}", "libnss3-tools"))
        return output.strip()

    async def start(self, questions: Sequence[Question]) -> None:
        """Nothing to do."""

    async def ask(self, question: Question) -> Answer:
        """What tstclnt says."""
        database = await make_database(self._folder / f"database-{next(self._numbers)}", [question.roots])
        command = [
            "tstclnt", "-h", question.address, "-p", str(question.port), "-a", question.name, "-d", database,
            "-V", "tls1.2:", "-b", "-Q",
        ]  # fmt: skip
        status, output = await run(command)
        code = _CODE.search(output)
        if status == 0:
            return Answer(accepted=True, words="")
        if code is None:
            raise OracleError(f"tstclnt did not get as far as TLS: {line_with(output, 'error')}")
        return Answer(accepted=False, words=code[0])

    async def stop(self) -> None:
        """Nothing to do."""


ENGINE = Engine(
    id="nss-tstclnt",
    title="NSS (tstclnt)",
    testifies_for=(),
    how="`tstclnt -Q` on the port, with a database that holds the anchors",
    packages=("libnss3-tools",),
    make=lambda folder, _parts: TstclntOracle(folder),
)
