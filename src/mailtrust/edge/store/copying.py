"""A whole store from one engine to another: backing up, restoring, moving. Keys stay encrypted as they are."""

import os
import shutil
import tempfile
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, delete, exists, insert, select

from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text
from mailtrust.edge.files import put_in_place
from mailtrust.edge.store import sqlite
from mailtrust.edge.store.failures import StoreProblem, told
from mailtrust.edge.store.migrations import expect_known, migrate, version_of
from mailtrust.edge.store.reader import Reader, expect_whole
from mailtrust.edge.store.schema import CERTIFICATES, KEYS, REQUESTS, TABLES
from mailtrust.edge.store.store import Store
from mailtrust.edge.store.writer import Writer

_ROWS = 500
"""That are carried at once."""
_NAMED_BY_HASH = {CERTIFICATES: ("fingerprint", "der"), REQUESTS: ("fingerprint", "der"), KEYS: ("id", "spki")}


def back_up(source: Reader, path: Path, now: datetime) -> None:
    """Write all of it into one new file, whole or not at all. Raises UserProblem; a file that is there stays."""
    if os.path.lexists(path):
        raise UserProblem(
            text("{path} is there already and is not replaced. Name another file.", path=clean(str(path), 200))
        )
    temporary = ""
    try:
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        os.close(descriptor)
        engine = sqlite.engine_for(Path(temporary), alone=True)
        with told(clean(str(path), 200)), engine.execution_options(writes=True).begin() as target:
            migrate(target, now)
            _carry(source.connection, target)
        put_in_place(Path(temporary), path)
    except OSError as error:
        raise StoreProblem(
            text("Could not write {path}: {why}. Nothing was written.",
                 path=clean(str(path), 200), why=error.strerror or str(error))
        ) from error  # fmt: skip
    finally:
        for left in (temporary, f"{temporary}-journal"):
            if temporary:
                with suppress(FileNotFoundError):
                    os.unlink(left)


def restore(path: Path, target: Writer, now: datetime, *, replace: bool) -> None:
    """Put a backup into a store that is empty, or instead of all that is there. Raises UserProblem."""
    called = clean(str(path), 200)
    with tempfile.TemporaryDirectory(prefix="mailtrust-") as folder:
        copy = Path(folder) / "backup.db"
        try:
            shutil.copyfile(path, copy)  # an older backup is brought to the newest version, and stays what it is
        except OSError as error:
            raise StoreProblem(
                text("Could not read {path}: {why}.", path=called, why=error.strerror or str(error))
            ) from error
        engine = sqlite.engine_for(copy, alone=True)
        with told(called), engine.execution_options(writes=True).begin() as source:
            _expect_sound(source, called)
            found = version_of(source)
            if found == 0:
                raise StoreProblem(text("{path} is empty: it is no backup of a store.", path=called))
            expect_known(found)
            migrate(source, now)
            with told(target.called):
                copy_into(Reader(source, called), target, replace=replace)


def copy_into(source: Reader, target: Writer, *, replace: bool = False) -> None:
    """Carry all rows over. Raises UserProblem for a target that holds something already, unless it is replaced."""
    for table in reversed(TABLES):
        if replace:
            target.connection.execute(delete(table))
        elif target.connection.execute(select(exists().select_from(table))).scalar_one():
            raise UserProblem(
                text("The store that is to take it up is not empty. Name an empty one, or replace all with --replace.")
            )
    _carry(source.connection, target.connection)


def _carry(source: Connection, target: Connection) -> None:
    for table in TABLES:
        rows = source.execute(select(table).order_by(*table.primary_key)).mappings()
        while some := [dict(row) for row in rows.fetchmany(_ROWS)]:
            if names := _NAMED_BY_HASH.get(table):
                for row in some:
                    expect_whole(*(row[name] for name in names))
            target.execute(insert(table), some)


def _expect_sound(source: Connection, called: str) -> None:
    said = source.exec_driver_sql("PRAGMA integrity_check(1)").scalar_one()
    if said != "ok":
        raise StoreProblem(
            text("{path} is damaged ({detail}). Take another backup.", path=called, detail=clean(str(said), 200))
        )


def move(source: Store, target: Store, by: str, now: datetime) -> None:
    """Carry a store to another place that is empty; what is at the old place stays there. Raises UserProblem."""
    with source.reading() as reader, target.writing(by, now) as writer:
        copy_into(reader, writer)
        writer.record("restored", "", source.called)
