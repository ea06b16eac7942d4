"""Conscrypt, Android's TLS with Android's trust manager, on Java: Maven Central's conscrypt-openjdk-uber."""

from collections.abc import Sequence
from pathlib import Path

from mailtrust.lab.oracles.engine import Engine, told_version
from mailtrust.lab.oracles.java import write_probe
from mailtrust.lab.oracles.question import Answer, OracleError, Question
from mailtrust.lab.oracles.running import LineProgram, run

PROBE = "ConscryptProbe.java"
IN_PHONES = "2.6.3"
"""Examines the purposes of the leaf alone, as every release up to here (TrustManagerImpl, 3869db7 of 2026-08)."""
NEXT = "2.9.0"
"""Examines the intermediates' purposes too."""


class ConscryptOracle:
    """One running Java with Conscrypt that answers question after question."""

    def __init__(self, folder: Path, parts: Path, version: str) -> None:
        self._folder = folder
        self._jar = parts / f"conscrypt-openjdk-uber-{version}.jar"
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
        if not self._jar.exists():
            raise OracleError(f"{self._jar} is not there: make oracle-engines fetches it")
        return ["java", "-XX:TieredStopAtLevel=1", "-cp", str(self._jar), str(write_probe(self._folder, PROBE))]


def _engine(id_: str, version: str, testifies_for: tuple[str, ...]) -> Engine:
    return Engine(
        id=id_,
        title=f"Conscrypt {version}",
        testifies_for=testifies_for,
        how="an SSLSocket of Conscrypt on Java 17 with its own trust manager and OkHostnameVerifier, as on Android",
        packages=("openjdk-17-jre-headless", "maven"),
        make=lambda folder, parts: ConscryptOracle(folder, parts, version),
    )


CURRENT = _engine("conscrypt", IN_PHONES, ("gmail-android",))
UPCOMING = _engine("conscrypt-next", NEXT, ())
