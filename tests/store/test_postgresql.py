"""How a server is reached: TLS that is verified, passwords from PostgreSQL's own file, and what fails is told."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.programs.postgresql import PASSWORD, Server
from tests.store.conftest import Pki

from mailtrust.core.model.problem import UserProblem
from mailtrust.edge.store import postgresql as engine
from mailtrust.edge.store.place import FilePlace, ServerPlace, own_place, read_place

Run = Callable[..., Any]
Write = Callable[..., Path]


def test_over_tcp_by_the_password_file(
    run: Run, postgresql: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pki: Pki, write: Write
) -> None:
    place = postgresql.tcp_url(postgresql.database())
    refused = run("import", write("mail.pem", pki.leaf()[0]), "--store", place)
    assert refused.status == 3
    assert "does not let this user in" in refused.err
    passes = tmp_path / "pgpass"
    passes.write_text(f"# ours\nother:*:*:*:x\n127.0.0.1:{postgresql.port}:*:mailtrust:{PASSWORD}\n")
    monkeypatch.setenv("PGPASSFILE", str(passes))
    os.chmod(passes, 0o644)
    assert run("import", "mail.pem", "--store", place).status == 3, "a file that others may read is passed over"
    os.chmod(passes, 0o600)
    assert run("import", "mail.pem", "--store", place).status == 0
    assert PASSWORD not in run("list", "--store", place, "--format", "json").text


def test_a_server_that_is_not_who_it_should_be(
    run: Run, postgresql: Server, monkeypatch: pytest.MonkeyPatch, pki: Pki, write: Write
) -> None:
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    root = str(postgresql.folder / "root.pem")
    database = postgresql.database()
    write("mail.pem", pki.leaf()[0])
    # The certificate is for db.example.com: by its address the server is nobody.
    url = postgresql.tcp_url(database, sslmode="verify-full", sslrootcert=root)
    done = run("import", "mail.pem", "--store", url)
    assert done.status == 3
    assert "could not be reached" in done.err
    monkeypatch.setattr("socket.getaddrinfo", _to_loopback)
    named = url.replace("127.0.0.1", "db.example.com")
    assert run("import", "mail.pem", "--store", named).status == 0
    assert run("list", "--store", named.replace("&", "").replace(f"sslrootcert={root}", "")).status == 3


def _to_loopback(host: str, port: int, *_: object, **__: object) -> list[Any]:
    import socket

    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]


def test_a_server_that_is_not_there(run: Run) -> None:
    done = run("list", "--store", "postgresql://nobody@127.0.0.1:9/none")
    assert done.status == 3
    assert "postgresql://nobody@127.0.0.1:9/none could not be reached" in done.err
    assert "See that the server runs" in done.err


def test_a_database_that_is_not_there(run: Run, postgresql: Server) -> None:
    done = run("list", "--store", postgresql.socket_url("nowhere"))
    assert done.status == 3
    assert "does not exist" in done.err


def test_a_database_that_may_not_be_written(run: Run, postgresql: Server, pki: Pki, write: Write) -> None:
    name = postgresql.database("closed")
    postgresql.ask(name, f"ALTER DATABASE {name} OWNER TO admin; REVOKE CREATE ON SCHEMA public FROM PUBLIC, mailtrust")
    done = run("import", write("mail.pem", pki.leaf()[0]), "--store", postgresql.socket_url(name))
    assert done.status == 2
    assert "The database does not let this user write" in done.err


def test_without_its_driver(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "find_spec", lambda _: None)
    assert "pip install 'mailtrust[postgresql]'" in run("list", "--store", "postgresql://db/x").err


def test_keys_of_a_team_need_a_key_file(run: Run, postgresql: Server, pki: Pki, write: Write) -> None:
    leaf, key = pki.leaf()
    done = run("import", write("mail.pem", leaf, key), "--store", postgresql.socket_url(postgresql.database()))
    assert done.status == 2
    assert "give a passphrase or a key file with --key-file, the same one for all who use this store" in done.err


def test_mailtrust_toml_says_where(run: Run, postgresql: Server, tmp_path: Path, pki: Pki, write: Write) -> None:
    leaf, key = pki.leaf()
    write("mail.pem", leaf, key)
    folder = tmp_path / "conf"
    folder.mkdir()
    (folder / "team.key").write_text("of all of us\n")
    url = postgresql.socket_url(postgresql.database())
    (folder / "mailtrust.toml").write_text(f'store = "{url}"\nkey_file = "team.key"\n')
    assert run("import", "mail.pem", "--servers", folder / "mailtrust.toml").status == 0
    assert "mail.example.com" in run("list", "--store", url).text
    (folder / "mailtrust.toml").write_text('store = "kept/s.db"\n')
    assert run("import", "mail.pem", "--servers", folder / "mailtrust.toml").status == 0
    assert sorted(path.name for path in (folder / "kept").iterdir()) == ["s.db", "s.db.key"]


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        ("a:1:b:c:d", ["a", "1", "b", "c", "d"]),
        (r"a:1:b:c:d\:e\\f", ["a", "1", "b", "c", r"d:e\f"]),
        ("", [""]),
    ],
)
def test_lines_of_the_password_file(line: str, fields: list[str]) -> None:
    assert engine._fields(line) == fields


@pytest.mark.parametrize(
    ("platform", "environment", "path"),
    [
        ("linux", {}, "/home/ann/.local/share/mailtrust/store.db"),
        ("linux", {"XDG_DATA_HOME": "/data"}, "/data/mailtrust/store.db"),
        ("linux", {"XDG_DATA_HOME": "data"}, "/home/ann/.local/share/mailtrust/store.db"),
        ("darwin", {}, "/home/ann/Library/Application Support/mailtrust/store.db"),
        ("win32", {"LOCALAPPDATA": "/c/local"}, "/c/local/mailtrust/store.db"),
        ("win32", {}, "/home/ann/AppData/Local/mailtrust/store.db"),
    ],
)
def test_ones_own_store(platform: str, environment: dict[str, str], path: str) -> None:
    assert own_place(platform, environment, Path("/home/ann")) == FilePlace(Path(path))


def test_how_a_server_is_called() -> None:
    place = read_place("postgresql://ann:geheim@db.example.com:5433/mail?sslmode=disable")
    assert place == ServerPlace("postgresql://ann:geheim@db.example.com:5433/mail?sslmode=disable")
    assert place.called == "postgresql://ann@db.example.com:5433/mail"
    with pytest.raises(UserProblem):
        read_place("postgresql://db.example.com/")
