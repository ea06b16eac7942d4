"""Java's own TLS (JSSE), set up as Angus Mail does it."""

from collections.abc import Sequence
from importlib import resources
from pathlib import Path

from mailtrust.lab.oracles.engine import Engine, told_version
from mailtrust.lab.oracles.question import Answer, Question
from mailtrust.lab.oracles.running import LineProgram, run

PROBE = "JsseProbe.java"


class JavaOracle:
    """One running Java that answers question after question; its program is written into `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._program = LineProgram("Java")

    async def version(self) -> str:
        """What `java -version` says."""
        _, output = await run(("java", "-version"))
        return told_version(output, "OpenJDK")

    async def start(self, questions: Sequence[Question] = ()) -> None:  # noqa: ARG002 (roots come with each question)
        """Start it; a runtime environment is enough. Raises OracleError where there is none."""
        file = write_probe(self._folder, PROBE)
        await self._program.start("java", "-Xshare:auto", "-XX:TieredStopAtLevel=1", file)

    async def ask(self, question: Question) -> Answer:
        """What Java's TLS says, set up as Angus Mail does it."""
        return await self._program.ask(question)

    async def stop(self) -> None:
        """End Java."""
        await self._program.stop()


def write_probe(folder: Path, name: str) -> Path:
    """One of our programs in other languages, as a file in `folder`."""
    file = folder / name
    file.write_text(resources.files("mailtrust.lab.oracles").joinpath(name).read_text(encoding="ascii"), "ascii")
    return file


ENGINE = Engine(
    id="java",
    title="Java 17 (JSSE)",
    testifies_for=("java-mail",),
    how="an SSLSocket with the PKIX trust manager and the algorithm LDAPS, as Angus Mail sets it up",
    packages=("openjdk-17-jre-headless",),
    make=lambda folder, _parts: JavaOracle(folder),
)
