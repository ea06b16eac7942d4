"""Pebble servers, and the command as a person uses it against them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.programs.daemons import Daemons, FreePorts, NotInstalledError
from tests.programs.pebble import Pebble, start_pebble

from mailtrust.cli.main import main
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.x509.parse import read_certificate
from mailtrust.core.x509.pem import find_pem
from mailtrust.core.x509.private_key import PrivateKey, read_private_key
from mailtrust.edge.acme.account import AccountFolder
from mailtrust.flows.acme import register


@dataclass(frozen=True)
class Done:
    status: int
    out: str
    err: str


def chain_in(path: Path) -> tuple[Certificate, ...]:
    read = tuple(read_certificate(block.data) for block in find_pem(path.read_bytes()) if block.label == "CERTIFICATE")
    assert all(isinstance(one, Certificate) for one in read)
    return read  # type: ignore[return-value]


def key_in(path: Path) -> PrivateKey:
    key = read_private_key(path.read_bytes())
    assert isinstance(key, PrivateKey), str(key)
    return key


@pytest.fixture(scope="session")
def daemons(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemons]:
    with Daemons(tmp_path_factory.mktemp("daemons")) as started:
        yield started


@pytest.fixture(scope="session")
def ports() -> FreePorts:
    return FreePorts()


@pytest.fixture(scope="session")
def pebble(daemons: Daemons, ports: FreePorts, tmp_path_factory: pytest.TempPathFactory) -> Pebble:
    """One that refuses half of all nonces, offers three chains, and proves again every time."""
    try:
        return start_pebble(
            daemons,
            tmp_path_factory.mktemp("acme") / "pebble",
            ports,
            PEBBLE_WFE_NONCEREJECT="50",
            PEBBLE_ALTERNATE_ROOTS="2",
            PEBBLE_CHAIN_LENGTH="2",
        )
    except NotInstalledError as missing:
        pytest.skip(str(missing))


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in tuple(os.environ):
        if name.lower().endswith("_proxy") or name in ("NO_COLOR", "COLUMNS", "MAILTRUST_DEBUG"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("LANGUAGE", "en")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    def command(*arguments: object) -> Done:
        capsys.readouterr()
        status = main(["acme", *map(str, arguments)])
        said = capsys.readouterr()
        assert "mistake of its own" not in said.err, said.err
        return Done(status, said.out, said.err)

    return command


@pytest.fixture(scope="session")
def account(pebble: Pebble, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an account at the server."""
    folder = AccountFolder(tmp_path_factory.mktemp("account") / "account")
    register(
        folder, pebble.directory, ("hostmaster@example.com",), agreed=True, external=None, server_roots=pebble.root
    )
    return folder.path


@pytest.fixture(scope="session")
def roots(pebble: Pebble, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ...]:
    """The roots that its three chains end at."""
    folder = tmp_path_factory.mktemp("roots")
    for number in range(3):
        (folder / f"{number}.pem").write_bytes(pebble.ask(f"roots/{number}"))
    return tuple(folder / f"{number}.pem" for number in range(3))


@pytest.fixture
def issue(run: Any, pebble: Pebble, account: Path, roots: tuple[Path, ...]) -> Callable[..., Done]:
    """`acme issue`, proven by http-01 unless the arguments say otherwise."""

    def command(*arguments: object, proof: tuple[object, ...] = ()) -> Done:
        way = proof or ("--http", f"127.0.0.1:{pebble.http_port}")
        given = ("--account", account, "--dns", pebble.dns, "--roots", roots[0])
        return run("issue", *arguments, *way, *given)

    return command
