"""`mailtrust lab` as a person uses it."""

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailtrust.lab.scenarios import SCENARIOS
from mailtrust.lab.stories import STORIES

COMMAND = [sys.executable, "-m", "mailtrust", "lab"]


def lab(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, check=False, env=english())


def english() -> dict[str, str]:
    return {**os.environ, "LC_ALL": "C.UTF-8", "LANGUAGE": "en"}


def test_list_names_every_scenario() -> None:
    done = lab("list")
    assert done.returncode == 0
    known = [*(scenario.id for scenario in SCENARIOS), *(story.id for story in STORIES)]
    assert [line.split()[0] for line in done.stdout.splitlines()] == known


def test_run_shows_what_was_expected_and_found() -> None:
    done = lab("run", "missing-intermediate")
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"ok +gmail-android at https://mail\.example\.test:443 +refused", done.stdout)
    assert re.search(r"ok +chain-incomplete +found", done.stdout)
    assert "DIFF" not in done.stdout


@pytest.mark.parametrize(
    "arguments", [["run"], ["run", "--all", "healthy"], ["run", "no-such-thing"], ["up", "neither"]]
)
def test_wrong_usage_is_explained(arguments: list[str]) -> None:
    done = lab(*arguments)
    assert done.returncode == 2
    assert "xpected" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture
def up(tmp_path: Path) -> Iterator[tuple["subprocess.Popen[str]", Path]]:
    folder = tmp_path / "world"
    process = subprocess.Popen(
        [*COMMAND, "up", "missing-intermediate", "--folder", str(folder)],
        stdout=subprocess.PIPE,
        text=True,
        env=english(),
    )
    yield process, folder
    if process.poll() is None:
        process.kill()
    process.communicate()


def as_told(command: str, folder: Path) -> int:
    """A command of the page, in a shell that has read the world's file; its exit status."""
    script = f". ./lab.env; {shlex.quote(sys.executable)} -m mailtrust {command}"
    return subprocess.run(["sh", "-c", script], cwd=folder, capture_output=True, check=False).returncode


@pytest.mark.skipif(sys.platform == "win32", reason="the page's commands are for a POSIX shell")
def test_up_stays_until_it_is_stopped_and_reads_new_bundles(up: tuple["subprocess.Popen[str]", Path]) -> None:
    process, folder = up
    assert process.stdout is not None
    for line in process.stdout:
        if "Ctrl-C" in line:
            break
    page = (folder / "README.txt").read_text()
    assert "mailtrust check mail.example.test" in page
    if shutil.which("openssl"):
        commands = [line for line in page.splitlines() if "openssl s_client" in line]
        assert len(commands) == 3
        for command in commands:
            said = subprocess.run(command, shell=True, cwd=folder, capture_output=True, text=True, check=False)
            assert "unable to get local issuer certificate" in said.stderr, said
    assert as_told("check $TARGET $FLAGS", folder) == 1
    assert as_told("bundle $TARGET $FLAGS --for nginx -o new-bundle.pem", folder) == 0
    assert as_told("check $TARGET $FLAGS --with new-bundle.pem", folder) == 0
    for port in (443, 587, 993):
        shutil.copyfile(folder / "new-bundle.pem", folder / f"mail.example.test-{port}" / "bundle.pem")
        assert f"mail.example.test:{port}" in process.stdout.readline()
    assert as_told("check $TARGET $FLAGS", folder) == 0
    bundle = folder / "mail.example.test-443" / "bundle.pem"
    bundle.write_text("nonsense")
    assert str(bundle) in process.stdout.readline()
    process.send_signal(signal.SIGINT)
    assert process.wait() == 0
