"""NSS databases, changed by the kits' scripts; NSS' own client says what it makes of them."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from tests.rollout.serving import Company, served, written

from mailtrust.core.model.rollout import Anchors
from mailtrust.core.rollout import nss
from mailtrust.core.x509.pem import to_pem
from mailtrust.lab.oracles.question import Question

pytestmark = pytest.mark.real_server

SHELLS = [shell for shell in ("dash", "bash", "busybox") if shutil.which(shell)]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    if shutil.which("certutil") is None or shutil.which("tstclnt") is None:
        pytest.skip("not installed: libnss3-tools")
    made = tmp_path / "home"
    made.mkdir()
    return made


def run(home: Path, *command: str | Path, more: Mapping[str, str] | None = None) -> str:
    """A command as the owner of that home runs it."""
    done = subprocess.run(
        [*map(str, command)], check=False, capture_output=True, text=True, timeout=60,
        env={"HOME": str(home), "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", **(more or {})},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def accepts(home: Path, question: Question) -> bool:
    """What NSS says with the database in this home."""
    database = f"sql:{home / '.pki' / 'nssdb'}"
    done = subprocess.run(
        ["tstclnt", "-h", question.address, "-p", str(question.port), "-a", question.name, "-d", database,
         "-V", "tls1.2:", "-b", "-Q"],
        check=False, capture_output=True, timeout=60,
    )  # fmt: skip
    return done.returncode == 0


def listed(home: Path) -> str:
    return run(home, "certutil", "-L", "-d", f"sql:{home / '.pki' / 'nssdb'}")


async def test_nss_itself(home: Path, tmp_path: Path) -> None:
    company = Company()
    kit = written(tmp_path / "kit", nss, company.wish())
    away = written(tmp_path / "away", nss, company.wish(), remove=True)
    async with served(tmp_path / "server", company.chain, company.leaf.key) as question:
        assert "no NSS database" in run(home, "sh", kit / "install.sh", "--check")
        assert not await asyncio.to_thread(accepts, home, question)
        run(home, "sh", kit / "install.sh")
        assert await asyncio.to_thread(accepts, home, question)
        assert "is there; trusted" in run(home, "sh", away / "remove.sh", "--check")
        run(home, "sh", away / "remove.sh")
        assert not await asyncio.to_thread(accepts, home, question)
    assert "is not there" in run(home, "sh", kit / "install.sh", "--check")


@pytest.mark.parametrize("shell", SHELLS)
def test_every_shell_does_the_same_twice(home: Path, tmp_path: Path, shell: str) -> None:
    command = (shell, "sh") if shell == "busybox" else (shell,)
    company = Company()
    wish = company.wish()
    wish = replace(wish, anchors=replace(wish.anchors, intermediates=(company.issuing.certificate,)))
    kit = written(tmp_path / "kit", nss, wish)
    away = written(tmp_path / "away", nss, wish, remove=True)
    for _ in range(2):
        run(home, *command, kit / "install.sh")
        assert listed(home).count("Example-Mail-") == 2
        assert listed(home).count("C,,") == 1, "the intermediate is known and not trusted"
    for _ in range(2):
        run(home, *command, away / "remove.sh")
        assert "Example-Mail-" not in listed(home)


async def test_a_namesake_keeps_its_trust(home: Path, tmp_path: Path) -> None:
    """A root that was renewed under its name: the old one is taken away, and the new one is not."""
    old, new = Company(), Company()
    run(home, "sh", written(tmp_path / "old", nss, old.wish()) / "install.sh")
    run(home, "sh", written(tmp_path / "new", nss, new.wish()) / "install.sh")
    said = run(home, "sh", written(tmp_path / "away", nss, old.wish(), remove=True) / "remove.sh")
    assert "is not trusted any more" in said
    async with served(tmp_path / "server-1", old.chain, old.leaf.key) as question:
        assert not await asyncio.to_thread(accepts, home, question)
    async with served(tmp_path / "server-2", new.chain, new.leaf.key) as question:
        assert await asyncio.to_thread(accepts, home, question)


def test_what_somebody_else_called_it_is_found(home: Path, tmp_path: Path) -> None:
    """A policy, or a person, has put it in under another name."""
    company = Company()
    database = home / ".pki" / "nssdb"
    database.mkdir(parents=True)
    (tmp_path / "root.pem").write_text(to_pem(company.root.certificate), "ascii")
    run(home, "certutil", "-N", "-d", f"sql:{database}", "--empty-password")
    name = 'The "Post" root, $(reboot) - O\'Neil  & Sons'
    run(home, "certutil", "-A", "-d", f"sql:{database}", "-n", name, "-t", "CT,C,C", "-i", tmp_path / "root.pem")
    run(home, "sh", written(tmp_path / "away", nss, company.wish(), remove=True) / "remove.sh")
    assert "Post" not in listed(home)


async def test_a_server_that_vouches_for_itself(home: Path, tmp_path: Path) -> None:
    company = Company()
    wish = replace(company.wish(), anchors=Anchors((), (), (company.alone.certificate,)))
    run(home, "sh", written(tmp_path / "kit", nss, wish) / "install.sh")
    assert "P,," in listed(home)
    async with served(tmp_path / "server", (company.alone.certificate,), company.alone.key) as question:
        assert await asyncio.to_thread(accepts, home, question)


@pytest.mark.may_be_left_out
def test_databases_of_others_are_left_alone(home: Path, tmp_path: Path) -> None:
    """Run as root by mistake: root does not follow what a user has written into his profile."""
    if os.geteuid() != 0:
        pytest.skip("only root can give files away")
    company = Company()
    kit = written(tmp_path / "kit", nss, company.wish())
    run(home, "sh", kit / "install.sh")
    for file in (home / ".pki" / "nssdb").iterdir():
        os.chown(file, 65534, 65534)
    assert "no NSS database" in run(home, "sh", kit / "install.sh", "--check")
