"""Go's crypto/tls with crypto/x509: what programs written in Go do."""

from collections.abc import Sequence
from pathlib import Path

from mailtrust.lab.oracles.engine import Engine, told_version
from mailtrust.lab.oracles.java import write_probe
from mailtrust.lab.oracles.question import Answer, OracleError, Question
from mailtrust.lab.oracles.running import LineProgram, run

PROBE = "probe.go"
COMPILING = 300.0


class GoOracle:
    """One compiled program that answers question after question."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._program = LineProgram("Go")

    async def version(self) -> str:
        """What `go version` says."""
        _, output = await run(("go", "version"))
        return told_version(output.replace("go version go", ""), "Go")

    async def start(self, questions: Sequence[Question]) -> None:  # noqa: ARG002 (roots come with each question)
        """Compile and start it."""
        source = write_probe(self._folder, PROBE)
        program = self._folder / "probe"
        caches = {"GOCACHE": str(self._folder / "cache"), "GO111MODULE": "off", "GOFLAGS": ""}
        command = ("go", "build", "-o", str(program), str(source))
        status, output = await run(command, more_environment=caches, patience=COMPILING)
        if status != 0:
            raise OracleError(f"go could not compile the program: {output[:500]}")
        await self._program.start(program)

    async def ask(self, question: Question) -> Answer:
        """What crypto/tls says."""
        return await self._program.ask(question)

    async def stop(self) -> None:
        """End it."""
        await self._program.stop()


ENGINE = Engine(
    id="go",
    title="Go crypto/x509",
    testifies_for=(),
    how="tls.Client with the anchors as RootCAs",
    packages=("golang-go",),
    make=lambda folder, _parts: GoOracle(folder),
)
