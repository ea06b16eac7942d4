"""What the engines say when something fails, as a sentence that tells what to do."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError

from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.problem import CouldNotLook, UserProblem
from mailtrust.core.model.text import Text, text


class StoreProblem(UserProblem):
    """The store cannot be used, or not now. Whatever was begun has not happened."""


@contextmanager
def told(called: str) -> Iterator[None]:
    """Turn what the engines raise into StoreProblem or CouldNotLook; `called` is the store's name for people."""
    try:
        yield
    except DBAPIError as error:
        code, detail = _code_and_detail(error.orig)
        raise _problem(code, called, detail) from error
    except OSError as error:  # a server that cannot be reached, a certificate that is not its own
        raise CouldNotLook(_unreachable(called, clean(str(error), 300))) from error


def _code_and_detail(error: BaseException | None) -> tuple[str, str]:
    """SQLite's name of the error or PostgreSQL's SQLSTATE, and the engine's own words."""
    if (name := getattr(error, "sqlite_errorname", None)) is not None:
        return str(name), clean(str(error), 300)
    for one in _behind(error):
        said = one.args[0] if one.args else ""
        if isinstance(said, dict):  # pg8000: PostgreSQL's fields by their letters (Error and Notice Message Fields)
            return str(said.get("C", "")), clean(str(said.get("M", "")), 300)
    return "", clean(str(error.args[0] if error is not None and error.args else ""), 300)


def _behind(error: BaseException | None) -> Iterator[BaseException]:
    """The error and those before it: pg8000 stumbles over a closed connection while it handles what the server said."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _problem(code: str, called: str, detail: str) -> UserProblem:
    match code:
        case "SQLITE_BUSY" | "SQLITE_BUSY_SNAPSHOT" | "SQLITE_LOCKED" | "SQLITE_BUSY_RECOVERY" | "55P03":
            return StoreProblem(
                text(
                    "{store} is locked: another program is writing to it and did not finish in time. Nothing was "
                    "changed. Wait until it is done, and try again.",
                    store=called,
                )
            )
        case "SQLITE_FULL" | "SQLITE_IOERR_WRITE" | "SQLITE_IOERR_SHMSIZE" | "SQLITE_IOERR_FSYNC" | "53100":
            return StoreProblem(
                text(
                    "{store} could not be written: the disk is full, or no file may grow so large ({detail}). Nothing "
                    "was changed. Make room, and try again.",
                    store=called,
                    detail=detail,
                )
            )
        case "SQLITE_NOTADB" | "SQLITE_CORRUPT" | "SQLITE_CORRUPT_INDEX":
            return StoreProblem(
                text(
                    "{store} is no store, or is damaged ({detail}). Restore a backup into another file: "
                    "`mailtrust store restore BACKUP --store FILE`.",
                    store=called,
                    detail=detail,
                )
            )
        case _ if code.startswith(("SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_PERM", "SQLITE_AUTH")):
            return StoreProblem(
                text(
                    "{store} cannot be opened for writing ({detail}). The file and its folder must be writable for "
                    "who runs this, also for reading: beside it stands what was written last.",
                    store=called,
                    detail=detail,
                )
            )
        case "42501" | "25006":
            return StoreProblem(
                text(
                    "The database does not let this user write to {store} ({detail}). Have the user made the owner of "
                    "the database.",
                    store=called,
                    detail=detail,
                )
            )
        case _ if code.startswith(("28", "3D")):
            return CouldNotLook(
                text(
                    "{store} does not let this user in ({detail}). Make the database and the user, and put the "
                    "password into the password file of PostgreSQL (~/.pgpass, mode 0600).",
                    store=called,
                    detail=detail,
                )
            )
        case "":
            return CouldNotLook(_unreachable(called, detail))
    return StoreProblem(
        text("{store} could not be used ({detail}). Nothing was changed.", store=called, detail=f"{code}: {detail}")
    )


def _unreachable(called: str, detail: str) -> Text:
    return text(
        "{store} could not be reached ({detail}). See that the server runs and that its address is right.",
        store=called,
        detail=detail,
    )
