"""Servers for renewals."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.programs.daemons import Daemons, FreePorts, NotInstalledError
from tests.renew.world import World, start_world


@pytest.fixture
def folder() -> Iterator[Path]:
    """One that the servers' unprivileged users can pass through, which pytest's own is not."""
    made = Path(tempfile.mkdtemp(prefix="mailtrust-renew-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
def world(folder: Path) -> Iterator[World]:
    if os.geteuid() != 0:
        pytest.skip("these servers are started by root only: run make test-servers as root")
    with Daemons(folder) as daemons:
        try:
            yield start_world(daemons, folder / "world", FreePorts())
        except NotInstalledError as missing:
            pytest.skip(str(missing))
