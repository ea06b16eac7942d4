"""A renewal that is killed at every call that changes something: the runs after it come to the same end."""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

FILES = ["current.key", "current.pem", "record.json"]


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is of POSIX systems")
def test_killed_anywhere_the_next_runs_come_to_the_same_end(tmp_path: Path) -> None:
    # In memory a disk's patience is not what is measured.
    where = Path(tempfile.mkdtemp(dir="/dev/shm" if Path("/dev/shm").is_dir() else tmp_path))
    try:
        kill_everywhere(where / "world")
    finally:
        shutil.rmtree(where)


def kill_everywhere(world: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.renew.small_world", world],
        cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert len(seen) > 60
    assert {one["how"] for one in seen} == {"killed"}
    for one in seen:
        assert one["last"] == "not-due", one
        assert all(one[name] for name in ("in_service", "kept", "key", "noted", "zone")), one
        assert one["files"] == FILES, one
        # Ordered twice only where it was killed between the CA's answer and the disk.
        assert one["orders"] <= 2, one
    assert sum(one["orders"] == 2 for one in seen) <= 8
