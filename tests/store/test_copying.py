"""Backups, restoring, moving: all of a store, in either engine, and no key that can be read."""

import json
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.programs.postgresql import Server
from tests.store.conftest import Pki

from mailtrust.edge.store import migrations
from mailtrust.edge.store.place import read_place
from mailtrust.edge.store.store import Store

Run = Callable[..., Any]
Flags = tuple[str, ...]
Write = Callable[..., Path]


@pytest.fixture
def full(run: Run, flags: Flags, pki: Pki, write: Write) -> dict[str, Any]:
    """A store with something of everything."""
    leaf, key = pki.leaf()
    run("import", write("mail.pem", leaf, pki.issuing.certificate, pki.root.certificate), write("k", key), *flags)
    assert run("assign", "mail.example.com:imap", *flags[:2]).status == 0
    return everything(flags[1])


def everything(place: str) -> dict[str, Any]:
    with Store.open(read_place(place), datetime.now(UTC)).reading() as reader:
        changes = [one for one in reader.changes() if one.kind != "restored"]
        return {"holdings": reader.holdings(), "changes": changes, "keys": reader.public_keys()}


@pytest.fixture
def elsewhere(request: pytest.FixtureRequest, place: str, tmp_path: Path) -> str:
    """A place in the other engine."""
    if "://" in place:
        return str(tmp_path / "other.db")
    server: Server = request.getfixturevalue("postgresql")
    return server.socket_url(server.database("elsewhere"))


def test_from_one_engine_to_the_other(run: Run, flags: Flags, full: dict[str, Any], elsewhere: str) -> None:
    done = run("move", "--to", elsewhere, *flags[:2])
    assert done.status == 0, done.err
    assert everything(elsewhere) == full == everything(flags[1])
    given = [run("export", "mail.example.com", "--form", "key", "--with-key", "--store", place, *flags[2:]).out
             for place in (flags[1], elsewhere)]  # fmt: skip
    assert given[0] == given[1] != b""
    assert "is not empty" in run("move", "--to", elsewhere, *flags[:2]).err


def test_a_backup_and_back(
    run: Run, flags: Flags, full: dict[str, Any], elsewhere: str, pki: Pki, write: Write, tmp_path: Path
) -> None:
    assert run("backup", "b.db", *flags[:2]).status == 0
    assert not list(tmp_path.glob("b.db-*")), "one file"
    assert "is there already and is not replaced" in run("backup", "b.db", *flags[:2]).err
    run("import", write("more.pem", pki.leaf("late.example.com")[0]), *flags)
    assert "is not empty" in run("restore", "b.db", *flags[:2]).err
    assert run("restore", "b.db", "--replace", *flags[:2]).status == 0
    assert run("restore", "b.db", "--store", elsewhere).status == 0
    assert everything(flags[1]) == everything(elsewhere) == full
    told = json.loads(run("changes", *flags[:2], "--format", "json").out)["changes"]
    assert (told[-1]["kind"], told[-1]["detail"]) == ("restored", "b.db")
    assert everything("b.db") == full, "a backup is a store by itself"


def test_no_key_can_be_read_from_anything_that_is_written(
    run: Run, tmp_path: Path, pki: Pki, write: Write, postgresql: Server
) -> None:
    database = postgresql.database()
    leaf, key = pki.leaf()
    secret = key.opened().private_numbers().private_value.to_bytes(32, "big")  # type: ignore[union-attr]
    assert secret in key.pkcs8
    write("in.pem", leaf, key)
    for done in (
        run("import", "in.pem", "--store", "kept/s.db"),
        run("backup", "kept/b.db", "--store", "kept/s.db"),
        run("move", "--to", postgresql.socket_url(database), "--store", "kept/s.db"),
    ):
        assert done.status == 0, done.err
    dump = postgresql.dump(database)
    assert key.spki.hex().encode() in dump
    files = {path.name: path.read_bytes() for path in (tmp_path / "kept").iterdir()}
    assert {"s.db", "b.db", "s.db.key"} <= set(files)
    for content in (*files.values(), dump):
        assert secret not in content
        assert secret.hex().encode() not in content
    assert files["s.db.key"].strip() not in files["b.db"]


@pytest.mark.parametrize("damage", ["torn", "empty", "text", "newer", "record"])
def test_a_backup_that_is_none(run: Run, flags: Flags, full: dict[str, Any], tmp_path: Path, damage: str) -> None:
    run("backup", "b.db", *flags[:2])
    path = tmp_path / "b.db"
    match damage:
        case "torn":
            path.write_bytes(path.read_bytes()[:20000])
        case "empty":
            path.write_bytes(b"")
        case "text":
            path.write_text("no backup " * 500)
        case "newer" | "record":
            statement = "UPDATE certificates SET der = zeroblob(9)"
            if damage == "newer":
                statement = "INSERT INTO mailtrust_versions VALUES (99, '')"
            with sqlite3.connect(path) as inside:
                inside.execute(statement)
            inside.close()
    before = path.read_bytes()
    done = run("restore", "b.db", "--replace", *flags[:2])
    assert done.status == 2
    assert any(word in done.err for word in ("damaged", "is empty", "has version 99")), done.err
    assert everything(flags[1]) == full
    assert path.read_bytes() == before
    assert "Could not read" in run("restore", "none.db", "--replace", *flags[:2]).err


def test_an_older_backup_is_brought_to_this_version(
    run: Run, flags: Flags, full: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a version that is made up: one more table."""
    run("backup", "b.db", *flags[:2])
    before = Path("b.db").read_bytes()
    new = (*migrations.MIGRATIONS, "CREATE TABLE notes (number INTEGER PRIMARY KEY, octets {octets})")
    monkeypatch.setattr(migrations, "MIGRATIONS", new)
    monkeypatch.setattr(migrations.migrate, "__defaults__", (new,))
    monkeypatch.setattr(migrations.expect_known, "__defaults__", (new,))
    assert run("restore", "b.db", "--replace", *flags[:2]).status == 0
    assert Path("b.db").read_bytes() == before
    assert everything(flags[1]) == full
