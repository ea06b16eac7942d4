"""A store that a team shares: PostgreSQL by a URL, as libpq reads it in its usual words."""

import os
import ssl
from collections.abc import Iterator
from importlib.util import find_spec
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event

from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text
from mailtrust.edge.lookup.verifying import verifying_context

PORT = 5432
SECONDS = 10
"""For a connection, and for another who is writing."""
_WRITERS = 0x6D61696C74727573
"""The advisory lock that writers take, one at a time: "mailtrus"."""
_OPTIONS = ("host", "sslmode", "sslrootcert")


def engine_for(url: str) -> Engine:
    """How to reach the database. Raises UserProblem for a URL that cannot be used."""
    if find_spec("pg8000") is None:
        raise UserProblem(text("For a store in PostgreSQL its driver is needed: pip install 'mailtrust[postgresql]'."))
    parts = urlsplit(url)
    options = _options(parts.query)
    host = options.get("host") or parts.hostname or "/var/run/postgresql"
    port, database = parts.port or PORT, unquote(parts.path.strip("/"))
    user = unquote(parts.username) if parts.username else _own_name()
    password = unquote(parts.password) if parts.password else _password(host, port, database, user)
    # Without any password the driver would stumble over the server's wish for one; an empty one is refused properly.
    given: dict[str, Any] = {"password": password or "", "timeout": 3 * SECONDS, "application_name": "mailtrust"}
    if host.startswith("/"):
        given["unix_sock"] = f"{host}/.s.PGSQL.{port}"
    else:
        given["ssl_context"] = _tls(options, host)
    engine = create_engine(
        URL.create("postgresql+pg8000", user, None, None if host.startswith("/") else host, port, database),
        poolclass=NullPool,
        isolation_level="READ COMMITTED",
        connect_args=given,
        hide_parameters=True,
    )

    @event.listens_for(engine, "begin")
    def began(connection: Connection) -> None:
        if connection.get_execution_options().get("writes", False):
            # Under READ COMMITTED what comes after the lock sees all that was written before it was given.
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{SECONDS}s'")
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITERS})")
        else:
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")

    return engine


def _options(query: str) -> dict[str, str]:
    options = dict(parse_qsl(query))
    for name in options:
        if name not in _OPTIONS:
            raise UserProblem(
                text("Expected among {known} in the URL of the store, got {name}.",
                     known=_OPTIONS, name=clean(name, 40))
            )  # fmt: skip
    return options


def _tls(options: dict[str, str], host: str) -> ssl.SSLContext | None:
    """Encrypted and with the server's name checked, unless it is this machine or somebody says otherwise."""
    mode = options.get("sslmode") or ("disable" if _is_here(host) else "verify-full")
    if mode == "disable":
        return None
    if mode != "verify-full":
        raise UserProblem(
            text("Expected sslmode=verify-full or sslmode=disable in the URL of the store, got {mode}: what is not "
                 "verified may be anybody.", mode=clean(mode, 40))
        )  # fmt: skip
    try:
        return verifying_context(only=options.get("sslrootcert"))
    except OSError as error:
        raise UserProblem(
            text("Could not read the certificates that sslrootcert names: {why}.",
                 why=getattr(error, "strerror", None) or str(error))
        ) from error  # fmt: skip


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _own_name() -> str:
    from getpass import getuser

    return os.environ.get("PGUSER") or getuser()


def _password(host: str, port: int, database: str, user: str) -> str | None:
    """PGPASSWORD, or what the password file says (PostgreSQL, libpq: The Password File)."""
    if given := os.environ.get("PGPASSWORD"):
        return given
    wanted = ("localhost" if host.startswith("/") else host, str(port), database, user)
    for fields in _password_lines():
        if len(fields) == len(wanted) + 1 and all(
            field in ("*", value) for field, value in zip(fields, wanted, strict=False)
        ):
            return fields[-1]
    return None


def _password_lines() -> Iterator[list[str]]:
    try:
        path = Path(os.environ.get("PGPASSFILE") or Path.home() / ".pgpass")
        if os.name == "posix" and path.stat().st_mode & 0o077:  # libpq passes over what others may read
            return
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, RuntimeError, UnicodeDecodeError):
        return
    for line in lines:
        if line and not line.startswith("#"):
            yield _fields(line)


def _fields(line: str) -> list[str]:
    """The fields of a line, at colons that no backslash stands before."""
    fields, escaped = [""], False
    for character in line:
        if character == ":" and not escaped:
            fields.append("")
        elif character != "\\" or escaped:
            fields[-1] += character
        escaped = character == "\\" and not escaped
    return fields
