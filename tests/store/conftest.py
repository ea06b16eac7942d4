"""Stores of both engines, and files to put into them."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.programs.daemons import NotInstalledError
from tests.programs.postgresql import Server, running

from mailtrust.cli.main import main
from mailtrust.core.issuance.authority import Authority, issue, make_intermediate, make_root
from mailtrust.core.issuance.keys import make_key, make_serial
from mailtrust.core.issuance.recipe import intermediate_recipe, root_recipe, server_recipe
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.x509 import sealing
from mailtrust.core.x509.pem import to_pem
from mailtrust.core.x509.private_key import PrivateKey

NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Done:
    status: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        return self.out.decode("utf-8")


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing of this machine's user; and guessing the passphrases of tests may be cheap."""
    for name in tuple(os.environ):
        if name.startswith("PG") or name in ("NO_COLOR", "COLUMNS", "MAILTRUST_DEBUG"):
            monkeypatch.delenv(name)
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    monkeypatch.setenv("LANGUAGE", "en")
    monkeypatch.setenv("PGPASSFILE", str(tmp_path / "none"))
    monkeypatch.setattr(sealing, "COST", (4, 8, 1))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def run(capsysbinary: pytest.CaptureFixture[bytes]) -> Callable[..., Done]:
    """Run `mailtrust store` in this process."""

    def command(*arguments: str | Path) -> Done:
        capsysbinary.readouterr()
        status = main(["store", *map(str, arguments)])
        out, err = capsysbinary.readouterr()
        said = err.decode("utf-8")
        assert "mistake of its own" not in said, said
        assert b"PRIVATE KEY" not in err
        return Done(status, out, said)

    return command


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    root = make_root(root_recipe("Tests"), make_key("ec-p256"), **span(3))
    key = make_key("ec-p256")
    own = issue(root, server_recipe("db.example.com"), key, **span(2)).certificate
    try:
        with running(to_pem(own).encode(), key.to_pem().encode()) as server:
            (server.folder / "root.pem").write_text(to_pem(root.certificate))
            yield server
    except NotInstalledError as missing:
        pytest.skip(str(missing))


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a store is that is not there yet, as `--store` takes it."""
    if request.param == "sqlite":
        return str(tmp_path / "kept" / "store.db")
    server: Server = request.getfixturevalue("postgresql")
    return server.socket_url(server.database())


@pytest.fixture
def flags(place: str, tmp_path: Path) -> tuple[str, ...]:
    """How a command is told of the store and of what opens its keys."""
    (tmp_path / "secret").write_text("a passphrase\n")
    return ("--store", place, "--key-file", str(tmp_path / "secret"))


@pytest.fixture
def local(tmp_path: Path) -> tuple[str, ...]:
    """The same for a file, where the engine makes no difference."""
    (tmp_path / "secret").write_text("a passphrase\n")
    return ("--store", "local.db", "--key-file", "secret")


def span(years: int) -> dict[str, Any]:
    return {"serial": make_serial(), "not_before": NOW - DAY, "not_after": NOW + 365 * years * DAY}


class Pki:
    """A root, an intermediate, and leaves on demand."""

    def __init__(self) -> None:
        self.root: Authority = make_root(root_recipe("Root"), make_key("ec-p256"), **span(9))
        self.issuing = make_intermediate(self.root, intermediate_recipe("Issuing"), make_key("ec-p256"), **span(8))

    def leaf(
        self, *names: str, days: float = 90, begins: float = -1, key: PrivateKey | None = None, **changes: Any
    ) -> tuple[Certificate, PrivateKey]:
        from dataclasses import replace

        key = key or make_key("ec-p256")
        recipe = replace(server_recipe(*(names or ("mail.example.com",))), **changes)
        made = issue(
            self.issuing, recipe, key, serial=make_serial(), not_before=NOW + begins * DAY, not_after=NOW + days * DAY
        )
        return made.certificate, key


@pytest.fixture(scope="session")
def pki() -> Pki:
    return Pki()


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Put certificates and keys into a PEM file."""

    def file(name: str, *things: Certificate | PrivateKey, password: bytes | None = None) -> Path:
        pem = [one.to_pem(password) if isinstance(one, PrivateKey) else to_pem(one) for one in things]
        (tmp_path / name).write_text("".join(pem))
        return tmp_path / name

    return file
