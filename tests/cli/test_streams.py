"""Pipes, terminals and signals: the command as a process among others."""

import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

COMMAND = (sys.executable, "-m", "mailtrust")
LONG = 60
"""Seconds after which a test has failed; nothing is measured."""

pty = pytest.importorskip("pty", reason="these tests need POSIX terminals")


@pytest.fixture
def terminal() -> Iterator[tuple[int, Callable[[], str]]]:
    """A terminal: its end for the command, and what reads what was written to it."""
    ours, theirs = pty.openpty()
    written = bytearray()

    def read() -> str:
        while select.select([ours], [], [], 0.2)[0]:
            try:
                piece = os.read(ours, 65536)
            except OSError:
                break
            if not piece:
                break
            written.extend(piece)
        return written.decode("utf-8")

    yield theirs, read
    os.close(ours)
    os.close(theirs)


def imaps(world: Any) -> tuple[str, ...]:
    return ("check", world.url("imaps"), *world.flags, "--client", "openssl")


class TestPipes:
    @pytest.mark.parametrize("lines", [0, 1])
    @pytest.mark.parametrize("form", ["text", "json"])
    def test_a_reader_that_leaves_is_no_failure(self, healthy: Any, lines: int, form: str) -> None:
        process = subprocess.Popen(
            [*COMMAND, *imaps(healthy), "--format", form], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        assert process.stdout is not None
        assert process.stderr is not None
        for _ in range(lines):
            assert process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        process.stderr.close()
        assert process.wait(LONG) == 0

    def test_the_status_stays_that_of_the_findings(self, incomplete: Any) -> None:
        process = subprocess.Popen([*COMMAND, *imaps(incomplete)], stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.close()
        assert process.wait(LONG) == 1

    def test_help_for_a_reader_that_has_left(self) -> None:
        process = subprocess.Popen([*COMMAND, "check", "--help"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.close()
        _, said = process.communicate(timeout=LONG)
        assert (process.returncode, said) == (0, b"")

    @pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
    def test_streams_that_the_caller_closed(self, healthy: Any, closed: str) -> None:
        done = subprocess.run(
            ["sh", "-c", f'"$@" {closed}', "sh", *COMMAND, *imaps(healthy)], capture_output=True, check=False
        )
        assert done.returncode == 0
        assert done.stderr == b""

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
    def test_a_full_disk_is_told(self, healthy: Any) -> None:
        with open("/dev/full", "wb") as full:
            done = subprocess.run([*COMMAND, *imaps(healthy)], stdout=full, stderr=subprocess.PIPE, check=False)
        assert done.returncode == 2
        assert done.stderr == b"mailtrust: Could not write to standard output: No space left on device.\n"

    def test_a_narrow_character_set_gets_a_report_that_it_can_hold(self, incomplete: Any) -> None:
        for encoding in ("ascii", "latin-1", "cp437"):
            done = subprocess.run(
                [*COMMAND, *imaps(incomplete)], env={**os.environ, "PYTHONIOENCODING": encoding},
                capture_output=True, check=False,
            )  # fmt: skip
            assert done.returncode == 1, done.stderr
            assert "mail.example.test" in done.stdout.decode(encoding)
            assert "?──" not in done.stdout.decode(encoding)


class TestTerminals:
    def test_progress_is_for_a_person_and_leaves_no_trace(self, healthy: Any, terminal: Any) -> None:
        theirs, read = terminal
        done = subprocess.run(
            [*COMMAND, *imaps(healthy)], stdout=subprocess.PIPE, stderr=theirs,
            env={**os.environ, "TERM": "xterm"}, check=False,
        )  # fmt: skip
        shown = read()
        assert "Asking ports: " in shown
        assert "\x1b" not in shown
        assert shown.rstrip(" ").endswith("\r")
        assert shown.split("\r")[-2].strip() == ""
        assert b"Asking ports" not in done.stdout

    def test_no_progress_for_a_dumb_terminal_or_a_pipe(self, healthy: Any, terminal: Any) -> None:
        theirs, read = terminal
        subprocess.run([*COMMAND, *imaps(healthy)], stdout=subprocess.PIPE, stderr=theirs,
                       env={**os.environ, "TERM": "dumb"}, check=False)  # fmt: skip
        assert read() == ""
        piped = subprocess.run([*COMMAND, *imaps(healthy)], capture_output=True, check=False)
        assert piped.stderr == b""

    @pytest.mark.parametrize(
        ("variables", "coloured"),
        [({"TERM": "xterm"}, True), ({"TERM": "xterm", "NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)],
    )
    def test_colours_on_a_terminal(
        self, healthy: Any, terminal: Any, variables: dict[str, str], coloured: bool
    ) -> None:
        theirs, read = terminal
        subprocess.run([*COMMAND, *imaps(healthy)], stdout=theirs, env={**os.environ, **variables}, check=False)
        assert ("\x1b[" in read()) is coloured

    def test_the_terminals_width_is_used(self, healthy: Any, terminal: Any) -> None:
        import fcntl
        import struct
        import termios

        theirs, read = terminal
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 70, 0, 0))
        # GNU readline, where something has imported it, puts COLUMNS into the environment behind Python's back.
        subprocess.run([*COMMAND, *imaps(healthy), "--colour", "never"], stdout=theirs, env={**os.environ}, check=False)
        assert 60 < max(map(len, read().splitlines())) <= 70

    @pytest.mark.parametrize("form", ["haproxy", "pem", "pfx", "exchange"])
    def test_a_key_is_never_shown(self, incomplete: Any, terminal: Any, form: str) -> None:
        theirs, read = terminal
        key = incomplete.world.listener("mail", "imaps").folder / "key.pem"
        done = subprocess.run(
            [*COMMAND, "bundle", *incomplete.given, "--for", form, "--key", str(key)],
            stdout=theirs, stderr=subprocess.PIPE, check=False,
        )  # fmt: skip
        assert done.returncode == 2
        assert b"which is not shown on a terminal: give -o FILE" in done.stderr
        assert read() == ""

    def test_octets_that_are_no_text_are_not_shown_either(self, incomplete: Any, terminal: Any) -> None:
        theirs, read = terminal
        done = subprocess.run([*COMMAND, "bundle", *incomplete.given, "--for", "exchange"], stdout=theirs,
                              stderr=subprocess.PIPE, check=False)  # fmt: skip
        assert done.returncode == 2
        assert b"a terminal cannot show it" in done.stderr
        assert read() == ""

    def test_a_password_is_asked_for_and_not_echoed(self, incomplete: Any, tmp_path: Path) -> None:
        key = incomplete.world.listener("mail", "imaps").folder / "key.pem"
        out = tmp_path / "mail.pfx"
        arguments = [
            "bundle",
            *incomplete.given,
            "--for",
            "pfx",
            "--key",
            str(key),
            "--password-file",
            "-",
            "-o",
            str(out),
        ]
        # A process of its own forks: this one has threads.
        spawn = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))"
        with subprocess.Popen(
            [sys.executable, "-c", spawn, *COMMAND, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            shown = b""
            while not shown.endswith(b"Password: "):
                octet = process.stdout.read(1)
                assert octet, shown
                shown += octet
            process.stdin.write(b"geheim\n")
            process.stdin.flush()
            shown += process.stdout.read()
        assert process.returncode == 0, shown
        assert b"geheim" not in shown
        from mailtrust.core.x509.containers import read_container

        assert read_container(out.read_bytes(), "mail.pfx", b"geheim").keys


class TestSignals:
    def test_ctrl_c_ends_it_with_a_sentence(self) -> None:
        """While it waits for a server that says nothing."""
        with socket.create_server(("127.0.0.1", 0)) as silent:
            silent.settimeout(LONG)
            process = subprocess.Popen(
                [*COMMAND, "check", f"imap://127.0.0.1:{silent.getsockname()[1]}"],
                stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            )  # fmt: skip
            met, _ = silent.accept()
            process.send_signal(signal.SIGINT)
            out, said = process.communicate(timeout=LONG)
            met.close()
        assert process.returncode == 130
        assert out == b""
        assert said == b"mailtrust: Stopped; nothing was changed.\n"

    def test_a_mistake_of_our_own_is_told_without_its_traceback(self, tmp_path: Path) -> None:
        program = (
            "import mailtrust.cli.check as check, mailtrust.cli.main as main, sys\n"
            "def broken(options): raise ZeroDivisionError('by \\x1b[31mus')\n"
            "check.run = broken\n"
            "sys.exit(main.main(['check', 'x']))"
        )
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
        assert done.returncode == 3
        assert "mailtrust met a mistake of its own (ZeroDivisionError: by" in done.stderr
        assert "Traceback" not in done.stderr
        assert "\x1b" not in done.stderr
        debug = {**os.environ, "MAILTRUST_DEBUG": "1"}
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, env=debug)
        assert "Traceback" in done.stderr
