"""`mailtrust apply` on an nginx that runs: done and proven, taken back, failing in every way, killed anywhere."""

import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.programs.daemons import LOOPBACK, Daemons, FreePorts
from tests.programs.sshd import start_sshd
from tests.real_servers.applying import HOST, Web, killed, start_web

from mailtrust.core.x509.pem import to_pem_chain
from mailtrust.edge.transport.state import ON_SERVERS, State
from mailtrust.flows.apply import interrupted
from mailtrust.lab.pki import Issued

pytestmark = pytest.mark.real_server
SECONDS = 10
CUT_OFF = (
    "one=$$; while [ $one -gt 1 ]; do one=$(awk '{print $4}' /proc/$one/stat); "
    "case $(cat /proc/$one/comm) in sshd*) kill -9 $one; break;; esac; done; sleep 1; exit 1"
)
"""Whoever runs under sshd ends the connection that it came by."""


@pytest.fixture(scope="module")
def started(
    server_folder: Path, free_port: Callable[[], int], installed: Callable[[str, str], str], daemons: Daemons
) -> Web:
    installed("nginx", "nginx")
    return start_web(daemons, server_folder / "applying", free_port())


@pytest.fixture
def web(started: Web) -> Iterator[Web]:
    yield started
    started.put_back()
    started.reload()
    _wait_for(started, started.old.certificate.der)


class Asking:
    """A client in the middle of its question."""

    def __init__(self, port: int) -> None:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        self._socket = context.wrap_socket(socket.create_connection((LOOPBACK, port), SECONDS))
        self._socket.sendall(b"GET / HTTP/1.1\r\n")

    def answer(self) -> bytes:
        """The rest of the question, and what comes."""
        self._socket.sendall(f"Host: {HOST}\r\nConnection: close\r\n\r\n".encode())
        said = b""
        while more := self._socket.recv(4096):
            said += more
        self._socket.close()
        return said


def test_done_and_proven_and_taken_back_while_a_client_is_connected(web: Web) -> None:
    asking = Asking(web.port)
    done = web.apply()
    assert done.returncode == 0, done.stderr
    assert "Done: the plan is applied, and proven on the wire." in done.stdout
    assert "Resolved on the wire: expired:" in done.stderr
    assert asking.answer().endswith(b"here\n")
    _wait_for(web, web.new.certificate.der)
    after = web.files()
    again = web.apply()
    assert (again.returncode, web.files()) == (0, after)
    assert "This plan is applied and proven already: there is nothing to do." in again.stdout
    asking = Asking(web.port)
    back = web.apply("--undo")
    assert (back.returncode, web.files()) == (0, web.before), back.stderr
    _wait_for(web, web.old.certificate.der)
    assert asking.answer().endswith(b"here\n")


def test_a_forgotten_reload_is_made_up_for_before_anything_is_wrong(web: Web) -> None:
    def put(issued: Issued) -> None:
        (web.here / "tls/mail.pem").write_text(to_pem_chain(issued.chain))
        (web.here / "tls/mail.key").write_bytes(issued.key_pem)

    put(web.new)
    web.reload()
    _wait_for(web, web.new.certificate.der)
    renewed = web.pki.leaf(HOST, key="ec-p256")
    put(renewed)
    fixed = web.run("fix", f"https://{HOST}:{web.port}", *web.looking, "--apply", "--state", web.here / "state")
    assert fixed.returncode == 0, fixed.stderr
    assert f"Resolved on the wire: served-not-assigned:{renewed.certificate.fingerprint[:16]}@web." in fixed.stderr
    _wait_for(web, renewed.certificate.der)
    again = web.run("fix", f"https://{HOST}:{web.port}", *web.looking, "--apply", "--state", web.here / "state")
    assert (again.returncode, "there is nothing to do" in again.stdout) == (0, True)


def test_the_same_through_sshd(
    web: Web,
    daemons: Daemons,
    free_port: FreePorts,
    installed: Callable[[str, str], str],
    as_root: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    installed("sshd", "openssh-server")
    sshd = start_sshd(daemons, web.here / "sshd", free_port)
    monkeypatch.setenv("HOME", str(sshd.home))
    there = web.plan_over(sshd.reach)
    modes = {path: path.stat().st_mode for path in (web.here, web.here / "tls", *(web.here / "tls").iterdir())}
    done = there.apply()
    assert done.returncode == 0, done.stderr
    _wait_for(web, web.new.certificate.der)
    (plan,) = State(web.here / "state").plans()
    kept = Path(ON_SERVERS, plan)
    assert [path.name for path in kept.iterdir()] == ["3-nginx.conf"]
    assert kept.stat().st_mode & 0o7777 == 0o700
    assert not list((web.here / "state").rglob("kept/*"))  # it stays where it is
    back = there.apply("--undo")
    assert (back.returncode, web.files()) == (0, web.before), back.stderr
    assert {path: path.stat().st_mode for path in modes} == modes
    assert not list(kept.iterdir())
    kept.rmdir()


def test_a_network_that_is_cut_in_the_middle_loses_nothing(
    web: Web, free_port: FreePorts, installed: Callable[[str, str], str], as_root: None,
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
) -> None:  # fmt: skip
    binary = installed("sshd", "openssh-server")
    here = tmp_path / "sshd"
    with Daemons(tmp_path) as first:
        sshd = start_sshd(first, here, free_port)
        monkeypatch.setenv("HOME", str(sshd.home))
        there = web.plan_over(sshd.reach)
        web.meddle(f'[ "$1" != -t ] || {{ kill -9 $(cat {here}/pid); {CUT_OFF}; }}\n')
        cut = there.apply()
        assert cut.returncode == 5, cut.stderr
        assert "NOT everything could be taken back" in cut.stdout
        assert set(web.files()) - set(web.before)
        assert web.served() == web.old.certificate.der
        away = there.apply()
        assert away.returncode == 5, away.stderr
    web.meddle("")
    with Daemons(tmp_path) as again:
        again.start([binary, "-D", "-e", "-f", here / "sshd_config"], [(LOOPBACK, sshd.port)])
        ended = there.apply()
        assert (ended.returncode, web.files()) == (4, web.before), ended.stderr
        assert there.apply().returncode == 0
        _wait_for(web, web.new.certificate.der)
        assert there.apply("--undo").returncode == 0
    (plan,) = State(web.here / "state").plans()
    Path(ON_SERVERS, plan).rmdir()


@pytest.fixture
def cable(as_root: None) -> Iterator[tuple[str, str, str]]:
    """Another network with one cable to it: the name of the network, the cable's end there, and its address."""
    network, here, there = "mailtrust-cut", "mt-here", "mt-there"
    lines = (
        f"netns add {network}",
        f"link add {here} type veth peer name {there} netns {network}",
        f"addr add 10.212.7.1/30 dev {here}",
        f"link set {here} up",
        f"-n {network} addr add 10.212.7.2/30 dev {there}",
        f"-n {network} link set {there} up",
        f"-n {network} link set lo up",
    )
    subprocess.run(["ip", "netns", "del", network], check=False, capture_output=True)
    for line in lines:
        subprocess.run(["ip", *line.split()], check=True)
    yield network, there, "10.212.7.2"
    subprocess.run(["ip", "netns", "del", network], check=True)


@pytest.mark.long
def test_a_cable_that_is_pulled_in_the_middle_loses_nothing(
    web: Web, free_port: FreePorts, installed: Callable[[str, str], str], cable: tuple[str, str, str],
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
) -> None:  # fmt: skip
    installed("sshd", "openssh-server")
    network, end, address = cable
    with Daemons(tmp_path) as daemons:
        sshd = start_sshd(daemons, tmp_path / "sshd", free_port, address, ("ip", "netns", "exec", network))
        monkeypatch.setenv("HOME", str(sshd.home))
        there = web.plan_over(sshd.reach)
        web.meddle(f'[ "$1" != -t ] || {{ ip link set {end} down; sleep 1; }}\n')
        cut = there.apply()
        assert cut.returncode == 5, cut.stderr
        assert "NOT everything could be taken back" in cut.stdout
        assert "Nobody knows whether the last thing asked of it was done" in cut.stderr + cut.stdout
        assert web.served() == web.old.certificate.der
        web.meddle("")
        subprocess.run(["ip", "-n", network, "link", "set", end, "up"], check=True)
        ended = there.apply()
        assert (ended.returncode, web.files()) == (4, web.before), ended.stderr
        assert there.apply().returncode == 0
        assert there.apply("--undo").returncode == 0
    (plan,) = State(web.here / "state").plans()
    Path(ON_SERVERS, plan).rmdir()


def test_somebody_has_to_say_yes(web: Web) -> None:
    refused = web.run("apply", web.plan, "--state", web.here / "state")
    assert (refused.returncode, web.files()) == (2, web.before)
    assert "standard input is no terminal, so nobody can be asked. Give --yes to go on." in refused.stderr


def test_a_file_that_has_changed_since_stops_it_and_is_named(web: Web) -> None:
    with (web.here / "nginx.conf").open("a") as conf:
        conf.write("# somebody was here\n")
    before = web.files()
    stopped = web.apply()
    assert (stopped.returncode, web.files()) == (4, before)
    assert f"other answers come from {web.here}/nginx.conf. Make the plan again." in stopped.stderr


@pytest.mark.parametrize(
    ("meddling", "said"),
    [
        ('[ "$1" != -t ] || { echo "emerg: it is wrong" >&2; exit 1; }\n', "emerg: it is wrong"),
        ('[ "$1" != reload ] || { echo "no process" >&2; exit 1; }\n', "no process"),
        ('[ "$1" != reload ] || exit 0\n', "Still there: expired:"),
    ],
    ids=["the test fails", "the reload fails", "the old certificate comes back"],
)
def test_what_fails_is_taken_back(web: Web, meddling: str, said: str) -> None:
    once = (
        f"[ -e {web.here}/state/failed ] || {{ {meddling.replace('exit', f'touch {web.here}/state/failed; exit')}}}\n"
    )
    web.meddle(once)
    failed = web.apply()
    assert (failed.returncode, web.files()) == (4, web.before), failed.stdout
    assert said in failed.stderr
    assert "What was begun has been taken back." in failed.stdout
    assert web.served() == web.old.certificate.der
    assert not list((web.here / "state").rglob("kept/*"))
    web.meddle("")
    assert web.apply().returncode == 0
    _wait_for(web, web.new.certificate.der)


def test_what_cannot_be_taken_back_is_said_loudly_and_the_next_run_does_it(web: Web) -> None:
    web.meddle('[ "$1" != reload ] || { echo "no process" >&2; exit 1; }\n')
    failed = web.apply()
    assert failed.returncode == 5
    assert "NOT everything could be taken back" in failed.stdout
    assert "Its last words: “no process”" in " ".join(failed.stdout.split())
    assert set(web.files()) - set(web.before)  # new files stay while nginx may still need them
    web.meddle("")
    again = web.apply()
    assert (again.returncode, web.files()) == (4, web.before)
    assert web.served() == web.old.certificate.der


def test_killed_while_it_waits_for_the_server(web: Web) -> None:
    web.meddle('[ "$1" != reload ] || kill -9 $PPID\n')
    assert web.apply().returncode == -9
    web.meddle("")
    assert interrupted(State(web.here / "state"))
    again = web.apply()
    assert (again.returncode, web.files()) == (4, web.before), again.stderr
    assert "A run before this one was interrupted" in again.stderr
    assert web.apply().returncode == 0
    _wait_for(web, web.new.certificate.der)


def test_fix_ends_what_was_interrupted_before_it_plans(web: Web) -> None:
    web.meddle('[ "$1" != reload ] || kill -9 $PPID\n')
    assert web.apply().returncode == -9
    web.meddle("")
    target = ("fix", f"https://{HOST}:{web.port}", "--with", web.here / "new.pem", "--key", web.here / "new.key")
    fixed = web.run(*target, *web.looking, "--apply", "--state", web.here / "state")
    assert fixed.returncode == 0, fixed.stderr
    _, _, back = fixed.stderr.rpartition("To take it back: mailtrust ")
    assert back.endswith(f"--undo --state {web.here / 'state'}\n")
    assert Path(back.split()[1]).is_file()
    assert "A run before this one was interrupted" in fixed.stderr
    assert "What was begun has been taken back." in fixed.stdout
    _wait_for(web, web.new.certificate.der)
    assert not interrupted(State(web.here / "state"))


@pytest.mark.long
def test_killed_at_every_call(web: Web) -> None:
    ends = {0: 0, 4: 0}
    for at in range(1, 1000):
        for when in ("before", "after"):
            died = web.apply(prefix=killed(at, when))
            if died.returncode == 0:
                assert ends[0] > 10
                assert ends[4] > 60
                return
            assert died.returncode == -9, (at, when, died.stderr)
            left_open = bool(interrupted(State(web.here / "state")))
            ended = web.apply()
            wanted = web.new if ended.returncode == 0 else web.old
            assert ended.returncode == (ended.returncode if left_open else 0), (at, when, ended.stderr)
            ends[ended.returncode] += 1
            _wait_for(web, wanted.certificate.der)
            if ended.returncode == 0:
                assert web.apply().stdout.startswith("Nothing was done.")
                back = web.apply("--undo")
                assert back.returncode == 0, (at, when, back.stderr)
            assert web.files() == web.before, (at, when)
            assert not interrupted(State(web.here / "state"))
            _wait_for(web, web.old.certificate.der)


def _wait_for(web: Web, leaf: bytes) -> None:
    """A reload answers before the new workers do."""
    for _ in range(200):
        if web.served() == leaf:
            return
    raise AssertionError("it never came")
