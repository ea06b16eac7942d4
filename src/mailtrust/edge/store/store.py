"""A store, opened: its tables are of the newest version, it is read at one moment and written by one at a time."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text
from mailtrust.edge.store import postgresql, sqlite
from mailtrust.edge.store.failures import StoreProblem, told
from mailtrust.edge.store.migrations import MIGRATIONS, expect_known, migrate, version_of
from mailtrust.edge.store.place import FilePlace, Place, ServerPlace
from mailtrust.edge.store.reader import Reader
from mailtrust.edge.store.writer import Writer

KEY_ENDING = ".key"


@frozen
class Store:
    """Where it is and how it is reached."""

    called: str
    """For people."""
    engine: Engine

    @classmethod
    def open(cls, place: Place, now: datetime, *, create: bool = False) -> "Store":
        """Open it, and bring its tables to the newest version. Raises UserProblem.

        `create`: it may not be there yet, and is made.
        """
        with told(place.called):
            store = cls(place.called, _engine(place, create=create))
            with store.engine.connect() as connection:
                found = version_of(connection)
            expect_known(found)
            if found == 0 and not create:
                raise _absent(place.called)
            if found < len(MIGRATIONS):
                with store.engine.execution_options(writes=True).begin() as connection:
                    migrate(connection, now)  # which looks again: somebody else may have been quicker
        return store

    @contextmanager
    def reading(self) -> Iterator[Reader]:
        """The store at this moment."""
        with told(self.called), self.engine.begin() as connection:
            yield Reader(connection, self.called)

    @contextmanager
    def writing(self, by: str, now: datetime) -> Iterator[Writer]:
        """The store for this writer alone: all that is done takes place at the end, or nothing."""
        with told(self.called), self.engine.execution_options(writes=True).begin() as connection:
            yield Writer(connection, self.called, by, now)


def key_beside(place: Place) -> Path | None:
    """Where the key file of a store stands when nobody names another; None for one on a server."""
    return place.path.with_name(place.path.name + KEY_ENDING) if isinstance(place, FilePlace) else None


def _engine(place: Place, *, create: bool) -> Engine:
    match place:
        case ServerPlace(url=url):
            return postgresql.engine_for(url)
        case FilePlace(path=path):
            if os.path.isdir(path):
                raise UserProblem(
                    text("{path} is a folder: give the file of the store, such as {path}/store.db.", path=place.called)
                )
            if not create and not os.path.lexists(path):
                raise _absent(place.called)
            if create:
                _create(path)
            return sqlite.engine_for(path)


def _create(path: Path) -> None:
    try:
        sqlite.create_file(path)
    except OSError as error:
        raise StoreProblem(
            text("Could not make {path}: {why}. Name another place with --store.",
                 path=clean(str(path), 200), why=error.strerror or str(error))
        ) from error  # fmt: skip


def _absent(called: str) -> UserProblem:
    return UserProblem(
        text(
            "There is no store at {store} yet. `mailtrust store import FILE...` makes it; with --store another one is "
            "meant.",
            store=called,
        )
    )
