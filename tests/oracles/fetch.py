"""Fetch the engines that are no Debian packages, from Maven Central and PyPI: python -m tests.oracles.fetch FOLDER."""

import shutil
import subprocess
import sys
import tempfile
import zipfile
from functools import partial
from pathlib import Path

from mailtrust.lab.oracles.conscrypt import IN_PHONES, NEXT

CONSCRYPT = "org.conscrypt:conscrypt-openjdk-uber"
DOTNET = "dotnetcore2==3.1.23"
OPENSSL_1_1 = "psycopg2-binary==2.9.3"
"""The last with a libssl 1.1 inside, which .NET Core 3.1 needs and Debian 12 has no more."""


def main() -> int:
    """Fetch what is not there; the exit status counts what could not be had."""
    parts = Path(sys.argv[1])
    parts.mkdir(parents=True, exist_ok=True)
    failures = 0
    for place, fetch in (
        (parts / f"conscrypt-openjdk-uber-{IN_PHONES}.jar", partial(_conscrypt, IN_PHONES)),
        (parts / f"conscrypt-openjdk-uber-{NEXT}.jar", partial(_conscrypt, NEXT)),
        (parts / "dotnet", _dotnet),
        (parts / "openssl-1.1", _openssl),
    ):
        if place.exists():
            continue
        try:
            fetch(parts)
        except (OSError, subprocess.CalledProcessError, StopIteration) as problem:
            sys.stderr.write(f"{place.name} could not be fetched: {problem}\n")
            failures += 1
    return failures


def _conscrypt(version: str, parts: Path) -> None:
    artifact = f"-Dartifact={CONSCRYPT}:{version}"
    command = ["mvn", "-q", "-B", "dependency:copy", artifact, f"-DoutputDirectory={parts.absolute()}"]
    subprocess.run(command, check=True)


def _dotnet(parts: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        wheel = _wheel(DOTNET, Path(folder))
        with zipfile.ZipFile(wheel) as packed:
            inside = [name for name in packed.namelist() if name.startswith("dotnetcore2/bin/")]
            packed.extractall(folder, inside)
        program = Path(folder) / "dotnetcore2" / "bin" / "dotnet"
        program.chmod(0o755)
        shutil.move(program.parent, parts / "dotnet")


def _openssl(parts: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        wheel = _wheel(OPENSSL_1_1, Path(folder), "--platform", "manylinux2014_x86_64", "--python-version", "310",
                       "--implementation", "cp", "--abi", "cp310")  # fmt: skip
        with zipfile.ZipFile(wheel) as packed:
            inside = [name for name in packed.namelist() if ".libs/" in name]
            packed.extractall(folder, inside)
        libraries = Path(folder) / "psycopg2_binary.libs"
        for name in ("libssl", "libcrypto"):
            found = next(libraries.glob(f"{name}-*.so.1.1"))
            (libraries / f"{name}.so.1.1").symlink_to(found.name)
        shutil.move(libraries, parts / "openssl-1.1")


def _wheel(requirement: str, folder: Path, *options: str) -> Path:
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary", ":all:", *options]
    subprocess.run([*command, "-d", str(folder), requirement], check=True)
    return next(folder.glob("*.whl"))


if __name__ == "__main__":
    sys.exit(main())
