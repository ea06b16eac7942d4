"""A PostgreSQL of the tests' own: in a folder of its own, on loopback and a socket, with TLS, gone afterwards."""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.programs.daemons import LOOPBACK, DidNotStartError, FreePorts, NotInstalledError, answers

SECONDS = 60
PASSWORD = "a password of the tests"
_HBA = """\
local all all trust
hostssl all all 127.0.0.1/32 scram-sha-256
hostnossl all all 127.0.0.1/32 scram-sha-256
"""


@dataclass(slots=True)
class Server:
    """It runs. The user `admin` may do all, `mailtrust` owns its databases and has a password."""

    folder: Path
    port: int
    programs: Path
    _made: set[str] = field(default_factory=set)

    def database(self, name: str = "store") -> str:
        """An empty one; what another test has left in it is gone."""
        if name in self._made:
            self.ask(name, "DROP OWNED BY mailtrust; GRANT ALL ON SCHEMA public TO mailtrust")
        else:
            self.ask("postgres", f"CREATE DATABASE {name} OWNER mailtrust")
            self._made.add(name)
        return name

    def socket_url(self, database: str) -> str:
        return f"postgresql://mailtrust@localhost:{self.port}/{database}?host={self.folder}"

    def tcp_url(self, database: str, **options: str) -> str:
        query = "&".join(f"{name}={value}" for name, value in options.items())
        return f"postgresql://mailtrust@{LOOPBACK}:{self.port}/{database}" + (f"?{query}" if query else "")

    def ask(self, database: str, statement: str) -> str:
        """What psql says."""
        done = subprocess.run(
            [self.programs / "psql", "-X", "-q", "-A", "-t", "-h", self.folder, "-p", str(self.port), "-U", "admin",
             "-v", "ON_ERROR_STOP=1", "-d", database, "-c", statement],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def dump(self, database: str) -> bytes:
        """All of a database, as pg_dump writes it."""
        command = [self.programs / "pg_dump", "-h", self.folder, "-p", str(self.port), "-U", "admin", database]
        return subprocess.run(command, capture_output=True, check=True).stdout


def _programs() -> Path:
    """Debian keeps them by version, the newest last."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[4]))
    if not found:
        raise NotInstalledError("postgres is not installed: apt install postgresql-15")
    return found[-1].parent


@contextlib.contextmanager
def running(certificate: bytes, key: bytes) -> Iterator[Server]:
    """One that runs; `certificate` and `key` (PEM) are what it presents. Raises NotInstalledError, DidNotStartError."""
    programs = _programs()
    # Root may not run it; whoever else this is, runs it as themselves.
    user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    folder = Path(tempfile.mkdtemp(prefix="mailtrust-pg-"))
    try:
        shutil.chown(folder, user)
        data = folder / "data"
        _as(user, programs / "initdb", "-D", data, "-U", "admin", "-A", "trust", "-E", "UTF8", "--no-locale", "-N")
        for name, content in (("server.crt", certificate), ("server.key", key), ("pg_hba.conf", _HBA.encode())):
            (data / name).write_bytes(content)
            os.chmod(data / name, 0o600)
            shutil.chown(data / name, user)
        port = FreePorts()()
        settings = {"listen_addresses": LOOPBACK, "port": str(port), "unix_socket_directories": str(folder),
                    "fsync": "off", "ssl": "on", "log_min_messages": "fatal", "max_connections": "40"}  # fmt: skip
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        log = (folder / "log").open("wb")
        process = subprocess.Popen(
            [programs / "postgres", "-D", data, *options], user=user, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            cwd=folder, start_new_session=True,
        )  # fmt: skip
        try:
            _wait_for(process, port, folder)
            server = Server(folder, port, programs)
            server.ask("postgres", f"CREATE ROLE mailtrust LOGIN PASSWORD '{PASSWORD}'")
            yield server
        finally:
            process.send_signal(signal.SIGQUIT)  # at once: nothing of it is needed any more
            process.wait(SECONDS)
            log.close()
    finally:
        shutil.rmtree(folder)


def _wait_for(process: "subprocess.Popen[bytes]", port: int, folder: Path) -> None:
    give_up = time.monotonic() + SECONDS
    while not answers((LOOPBACK, port)) or not (folder / f".s.PGSQL.{port}").exists():
        if process.poll() is not None or time.monotonic() > give_up:
            raise DidNotStartError((folder / "log").read_text(errors="replace")[-2000:])
        time.sleep(0.05)


def _as(user: str, *command: str | Path) -> None:
    done = subprocess.run([*map(str, command)], user=user, capture_output=True, text=True, check=False, cwd="/")
    if done.returncode:
        raise DidNotStartError(done.stdout + done.stderr)
