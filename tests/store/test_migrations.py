"""Tables of every version become those of today, wholly or not at all."""

import contextlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, inspect, select

from mailtrust.edge.store import postgresql as server_engine
from mailtrust.edge.store import sqlite
from mailtrust.edge.store.failures import StoreProblem, told
from mailtrust.edge.store.migrations import MIGRATIONS, OtherVersion, expect_known, migrate, version_of
from mailtrust.edge.store.place import FilePlace, read_place
from mailtrust.edge.store.schema import CHANGES, TABLES
from mailtrust.edge.store.store import Store

NOW = datetime(2026, 6, 1, tzinfo=UTC)
SECOND = """
ALTER TABLE certificates ADD COLUMN note TEXT;
CREATE TABLE notes (number INTEGER PRIMARY KEY, octets {octets} NOT NULL);
UPDATE certificates SET note = 'of version 1'
"""


@pytest.fixture
def engine(place: str) -> Engine:
    where = read_place(place)
    if not isinstance(where, FilePlace):
        return server_engine.engine_for(where.url)
    sqlite.create_file(where.path)
    return sqlite.engine_for(where.path)


def shape(connection: Connection) -> dict[str, Any]:
    """Columns with what may be empty, keys, and what refers to what."""
    looked = inspect(connection)
    return {
        name: (
            [(column["name"], column["nullable"]) for column in looked.get_columns(name)],
            looked.get_pk_constraint(name)["constrained_columns"],
            sorted((one["constrained_columns"], one["referred_table"]) for one in looked.get_foreign_keys(name)),
        )
        for name in looked.get_table_names()
    }


def writing(engine: Engine) -> "contextlib.AbstractContextManager[Connection]":
    return engine.execution_options(writes=True).begin()


def test_what_the_migrations_make_is_what_the_statements_expect(engine: Engine) -> None:
    with writing(engine) as connection:
        migrate(connection, NOW)
        made = shape(connection)
    assert made.pop("mailtrust_versions")
    assert set(made) == {table.name for table in TABLES}
    for table in TABLES:
        columns, key, references = made[table.name]
        assert [name for name, _ in columns] == [column.name for column in table.columns]
        optional = {column.name for column in table.columns if column.nullable}
        assert {name for name, empty in columns if empty} - set(key) == optional
        assert key == [column.name for column in table.primary_key]
        assert references == sorted(
            ([reference.parent.name], reference.column.table.name) for reference in table.foreign_keys
        )


def test_from_version_1_to_a_made_up_second(engine: Engine) -> None:
    with writing(engine) as connection:
        migrate(connection, NOW, MIGRATIONS[:1])
        connection.exec_driver_sql("INSERT INTO certificates VALUES ('ab', '', NULL, '')")
    with writing(engine) as connection:
        migrate(connection, NOW, (*MIGRATIONS, SECOND))
    with engine.begin() as connection:
        assert version_of(connection) == 2
        assert connection.exec_driver_sql("SELECT note FROM certificates").scalar_one() == "of version 1"
        assert connection.exec_driver_sql("SELECT number, at FROM mailtrust_versions ORDER BY number").all() == [
            (1, "2026-06-01T00:00:00Z"),
            (2, "2026-06-01T00:00:00Z"),
        ]
    with writing(engine) as connection:
        migrate(connection, NOW, (*MIGRATIONS, SECOND))  # there is nothing left to do


def test_a_migration_that_fails_has_not_begun(engine: Engine) -> None:
    with writing(engine) as connection:
        migrate(connection, NOW)
    with writing(engine) as connection:
        before = shape(connection)
    broken = SECOND + "; INSERT INTO nowhere VALUES (1)"
    with pytest.raises(StoreProblem, match="could not be used"), told("it"), writing(engine) as connection:
        migrate(connection, NOW, (*MIGRATIONS, broken))
    with engine.begin() as connection:
        assert version_of(connection) == 1
        assert shape(connection) == before


def test_a_newer_version_is_left_alone(place: str) -> None:
    Store.open(read_place(place), NOW, create=True)
    store = Store.open(read_place(place), NOW)
    with writing(store.engine) as connection:
        connection.exec_driver_sql("INSERT INTO mailtrust_versions VALUES (2, '')")
    with pytest.raises(OtherVersion, match=r"has version 2, and this mailtrust knows up to 1: use the newer mailtrust"):
        Store.open(read_place(place), NOW)
    expect_known(2, (*MIGRATIONS, SECOND))


def test_who_reads_sees_one_moment(place: str) -> None:
    store = Store.open(read_place(place), NOW, create=True)
    with store.reading() as reader:
        assert reader.changes() == ()
        with store.writing("somebody", NOW) as writer:
            writer.record("observed", "x")
        assert reader.connection.execute(select(CHANGES)).all() == []
    with store.reading() as reader:
        assert len(reader.changes()) == 1


def test_an_act_that_fails_has_not_begun(place: str, tmp_path: Path) -> None:
    store = Store.open(read_place(place), NOW, create=True)

    def half() -> None:
        with store.writing("somebody", NOW) as writer:
            writer.record("observed", "x")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half()
    with store.reading() as reader:
        assert reader.changes() == ()
