"""Conscrypt, Android's TLS with Android's trust manager, on Java: Maven Central's conscrypt-openjdk-uber."""

from collections.abc import Sequence
from pathlib import Path

from mailtrust.lab.oracles.engine import Engine, told_version
from mailtrust.lab.oracles.java import write_probe
from mailtrust.lab.oracles.question import Answer, OracleError, Question
from mailtrust.lab.oracles.running import LineProgram, run

PROBE = "ConscryptProbe.java"
JAR = "conscrypt-openjdk-uber-*.jar"


class ConscryptOracle:
    """One running Java with Conscrypt that answers question after question."""

    def __init__(self, folder: Path, parts: Path) -> None:
        self._folder = folder
        self._parts = parts
        self._program = LineProgram("Conscrypt")

    async def version(self) -> str:
        """What the library says."""
        _, output = await run([*self._command(), "version"])
        return told_version(output, "Conscrypt")

    async def start(self, questions: Sequence[Question]) -> None:  # noqa: ARG002 (roots come with each question)
        """Start it."""
        await self._program.start(*self._command())

    async def ask(self, question: Question) -> Answer:
        """What Android's trust manager says, told to compare names."""
        return await self._program.ask(question)

    async def stop(self) -> None:
        """End it."""
        await self._program.stop()

    def _command(self) -> list[str]:
        jars = sorted(self._parts.glob(JAR))
        if not jars:
            raise OracleError(f"{JAR} is not in {self._parts}: make oracle-engines fetches it")
        return ["java", "-XX:TieredStopAtLevel=1", "-cp", str(jars[-1]), str(write_probe(self._folder, PROBE))]


ENGINE = Engine(
    id="conscrypt",
    title="Conscrypt",
    testifies_for=("gmail-android",),
    how="an SSLSocket of Conscrypt on Java 17 with its own trust manager and OkHostnameVerifier, as on Android",
    packages=("openjdk-17-jdk-headless",),
    make=ConscryptOracle,
)
