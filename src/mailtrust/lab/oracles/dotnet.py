"""Microsoft's .NET, on Linux: SslStream, on which the CRM E-mail Router and EWS clients stand too.

What it says about names and chains is its own; the chain itself is built by .NET's code over OpenSSL here, and by
Windows there, so it testifies for no profile of Windows. Its words, its two separate flags and its downloads do.
"""

from collections.abc import Sequence
from pathlib import Path

from mailtrust.lab.oracles.engine import Engine, told_version
from mailtrust.lab.oracles.java import write_probe
from mailtrust.lab.oracles.question import Answer, OracleError, Question
from mailtrust.lab.oracles.running import require, run

PROBE = "SslStreamProbe.cs"
FRAMEWORK = "Microsoft.NETCore.App"


class DotnetOracle:
    """.NET Core, started for each question, because it reads its roots once."""

    def __init__(self, folder: Path, parts: Path) -> None:
        self._folder = folder
        self._home = parts / "dotnet"
        self._libraries = parts / "openssl-1.1"

    async def version(self) -> str:
        """The version of the runtime."""
        return told_version(self._assemblies().name, ".NET Core")

    async def start(self, questions: Sequence[Question]) -> None:  # noqa: ARG002 (roots come with each question)
        """Compile the program."""
        require("mcs")
        assemblies = self._assemblies()
        source = write_probe(self._folder, PROBE)
        names = (
            "mscorlib",
            "netstandard",
            "Microsoft.Win32.Primitives",
            *(file.stem for file in assemblies.glob("System*.dll")),
        )
        references = [f"-r:{assemblies / name}.dll" for name in names if (assemblies / f"{name}.dll").exists()]
        program = f"-out:{self._folder / 'probe.dll'}"
        status, output = await run(("mcs", "-nostdlib", "-noconfig", "-target:exe", program, *references, str(source)))
        if status != 0:
            raise OracleError(f"mcs could not compile the program: {output[:500]}")
        configure(self._folder, assemblies.name)

    async def ask(self, question: Question) -> Answer:
        """What SslStream says."""
        _, output = await run(
            (
                str(self._home / "dotnet"),
                str(self._folder / "probe.dll"),
                question.name,
                question.address,
                str(question.port),
            ),
            more_environment={
                "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1",
                "HOME": str(self._folder),
                "LD_LIBRARY_PATH": str(self._libraries),
                "SSL_CERT_DIR": "/nonexistent",
                "SSL_CERT_FILE": str(question.roots),
            },
        )
        word, _, words = output.strip().partition("\t")
        if word not in ("accepted", "refused"):
            raise OracleError(f".NET did not get as far as TLS: {output.strip()[:300]}")
        return Answer(word == "accepted", words)

    async def stop(self) -> None:
        """Nothing to do."""

    def _assemblies(self) -> Path:
        found = sorted((self._home / "shared" / FRAMEWORK).glob("*"))
        if not found:
            raise OracleError(f".NET is not in {self._home}: make oracle-engines fetches it")
        return found[-1]


def configure(folder: Path, version: str) -> None:
    """Name the runtime that the compiled program needs."""
    framework = f'{{"name": "{FRAMEWORK}", "version": "{version}"}}'
    settings = f'{{"runtimeOptions": {{"framework": {framework}}}}}'
    (folder / "probe.runtimeconfig.json").write_text(settings, "ascii")


ENGINE = Engine(
    id="dotnet",
    title=".NET Core 3.1",
    testifies_for=(),
    how="SslStream.AuthenticateAsClient on Linux, without a callback that decides otherwise",
    packages=("mono-mcs",),
    make=DotnetOracle,
)
