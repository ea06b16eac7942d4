"""`mailtrust.toml`: where it is looked for, and its octets."""

import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text

NAME = "mailtrust.toml"


def find() -> Path | None:
    """The file in this folder, or else the one in the user's configuration folder; None: there is neither."""
    places = [Path(NAME)]
    with suppress(RuntimeError):  # this user has no home
        places.append(config_folder(sys.platform, os.environ, Path.home()) / NAME)
    return next((path for path in places if os.path.exists(path)), None)


def config_folder(platform: str, environment: Mapping[str, str], home: Path) -> Path:
    """Where this user's programs keep what was written for them."""
    if platform == "win32":
        roaming = environment.get("APPDATA", "")
        return (Path(roaming) if roaming else home / "AppData" / "Roaming") / "mailtrust"
    if platform == "darwin":
        return home / "Library" / "Application Support" / "mailtrust"
    # XDG Base Directory Specification: a relative path in the variable is to be ignored.
    given = environment.get("XDG_CONFIG_HOME", "")
    return (Path(given) if os.path.isabs(given) else home / ".config") / "mailtrust"


def read(path: Path) -> bytes:
    """Its octets, one more than allowed at most. Raises UserProblem."""
    # Most commands run where there is no such file.
    from mailtrust.core.formats.organisation_toml import MOST_BYTES

    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        raise UserProblem(
            text("Could not read {path}: {why}.", path=clean(str(path), 200), why=error.strerror or str(error))
        ) from error
