"""Another machine by a real sshd: what this machine can do, it can; and a sentence for whatever keeps it from that."""

import asyncio
import hashlib
import os
import signal
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from tests.programs.daemons import Daemons, FreePorts, NotInstalledError
from tests.programs.sshd import Sshd, start_sshd

from mailtrust.core.formats.ssh_destination import Destination, read_destination
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.server_facts import FileAt, NoAnswer
from mailtrust.core.model.settings import Server
from mailtrust.edge.transport import ssh
from mailtrust.edge.transport.asking import answer
from mailtrust.edge.transport.limits import LARGEST, MOST_PRINTED
from mailtrust.edge.transport.local import LocalMachine
from mailtrust.edge.transport.machine import Failed, NotAllowed, NotThere, Unreachable
from mailtrust.edge.transport.reaching import machine_for
from mailtrust.edge.transport.ssh import SshMachine

pytestmark = [pytest.mark.real_server, pytest.mark.asyncio(loop_scope="module")]
OWN = f"{os.geteuid()}:{os.getegid()}"


@pytest.fixture(scope="module")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    folder = tmp_path_factory.mktemp("sshd")
    if os.geteuid() != 0:
        _leave_out("sshd lets nobody in but whom root lets")
    with Daemons(folder) as daemons:
        try:
            yield start_sshd(daemons, folder / "sshd", FreePorts())
        except NotInstalledError as missing:
            _leave_out(str(missing))


def _leave_out(why: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(why)
    pytest.skip(why)


@pytest.fixture(autouse=True)
def home(sshd: Sshd, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(sshd.home))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=[False, True], ids=["root", "sudo"])
async def there(sshd: Sshd, request: pytest.FixtureRequest) -> AsyncIterator[SshMachine]:
    machine = SshMachine(read_destination(sshd.reach), sudo=request.param)
    yield machine
    await machine.close()


async def test_a_file_is_read_whole_with_owner_and_mode_where_it_really_is(there: SshMachine, tmp_path: Path) -> None:
    real, link = tmp_path / "real 'one'.pem", tmp_path / "-link.pem"
    octets = bytes(range(256)) * 300
    real.write_bytes(octets)
    real.chmod(0o640)
    link.symlink_to(real)
    assert await there.read(str(link)) == await LocalMachine().read(str(link))
    real.write_bytes(b"")
    assert (await there.read(str(link))).octets == b""


async def test_what_is_no_file_or_too_large_is_not_read(there: SshMachine, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    large = tmp_path / "large"
    large.touch()
    os.truncate(large, LARGEST + 1)
    for path, said in ((tmp_path / "pipe", "a device"), (tmp_path, "a folder"), (large, "larger than 4 MiB")):
        with pytest.raises(Failed, match=said):
            await there.read(str(path))
    with pytest.raises(NotThere, match=r"nothing on root@127\.0\.0\.1:\d+, but it is not there"):
        await there.read(str(tmp_path / "nothing"))
    assert isinstance(await answer(there, FileAt(str(tmp_path / "nothing"))), NoAnswer)


async def test_a_pattern_means_what_it_means_here(there: SshMachine, tmp_path: Path) -> None:
    for name in ("b.conf", "a.conf", "c d.txt", ".hidden.conf", "$(touch x).conf", "it's.conf", "x;y.conf"):
        (tmp_path / name).touch()
    for pattern in ("*.conf", "[ab].conf", "c ?.txt", "$(touch x).conf", "it's*", "x;y.conf", "none*", "*/*"):
        assert await there.names(f"{tmp_path}/{pattern}") == await LocalMachine().names(f"{tmp_path}/{pattern}")
    assert not (tmp_path / "x").exists()


async def test_a_file_is_replaced_behind_its_link(there: SshMachine, tmp_path: Path) -> None:
    real, link = tmp_path / "real.pem", tmp_path / "li nk.pem"
    real.write_bytes(b"old")
    os.setxattr(real, "user.note", b"kept")
    link.symlink_to(real)
    await there.write(str(link), b"new\0octets", mode=0o640, owner="12:34")
    assert link.is_symlink()
    known = real.stat()
    assert (real.read_bytes(), known.st_mode & 0o7777, known.st_uid, known.st_gid) == (b"new\0octets", 0o640, 12, 34)
    assert os.getxattr(real, "user.note") == b"kept"
    assert sorted(os.listdir(tmp_path)) == ["li nk.pem", "real.pem"]
    await there.keep(str(link), str(tmp_path / "kept" / "1-real.pem"))
    copy = tmp_path / "kept" / "1-real.pem"
    assert (copy.read_bytes(), copy.stat().st_uid, copy.stat().st_mode & 0o7777) == (b"new\0octets", 12, 0o640)
    assert copy.parent.stat().st_mode & 0o7777 == 0o700
    os.chmod(tmp_path, 0o751)
    await there.keep(str(copy), str(tmp_path / "back.pem"))
    assert os.stat(tmp_path).st_mode & 0o7777 == 0o751  # a file is put back where others have to find it


async def test_a_new_file_gets_its_folder_and_replaces_nothing(there: SshMachine, tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "new.pem"
    await there.write(str(path), b"first", mode=0o600, owner=None, new=True)
    with pytest.raises(Failed, match="there already"):
        await there.write(str(path), b"second", mode=0o600, owner=None, new=True)
    assert (path.read_bytes(), path.stat().st_mode & 0o7777, os.listdir(path.parent)) == (b"first", 0o600, ["new.pem"])
    await there.remove(str(path))
    await there.remove(str(path))
    assert os.listdir(path.parent) == []


async def test_what_arrives_torn_replaces_nothing(
    there: SshMachine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "key.pem"
    path.write_bytes(b"old")
    monkeypatch.setattr(hashlib, "sha256", lambda _: hashlib.md5(b"of more than arrives"))
    with pytest.raises(Unreachable, match=r"broke while .* was written; nothing was replaced"):
        await there.write(str(path), b"half", mode=0o600, owner=None)
    assert (path.read_bytes(), os.listdir(tmp_path)) == (b"old", ["key.pem"])


async def test_a_program_is_run_without_a_shell(there: SshMachine, tmp_path: Path) -> None:
    printed = await there.run(("cat", "-"), "said; $(id) é")
    assert (printed.status, printed.output, printed.errors) == (0, "said; $(id) é", "")
    printed = await there.run(("sh", "-c", 'echo "$1" >&2; exit 3', "sh", "$(id) 'x'"))
    assert (printed.status, printed.output, printed.errors) == (3, "", "$(id) 'x'\n")
    with pytest.raises(NotThere, match="Expected the program no-such-program"):
        await there.run(("no-such-program",))
    (tmp_path / "text").touch(mode=0o644)
    with pytest.raises(NotAllowed, match="does not allow it"):
        await there.run((str(tmp_path / "text"),))
    assert (await there.run(("true",), "x" * 10**6)).status == 0
    assert len((await there.run(("head", "-c", "9000000", "/dev/zero"))).output) >= MOST_PRINTED


async def test_a_program_that_hangs_is_stopped(there: SshMachine) -> None:
    with pytest.raises(Failed, match="was not done after 1 seconds, and was stopped"):
        await there.run(("sleep", "300"), seconds=1)


async def test_a_socket_is_talked_to(there: SshMachine, tmp_path: Path) -> None:
    path = str(tmp_path / "socket")

    async def served(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"heard " + await reader.readline())
        writer.close()

    server = await asyncio.start_unix_server(served, path)
    try:
        assert await there.talk(path, b"show info") == "heard show info\n"
    finally:
        server.close()
        await server.wait_closed()


async def test_a_full_disk_and_one_that_is_read_only_are_told(there: SshMachine, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    _run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk)
    try:
        (disk / "key.pem").write_bytes(b"old")
        with pytest.raises(Failed, match="make room"):
            await there.write(f"{disk}/key.pem", b"x" * 10**6, mode=0o600, owner=None)
        assert ((disk / "key.pem").read_bytes(), os.listdir(disk)) == (b"old", ["key.pem"])
        _run("mount", "-o", "remount,ro", disk)
        with pytest.raises(Failed, match="have it made writable"):
            await there.write(f"{disk}/key.pem", b"new", mode=0o600, owner=None)
    finally:
        _run("umount", disk)


def _run(*command: str | Path) -> None:
    subprocess.run(command, check=True)


async def test_who_is_not_known_is_not_spoken_to(sshd: Sshd, tmp_path: Path) -> None:
    empty = tmp_path / "known_hosts"
    empty.touch()
    machine = SshMachine(read_destination(sshd.reach), known_hosts=str(empty))
    with pytest.raises(NotAllowed, match=r"The host key of .* is not among the known ones"):
        await machine.read("/etc/hostname")


async def test_who_is_not_let_in_is_told_so(sshd: Sshd, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".ssh").mkdir()
    (tmp_path / ".ssh" / "known_hosts").write_bytes((sshd.home / ".ssh" / "known_hosts").read_bytes())
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(NotAllowed, match="lets nobody in"):
        await SshMachine(read_destination(sshd.reach)).read("/etc/hostname")


async def test_nobody_there(sshd: Sshd) -> None:
    machine = SshMachine(read_destination("ssh://root@127.0.0.1:1"))
    with pytest.raises(Unreachable, match="cannot be reached by SSH"):
        await machine.read("/etc/hostname")


async def test_a_connection_that_ends_in_the_middle(
    sshd: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = SshMachine(read_destination(sshd.reach))
    mark = tmp_path / "pid"
    running = asyncio.create_task(machine.run(("sh", "-c", f"echo $PPID > {mark}; sleep 300")))
    for _ in range(600):
        if mark.exists() and mark.read_text().strip():
            break
        await asyncio.sleep(0.05)
    for session in _sessions(int(mark.read_text())):
        os.kill(session, signal.SIGKILL)
    with pytest.raises(Unreachable, match="Nobody knows whether the last thing asked of it was done"):
        await running
    assert (await machine.run(("true",))).status == 0  # the next call connects anew
    await machine.close()


def _sessions(pid: int) -> Iterator[int]:
    """The processes of sshd above this one, but for the daemon itself."""
    while pid > 1:
        name, _, parent = _stat(pid)
        if name == "sshd" and _stat(parent)[0] == "sshd":
            yield pid
        pid = parent


def _stat(pid: int) -> tuple[str, str, int]:
    name, _, rest = Path(f"/proc/{pid}/stat").read_text().partition("(")[2].rpartition(")")
    return name, rest.split()[0], int(rest.split()[1])


async def test_without_a_password_sudo_does_nothing(sshd: Sshd, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = SshMachine(read_destination(sshd.reach), sudo=True)
    monkeypatch.setattr(ssh.shlex, "join", lambda words: "echo 'sudo: a password is required' >&2; exit 1")
    with pytest.raises(NotAllowed, match="NOPASSWD"):
        await machine.run(("true",))
    await machine.close()


@pytest.mark.parametrize(
    ("reach", "host", "user", "port"),
    [
        ("ssh://web.example.com", "web.example.com", None, None),
        ("ssh://admin@web.example.com:2222", "web.example.com", "admin", 2222),
        ("ssh://root@[2001:db8::1]:22", "2001:db8::1", "root", 22),
    ],
)
async def test_destinations(reach: str, host: str, user: str | None, port: int | None) -> None:
    assert read_destination(reach) == Destination(host, user, port)


@pytest.mark.parametrize("reach", ["ssh://", "ssh://-oProxyCommand=id", "http://host", "ssh://a b", "ssh://host:port"])
async def test_no_destination(reach: str) -> None:
    with pytest.raises(UserProblem, match="ssh://USER@HOST"):
        read_destination(reach)


async def test_the_way_that_the_file_names() -> None:
    assert isinstance(machine_for(Server("a", (), reach="local")), LocalMachine)
    assert machine_for(Server("a", (), reach="ssh://root@a.example", sudo=True)).name == "root@a.example"
    with pytest.raises(UserProblem, match=r"Expected local, ssh://USER@HOST or ssh://USER@HOST:PORT"):
        machine_for(Server("a", (), reach="telnet://a"))
