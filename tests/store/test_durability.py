"""Nothing that was committed is lost, and nothing is half there: kills, full disks, locks, and what strace sees."""

import os
import re
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.programs.postgresql import Server
from tests.store.conftest import Pki

from mailtrust.edge.store import postgresql as postgresql_engine
from mailtrust.edge.store import sqlite as sqlite_engine
from mailtrust.edge.store.place import read_place
from mailtrust.edge.store.store import Store
from mailtrust.edge.store.vault import KeySource
from mailtrust.flows.store import Gathered, Who, take_in

Run = Callable[..., Any]
Write = Callable[..., Path]
SEEN = "fsync,fdatasync,rename,renameat,renameat2,link,linkat,write,pwrite64"
COMMAND = (sys.executable, "-m", "mailtrust", "store")


def crash(folder: Path, rounds: int, *url: str) -> tuple[int, int]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.store.crashes", folder, str(rounds), *url],
        capture_output=True, text=True, check=False, cwd=Path(__file__).parent.parent.parent,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = re.fullmatch(r"killed (\d+), committed (\d+), not told \d+\n", done.stdout)
    assert found, done.stdout
    return int(found[1]), int(found[2])


@pytest.mark.parametrize("rounds", [20, pytest.param(200, marks=pytest.mark.long)])
def test_killed_at_any_moment(tmp_path: Path, rounds: int) -> None:
    killed, committed = crash(tmp_path, rounds)
    assert killed == rounds
    assert committed >= rounds / 2, "children were killed before they did anything"


def test_killed_at_any_moment_on_a_server(tmp_path: Path, postgresql: Server) -> None:
    killed, _ = crash(tmp_path, 5, postgresql.socket_url(postgresql.database()))
    assert killed == 5


def test_two_who_write_at_once(place: str, pki: Pki) -> None:
    now = datetime.now(UTC)
    store = Store.open(read_place(place), now, create=True)
    pairs = [pki.leaf(f"h{number}.example.com") for number in range(16)]
    failed: list[BaseException] = []

    def work(mine: list[Any]) -> None:
        try:
            own = Store.open(read_place(place), now)
            for one, key in mine:
                take_in(own, Gathered((one,), (key,)), KeySource(b"secret"), Who("thread", now))
        except BaseException as error:  # noqa: BLE001 - told below
            failed.append(error)

    both = [threading.Thread(target=work, args=(pairs[at::2] + pairs[:2],)) for at in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert not failed
    with store.reading() as reader:
        assert len(reader.holdings().certificates) == 16
        assert [change.number for change in reader.changes()] == [*range(1, 33)]


def test_a_locked_store(
    run: Run, flags: tuple[str, ...], place: str, pki: Pki, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_engine, "PATIENCE", 0.1)
    monkeypatch.setattr(postgresql_engine, "SECONDS", 1)
    run("import", write("one.pem", pki.leaf()[0]), *flags)
    store = Store.open(read_place(place), datetime.now(UTC))
    with store.writing("somebody", datetime.now(UTC)):
        done = run("import", write("two.pem", pki.leaf()[0]), *flags)
        assert run("list", *flags[:2]).status == 0, "who reads is not kept waiting"
    assert done.status == 2
    assert "is locked: another program is writing to it" in done.err
    assert "Nothing was taken in." in done.err
    assert run("import", "two.pem", *flags).status == 0


def test_a_full_disk(tmp_path: Path, run: Run, pki: Pki, write: Write) -> None:
    """No file may grow beyond 150 KB: the log of a large import comes to more."""
    flags = ("--store", "s.db")
    run("import", write("one.pem", pki.leaf()[0]), *flags)
    many = [pki.leaf(*(f"a{number}-{name}.example.com" for name in range(60)))[0] for number in range(120)]
    write("many.pem", *many)

    def small() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, 150_000))

    done = subprocess.run(
        [*COMMAND, "import", "many.pem", *flags], preexec_fn=small, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2, done.stderr
    assert "the disk is full, or no file may grow so large" in done.stderr
    assert len(run("list", *flags, "--format", "json").out.split(b'"sha1"')) == 2
    done = subprocess.run(
        [*COMMAND, "backup", "b.db", *flags],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (9000, 9000)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    assert not [path for path in tmp_path.iterdir() if path.name.startswith((".b.db", "b.db"))]


def test_a_place_where_nothing_can_be_made(run: Run, pki: Pki, write: Write) -> None:
    done = run("import", write("mail.pem", pki.leaf()[0]), "--store", "/sys/s.db")
    assert done.status == 2
    assert re.search("Could not make /sys/s.db: .* denied. Name another place with --store.", done.err)
    done = run("import", "mail.pem", "--store", "/tmp")
    assert "is a folder: give the file of the store, such as /tmp/store.db" in done.err


def test_a_folder_that_is_closed(run: Run, pki: Pki, write: Write) -> None:
    """As somebody else than root, whom no mode stops."""
    folder = Path(tempfile.mkdtemp())
    try:
        flags = ("--store", folder / "s.db")
        assert run("import", write("mail.pem", pki.leaf()[0]), *flags).status == 0
        shutil.copy("mail.pem", folder)
        os.chmod(folder / "s.db", 0o444)
        os.chmod(folder, 0o555)
        with somebody_else():
            found = run("list", *flags), run("import", folder / "mail.pem", *flags)
        for done in found:
            assert done.status == 2
            assert "cannot be opened for writing" in done.err
            assert "The file and its folder must be writable for who runs this" in done.err
    finally:
        os.chmod(folder, 0o755)
        shutil.rmtree(folder)


@contextmanager
def somebody_else() -> Iterator[None]:
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed: make test-servers")
class TestWhatStraceSees:
    def calls(self, folder: Path, *arguments: str) -> list[str]:
        done = subprocess.run(
            ["strace", "-f", "-y", "-o", folder / "trace", "-e", f"trace={SEEN}", *COMMAND, *arguments],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return [line.split(None, 1)[1] for line in (folder / "trace").read_text().splitlines()]

    def test_files_are_on_the_disk_before_they_have_their_name(
        self, run: Run, tmp_path: Path, pki: Pki, write: Write
    ) -> None:
        leaf, key = pki.leaf()
        write("mail.pem", leaf, key)
        for arguments, name in (
            (("import", "mail.pem", "--store", "s.db"), "s.db.key"),
            (("export", "mail.example.com", "--store", "s.db", "-o", "out.pem"), "out.pem"),
            (("backup", "b.db", "--store", "s.db"), "b.db"),
        ):
            calls = self.calls(tmp_path, *arguments)
            (named,) = [
                number for number, call in enumerate(calls)
                if (call.startswith(("rename", "link")) and call.rstrip().endswith(f'{name}") = 0'))
                or (call.startswith(("linkat", "renameat")) and f'{name}"' in call)
            ]  # fmt: skip
            temporary = re.findall(r'"([^"]+)"', calls[named])[0]
            synced = [number for number, call in enumerate(calls) if call.startswith("fsync(") and temporary in call]
            written = [number for number, call in enumerate(calls) if "write" in call[:9] and temporary in call]
            assert written, calls
            assert max(written) < max(synced) < named, f"{name} had its name before it was on the disk"
            folder = [
                number for number, call in enumerate(calls)
                if call.startswith("fsync(") and f"<{tmp_path}>" in call and number > named
            ]  # fmt: skip
            assert folder, f"the folder of {name} was not synced"

    def test_what_is_told_was_committed(self, run: Run, tmp_path: Path, pki: Pki, write: Write) -> None:
        run("import", write("first.pem", pki.leaf()[0]), "--store", "s.db")
        write("mail.pem", pki.leaf()[0])
        calls = self.calls(tmp_path, "import", "mail.pem", "--store", "s.db")
        log = [number for number, call in enumerate(calls) if "s.db-wal" in call and "write" in call[:9]]
        synced = [number for number, call in enumerate(calls) if re.match(r"f(data)?sync\(.*s\.db-wal", call)]
        told = [number for number, call in enumerate(calls) if call.startswith("write(2<") and "kept: " in call]
        assert log
        assert told
        assert any(log[-1] > number for number in log)
        assert any(min(log) < number < told[0] for number in synced), "told before it was on the disk"


def test_the_files_are_their_owners_alone(run: Run, tmp_path: Path, pki: Pki, write: Write) -> None:
    leaf, key = pki.leaf()
    old = os.umask(0)
    try:
        run("import", write("mail.pem", leaf, key), "--store", "new/s.db")
        run("backup", "b.db", "--store", "new/s.db")
    finally:
        os.umask(old)
    reader = sqlite3.connect(tmp_path / "new" / "s.db")
    reader.execute("SELECT count(*) FROM keys").fetchone()
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700
    modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "new").iterdir()}
    reader.close()
    assert {"s.db", "s.db.key"} <= set(modes)
    assert set(modes.values()) == {0o600}, modes
    assert (tmp_path / "b.db").stat().st_mode & 0o777 == 0o600
