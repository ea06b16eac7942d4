"""This machine: files replaced whole, programs that hang or flood, sockets, and a sentence for every refusal."""

import asyncio
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.settings import Server
from mailtrust.edge.probe.loop import run as run_loop
from mailtrust.edge.transport.local import LARGEST, MOST_PRINTED, LocalMachine
from mailtrust.edge.transport.machine import Failed, NotAllowed, NotThere
from mailtrust.edge.transport.reaching import machine_for

HERE = LocalMachine()
OWN = f"{os.geteuid()}:{os.getegid()}"
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away and is still refused nothing")


def test_sudo_is_for_whoever_runs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server("web", (), "nginx", "local", sudo=True)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(UserProblem, match="web is on this machine and wants sudo: run mailtrust itself with it"):
        machine_for(server)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert machine_for(server) == HERE


async def test_a_file_is_read_whole_with_owner_and_mode_where_it_really_is(tmp_path: Path) -> None:
    real, link = tmp_path / "real.pem", tmp_path / "link.pem"
    real.write_bytes(b"octets")
    real.chmod(0o640)
    link.symlink_to(real)
    file = await HERE.read(str(link))
    assert (file.octets, file.mode, file.owner, file.path) == (b"octets", 0o640, OWN, str(real))
    assert "octets'" not in repr(file)


async def test_what_is_no_file_or_too_large_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    large = tmp_path / "large"
    large.write_bytes(b"")
    os.truncate(large, LARGEST + 1)
    for path, said in ((tmp_path / "pipe", "a device"), (tmp_path, "Is a directory"), (large, "larger than 4 MiB")):
        with pytest.raises(Failed, match=said):
            await HERE.read(str(path))
    with pytest.raises(NotThere, match=r"Expected .*/nothing on this machine, but it is not there"):
        await HERE.read(str(tmp_path / "nothing"))


async def test_names_are_sorted_and_none_is_no_error(tmp_path: Path) -> None:
    for name in ("b.conf", "a.conf", "c.txt", ".hidden.conf"):
        (tmp_path / name).touch()
    assert await HERE.names(f"{tmp_path}/*.conf") == (f"{tmp_path}/a.conf", f"{tmp_path}/b.conf")
    assert await HERE.names(f"{tmp_path}/c.txt") == (f"{tmp_path}/c.txt",)
    assert await HERE.names(f"{tmp_path}/nothing/*") == ()


async def test_a_file_is_replaced_behind_its_link_with_the_mode_that_is_asked_for(tmp_path: Path) -> None:
    real, link = tmp_path / "real.pem", tmp_path / "link.pem"
    real.write_bytes(b"old")
    link.symlink_to(real)
    await HERE.write(str(link), b"new", mode=0o640, owner=OWN)
    assert link.is_symlink()
    assert (real.read_bytes(), real.stat().st_mode & 0o7777) == (b"new", 0o640)
    assert sorted(os.listdir(tmp_path)) == ["link.pem", "real.pem"]


@needs_root
async def test_owner_and_attributes_stay(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    path.write_bytes(b"old")
    os.setxattr(path, "user.note", b"kept")
    await HERE.write(str(path), b"new", mode=0o640, owner="12:34")
    known = path.stat()
    assert (known.st_uid, known.st_gid, known.st_mode & 0o7777) == (12, 34, 0o640)
    assert os.getxattr(path, "user.note") == b"kept"
    await HERE.keep(str(path), str(tmp_path / "kept" / "plan" / "1-key.pem"))
    copy = (tmp_path / "kept" / "plan" / "1-key.pem").stat()
    assert (copy.st_uid, copy.st_gid, copy.st_mode & 0o7777) == (12, 34, 0o640)
    assert [(tmp_path / folder).stat().st_mode & 0o7777 for folder in ("kept", "kept/plan")] == [0o700, 0o700]
    os.chmod(tmp_path, 0o751)
    await HERE.keep(str(tmp_path / "kept" / "plan" / "1-key.pem"), str(tmp_path / "back.pem"))
    assert os.stat(tmp_path).st_mode & 0o7777 == 0o751  # a file is put back where others have to find it


async def test_a_new_file_gets_its_folder_and_replaces_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "new.pem"
    await HERE.write(str(path), b"first", mode=0o600, owner=None, new=True)
    assert (path.read_bytes(), path.stat().st_mode & 0o7777) == (b"first", 0o600)
    with pytest.raises(Failed, match="exists"):
        await HERE.write(str(path), b"second", mode=0o600, owner=None, new=True)
    assert path.read_bytes() == b"first"
    assert os.listdir(path.parent) == ["new.pem"]


async def test_what_a_killed_write_left_behind_is_swept(tmp_path: Path) -> None:
    path, left = tmp_path / "key.pem", tmp_path / ".key.pem.mailtrust-abcdefgh"
    others = tmp_path / ".other.pem.mailtrust-abcdefgh"
    others.touch()
    left.write_bytes(b"half a key")
    await HERE.write(str(path), b"whole", mode=0o600, owner=None)
    assert sorted(os.listdir(tmp_path)) == [others.name, "key.pem"]
    left.write_bytes(b"half a key")
    await HERE.remove(str(path))
    await HERE.remove(str(path))
    assert os.listdir(tmp_path) == [others.name]


async def test_a_program_is_run_without_a_shell(tmp_path: Path) -> None:
    printed = await HERE.run(("cat", "-"), "said; $(id)")
    assert (printed.status, printed.output, printed.errors) == (0, "said; $(id)", "")
    printed = await HERE.run((sys.executable, "-c", "import sys; print('bad', file=sys.stderr); sys.exit(3)"))
    assert (printed.status, printed.output, printed.errors) == (3, "", "bad\n")
    with pytest.raises(NotThere, match="Expected the program no-such-program on this machine, found none"):
        await HERE.run(("no-such-program",))
    (tmp_path / "text").touch(mode=0o644)
    with pytest.raises(NotAllowed, match=r"does not allow it: .*/text\. Let a user do it who may"):
        await HERE.run((str(tmp_path / "text"),))


async def test_a_program_that_does_not_listen_or_floods_is_no_trouble() -> None:
    assert (await HERE.run(("true",), "x" * 10**6)).status == 0
    flood = await HERE.run(("head", "-c", "5000000", "/dev/zero"))
    assert len(flood.output) == MOST_PRINTED


def test_so_it_is_on_the_loop_of_the_command() -> None:
    async def many() -> None:
        for said in ("", "x" * 10**6):
            for _ in range(20):
                assert (await HERE.run(("true",), said)).status == 0
        assert (await HERE.run(("cat", "-"), "heard")).output == "heard"
        with pytest.raises(Failed, match="was stopped"):
            await HERE.run(("sleep", "300"), seconds=1)

    run_loop(many())


async def test_a_program_that_hangs_is_stopped_with_all_that_it_has_started(tmp_path: Path) -> None:
    child = tmp_path / "child"
    with pytest.raises(Failed, match="was not done after 1 seconds, and was stopped"):
        await HERE.run(("sh", "-c", f"sleep 300 & echo $! > {child}; wait"), seconds=1)
    for _ in range(500):
        if not _runs(int(child.read_text())):
            break
        await asyncio.sleep(0.01)
    assert not _runs(int(child.read_text()))


async def test_a_daemon_that_keeps_the_output_open_keeps_nobody_waiting(tmp_path: Path) -> None:
    child = tmp_path / "child"
    printed = await HERE.run(("sh", "-c", f"echo started; setsid sleep 300 & echo $! > {child}"), seconds=60)
    try:
        assert (printed.status, printed.output) == (0, "started\n")
        assert _runs(int(child.read_text()))  # what was started on purpose lives on
    finally:
        os.kill(int(child.read_text()), 9)


async def test_a_run_that_is_given_up_leaves_nothing_running(tmp_path: Path) -> None:
    child = tmp_path / "child"
    running = asyncio.create_task(HERE.run(("sh", "-c", f"echo $$ > {child}; exec sleep 300")))
    while not child.exists() or not child.read_text():  # noqa: ASYNC110 - another process tells it
        await asyncio.sleep(0.01)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert not _runs(int(child.read_text()))


async def test_a_run_that_is_given_up_while_its_program_starts_leaves_nothing_running(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program may have started others before whoever starts it is told that it runs."""
    child, usual, told = tmp_path / "child", asyncio.create_subprocess_exec, asyncio.Event()

    async def told_late(*command: str, **how: Any) -> asyncio.subprocess.Process:
        process = await usual(*command, **how)
        await told.wait()
        return process

    monkeypatch.setattr(asyncio, "create_subprocess_exec", told_late)
    running = asyncio.create_task(HERE.run(("sh", "-c", f"sleep 300 & echo $! > {child}; wait")))
    while not child.exists() or not child.read_text():  # noqa: ASYNC110 - another process tells it
        await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.sleep(0)
    told.set()
    with pytest.raises(asyncio.CancelledError):
        await running
    for _ in range(500):
        if not _runs(int(child.read_text())):
            break
        await asyncio.sleep(0.01)
    assert not _runs(int(child.read_text()))


async def test_a_programs_socket_is_talked_to(tmp_path: Path) -> None:
    heard = []
    talks: list[asyncio.Task[None] | None] = []

    async def program(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talks.append(asyncio.current_task())
        heard.append(await reader.readline())
        if heard[-1] == b"flood\n":
            writer.write(b"x" * 200_000)
        if heard[-1] == b"hang\n":
            await reader.read()
        writer.write(b"Success!\n")
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()

    path = str(tmp_path / "socket")
    server = await asyncio.start_unix_server(program, path)
    assert await HERE.talk(path, b"commit") == "Success!\n"
    with pytest.raises(Failed, match="longer than 64 KiB"):
        await HERE.talk(path, b"flood")
    with pytest.raises(Failed, match="not done after 1 seconds"):
        await HERE.talk(path, b"hang", seconds=1)
    server.close()
    await server.wait_closed()
    await asyncio.gather(*filter(None, talks))
    with pytest.raises(Failed, match="refused"):
        await HERE.talk(path, b"commit")
    with pytest.raises(NotThere):
        await HERE.talk(f"{path}-not", b"commit")
    assert heard == [b"commit\n", b"flood\n", b"hang\n"]


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"
