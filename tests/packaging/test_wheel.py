"""The wheel, built and installed away from the checkout: what a user of pipx gets."""

import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from mailtrust.version import __version__

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    build = ["wheel", "-q", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", folder, ROOT]
    subprocess.run([sys.executable, "-m", "pip", *build], check=True, timeout=300)
    (built,) = folder.iterdir()
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment of its own, with this one's libraries beside it: nothing is downloaded for a test."""
    folder = tmp_path_factory.mktemp("installed")
    subprocess.run([sys.executable, "-m", "venv", folder], check=True, timeout=300)
    python = folder / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "-q", "--no-deps", "--no-index", wheel], check=True, timeout=300)
    site = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    ).stdout.strip()
    # A path file is not read again in the folder that it names: the checkout, which is installed there, stays away.
    (Path(site) / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder


def said_by(installed: Path, *arguments: str, folder: Path) -> str:
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "LANGUAGE": "en"}
    done = subprocess.run(
        [installed / "bin" / "mailtrust", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.mark.long
def test_it_holds_what_is_needed_and_nothing_else(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {"mailtrust/py.typed", "mailtrust/locale/fr/LC_MESSAGES/mailtrust.po"} <= names
    shared = f"mailtrust-{__version__}.data/data/share/man/man1"
    assert {f"{shared}/mailtrust.1", f"{shared}/mailtrust-check.1"} <= names
    assert {name.split("/")[0].partition("-")[0] for name in names} == {"mailtrust"}
    assert not [name for name in names if name.endswith((".pyc", ".key", ".pem"))]


@pytest.mark.long
def test_it_runs_where_it_is_installed(installed: Path, tmp_path: Path) -> None:
    assert said_by(installed, "--version", folder=tmp_path) == f"mailtrust {__version__}\n"
    assert "All as expected, in 1 scenarios." in said_by(
        installed, "lab", "run", "missing-intermediate", folder=tmp_path
    )
    assert "complete -o" in said_by(installed, "completion", "bash", folder=tmp_path)
    assert "Get-ExchangeCertificate" in said_by(installed, "services", "collect", folder=tmp_path)
    assert (installed / "share" / "man" / "man1" / "mailtrust-check.1").read_text().startswith(".TH")
