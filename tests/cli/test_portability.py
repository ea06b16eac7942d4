"""Administrators of Exchange sit at Windows: check and bundle need nothing that only POSIX has."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mailtrust.core.rollout import BY_ID

POSIX_ONLY = ("fcntl", "grp", "pty", "pwd", "resource", "syslog", "termios", "tty", "uvloop")

# What Windows does not have is taken away from everything that is ours; the standard library keeps its own way.
PROGRAM = f"""
import builtins, os, sys
real_import = builtins.__import__

def guarded(name, globals=None, locals=None, fromlist=(), level=0):
    importer = (globals or {{}}).get("__name__", "")
    if name.split(".")[0] in {POSIX_ONLY!r} and importer.startswith(("mailtrust", "dns", "rich", "h11", "OpenSSL")):
        raise ImportError(f"{{importer}} wants {{name}}, which Windows does not have")
    return real_import(name, globals, locals, fromlist, level)

builtins.__import__ = guarded
for name in ("chown", "fchmod", "fork", "getegid", "geteuid", "getgid", "getuid", "mkfifo", "setsid", "uname"):
    if name != "uname":
        delattr(os, name)
from mailtrust.cli.main import main
sys.exit(main(sys.argv[1:]))
"""


def on_windows(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments], cwd=cwd, capture_output=True, text=True, check=False
    )


def test_check_and_bundle_run_without_what_only_posix_has(incomplete: Any, tmp_path: Path) -> None:
    url = incomplete.url("imaps")
    looked = on_windows("check", url, *incomplete.flags, "--save", "case.json", cwd=tmp_path)
    assert (looked.returncode, looked.stderr) == (1, "")
    made = on_windows("bundle", url, *incomplete.flags, "-o", "bundle.pem", cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    judged = on_windows("check", "--from", "case.json", "--with", "bundle.pem", cwd=tmp_path)
    assert judged.returncode == 0, judged.stderr


@pytest.mark.parametrize("way", BY_ID)
def test_every_way_is_made_without_what_only_posix_has(way: str, incomplete: Any, tmp_path: Path) -> None:
    root = incomplete.world.folder / "root.pem"
    done = on_windows("trust", way, "--root", str(root), "--out", "kit", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "kit" / "README.txt").is_file()


def test_the_guard_guards(tmp_path: Path) -> None:
    program = PROGRAM.replace("from mailtrust.cli.main import main", "__name__ = 'mailtrust'; import termios")
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert "wants termios" in done.stderr
