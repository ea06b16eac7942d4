"""A store in one file: SQLite with a write-ahead log, every commit on the disk before it is told."""

import os
import sqlite3
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from mailtrust.edge.files import sync_folder

PATIENCE = 10.0
"""Seconds that one waits for another who is writing."""


def create_file(path: Path) -> None:
    """Make an empty file for its owner alone (0600), and its folder; SQLite's own files get the same mode."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        return
    sync_folder(path.parent)


def engine_for(path: Path, *, alone: bool = False) -> Engine:
    """How to reach the file, which must be there. `alone`: nobody else writes, and the store is to be one file only."""
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        poolclass=NullPool,
        connect_args={"timeout": PATIENCE},
        hide_parameters=True,
    )

    @event.listens_for(engine, "connect")
    def connected(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        assert isinstance(connection, sqlite3.Connection)  # noqa: S101
        connection.isolation_level = None  # the transactions are ours: the module's own leave statements outside
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute(f"PRAGMA journal_mode = {'DELETE' if alone else 'WAL'}")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA fullfsync = ON")  # macOS: fsync alone leaves it in the disk's cache

    @event.listens_for(engine, "begin")
    def began(connection: Connection) -> None:
        # Who is going to write says so at once: a reader that becomes a writer later may find that it cannot.
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
