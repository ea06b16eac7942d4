"""From every version of the tables to the next: statements that are never changed once they were released.

A version is added by a text in MIGRATIONS and the tables in `schema.py`. What is missing is done in one transaction.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection, inspect

from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text

_VERSION_1 = """
CREATE TABLE vault (number INTEGER PRIMARY KEY, lock {octets} NOT NULL);
CREATE TABLE keys (id TEXT PRIMARY KEY, spki {octets} NOT NULL, sealed {octets} NOT NULL, added TEXT NOT NULL);
CREATE TABLE certificates (
  fingerprint TEXT PRIMARY KEY, der {octets} NOT NULL, key TEXT REFERENCES keys (id), added TEXT NOT NULL
);
CREATE TABLE requests (
  fingerprint TEXT PRIMARY KEY, der {octets} NOT NULL, key TEXT REFERENCES keys (id), added TEXT NOT NULL
);
CREATE TABLE chains (
  leaf TEXT NOT NULL REFERENCES certificates (fingerprint), position INTEGER NOT NULL,
  issuer TEXT NOT NULL REFERENCES certificates (fingerprint), PRIMARY KEY (leaf, position)
);
CREATE TABLE servers (name TEXT PRIMARY KEY, product TEXT);
CREATE TABLE assignments (
  server TEXT NOT NULL REFERENCES servers (name), service TEXT NOT NULL,
  fingerprint TEXT NOT NULL REFERENCES certificates (fingerprint), since TEXT NOT NULL, PRIMARY KEY (server, service)
);
CREATE TABLE observations (
  endpoint TEXT NOT NULL, at TEXT NOT NULL, host TEXT NOT NULL, port INTEGER NOT NULL,
  fingerprint TEXT, failure TEXT NOT NULL, PRIMARY KEY (endpoint, at)
);
CREATE TABLE changes (
  number INTEGER PRIMARY KEY, at TEXT NOT NULL, by TEXT NOT NULL, kind TEXT NOT NULL,
  subject TEXT NOT NULL, detail TEXT NOT NULL
)
"""
MIGRATIONS: tuple[str, ...] = (_VERSION_1,)
"""The first makes version 1 of nothing, and so on. `{octets}` is the engine's type for them."""

_OCTETS = {"sqlite": "BLOB", "postgresql": "BYTEA"}
_MARK = "mailtrust_versions"
"""The table that says which versions were made, and when; by its name a store is known for one."""


class OtherVersion(UserProblem):
    """A newer mailtrust has been here, or this is no store."""


def version_of(connection: Connection) -> int:
    """Which version the tables have; 0: there are none. Raises OtherVersion for a database of something else."""
    tables = set(inspect(connection).get_table_names())
    if _MARK in tables:
        found: int = connection.exec_driver_sql(f"SELECT max(number) FROM {_MARK}").scalar_one()  # noqa: S608
        return found
    if tables:
        raise OtherVersion(
            text(
                "Expected a store of mailtrust or an empty database, found the tables of something else: {tables}. "
                "Give the store a database of its own.",
                tables=tuple(sorted(tables)[:5]),
            )
        )
    return 0


def expect_known(found: int, migrations: Sequence[str] = MIGRATIONS) -> None:
    """Raise OtherVersion for tables that a newer mailtrust has made."""
    if found > len(migrations):
        raise OtherVersion(
            text(
                "This store has version {found}, and this mailtrust knows up to {known}: use the newer mailtrust that "
                "has been here before.",
                found=found,
                known=len(migrations),
            )
        )


def migrate(connection: Connection, now: datetime, migrations: Sequence[str] = MIGRATIONS) -> None:
    """Bring the tables to the newest version, in the caller's transaction. Raises OtherVersion."""
    found = version_of(connection)
    expect_known(found, migrations)
    if found == 0:
        connection.exec_driver_sql(f"CREATE TABLE {_MARK} (number INTEGER PRIMARY KEY, at TEXT NOT NULL)")
    for number, statements in enumerate(migrations[found:], found + 1):
        for statement in statements.split(";"):
            connection.exec_driver_sql(statement.format(octets=_OCTETS[connection.dialect.name]))
        at = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        connection.exec_driver_sql(f"INSERT INTO {_MARK} VALUES ({number}, '{at}')")  # noqa: S608 - both are ours
