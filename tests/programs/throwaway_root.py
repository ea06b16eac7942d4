"""This very system with a layer over it: what a command changes there is gone afterwards, and was never here.

Linux only, and for root: the layer is an overlay in a mount namespace of its own.
"""

import os
import shlex
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

_SETUP = r"""
set -e
cd "$1"
mkdir -p layer
mount -t tmpfs tmpfs layer
mkdir layer/upper layer/work layer/root
mount -t overlay overlay -o lowerdir=/,upperdir=layer/upper,workdir=layer/work layer/root
for folder in /proc /dev /sys /tmp; do mount --rbind $folder "layer/root$folder"; done
mkdir -p "layer/root$1"
mount --bind "$1" "layer/root$1"
touch layer/root/.layer
exec chroot layer/root sh -c 'echo ready; exec sleep infinity'
"""

_INSIDE = '[ -e /.layer ] || exit 97; exec "$@"'
"""Whatever else goes wrong, nothing is run on the system itself."""


@dataclass(frozen=True)
class ThrowawayRoot:
    """One that is up."""

    pid: int
    here: Path
    """A folder that is the same inside and outside."""

    def command(self, *command: str | Path) -> list[str]:
        """What runs that command inside."""
        return ["nsenter", "-t", str(self.pid), "-m", "-r", "-w", "--", "sh", "-c", _INSIDE, "sh", *map(str, command)]

    def run(self, *command: str | Path, environment: Mapping[str, str] | None = None) -> str:
        """Run a command inside, to its end; gives what it printed. It has to succeed."""
        done = self.try_(*command, environment=environment)
        assert done.returncode == 0, f"{shlex.join(map(str, command))}\n{done.stdout}{done.stderr}"
        return done.stdout

    def try_(
        self, *command: str | Path, environment: Mapping[str, str] | None = None
    ) -> "subprocess.CompletedProcess[str]":
        """The same, and it may fail."""
        return subprocess.run(
            self.command(*command), check=False, capture_output=True, text=True, timeout=120,
            env={**os.environ, **(environment or {})},
        )  # fmt: skip

    def wrapper(self, program: str) -> str:
        """A program outside that is the one inside, for what wants the name of a program."""
        path = self.here / "wrappers" / program
        path.parent.mkdir(exist_ok=True)
        path.write_text(f'#!/bin/sh\nexec {shlex.join(self.command(program))} "$@"\n', "ascii")
        path.chmod(0o755)
        return str(path)


@contextmanager
def throwaway_root(here: Path) -> Iterator[ThrowawayRoot]:
    """Bring one up; the test is skipped where that is not allowed."""
    if os.geteuid() != 0:
        pytest.skip("only root can lay a layer over the system")
    started = subprocess.Popen(
        ["unshare", "--mount", "sh", "-c", _SETUP, "sh", str(here)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert started.stdout is not None
        assert started.stderr is not None
        if started.stdout.readline().strip() != "ready":
            pytest.skip(f"no layer can be laid over this system: {started.stderr.read().strip()}")
        yield ThrowawayRoot(started.pid, here)
    finally:
        started.kill()
        started.communicate()
