"""Where a store is: a file, or a database of PostgreSQL."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text

SCHEMES = ("postgresql", "postgres")


@frozen
class FilePlace:
    """A file of SQLite."""

    path: Path

    @property
    def called(self) -> str:
        """For people."""
        return clean(str(self.path), 200)


@frozen
class ServerPlace:
    """A database of PostgreSQL."""

    url: str

    @property
    def called(self) -> str:
        """For people, without a password."""
        parts = urlsplit(self.url)
        host = parts.netloc.rpartition("@")[2]
        user = f"{parts.username}@" if parts.username else ""
        return clean(f"postgresql://{user}{host}{parts.path}", 200)


Place = FilePlace | ServerPlace


def read_place(given: str, folder: Path = Path()) -> Place:
    """A path (relative to `folder`) or a URL. Raises UserProblem."""
    scheme, colon, _ = given.partition("://")
    if not colon:
        return FilePlace(folder / given)
    if scheme.lower() not in SCHEMES:
        raise UserProblem(
            text(
                "Expected the path of a file, or postgresql://USER@HOST/DATABASE, got a URL of another kind: {scheme}.",
                scheme=clean(scheme, 40),
            )
        )
    try:
        parts = urlsplit(given)
        complete = bool(parts.path.strip("/")) and (parts.port or True)
    except ValueError:
        complete = False
    if not complete:
        raise UserProblem(
            text("Expected postgresql://USER@HOST/DATABASE, got a URL that cannot be read or names no database.")
        )
    return ServerPlace(given)


def own_place(platform: str, environment: Mapping[str, str], home: Path) -> FilePlace:
    """Where this user's store is when nobody says otherwise."""
    return FilePlace(data_folder(platform, environment, home) / "store.db")


def this_users() -> FilePlace:
    """The same for who runs this. Raises UserProblem for a user without a home."""
    try:
        return own_place(sys.platform, os.environ, Path.home())
    except RuntimeError:
        raise UserProblem(text("This user has no home folder: say with --store where the store is.")) from None


def data_folder(platform: str, environment: Mapping[str, str], home: Path) -> Path:
    """Where this user's programs keep what must not be lost."""
    if platform == "win32":
        local = environment.get("LOCALAPPDATA", "")
        return (Path(local) if local else home / "AppData" / "Local") / "mailtrust"
    if platform == "darwin":
        return home / "Library" / "Application Support" / "mailtrust"
    # XDG Base Directory Specification: a relative path in the variable is to be ignored.
    given = environment.get("XDG_DATA_HOME", "")
    return (Path(given) if os.path.isabs(given) else home / ".local" / "share") / "mailtrust"
