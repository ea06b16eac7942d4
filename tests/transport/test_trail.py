"""The file of the audit trail: what is not read whole is neither believed nor written to."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailtrust.core.formats.audit_trail import NAME, Ended
from mailtrust.core.model.problem import UserProblem
from mailtrust.edge.transport import trail as trail_module
from mailtrust.edge.transport.trail import Trail

NOW = datetime(2026, 1, 1, tzinfo=UTC)
DONE = Ended(plan="ab" * 32, outcome="proven")


def test_lines_follow_each_other(tmp_path: Path) -> None:
    trail = Trail(tmp_path)
    assert trail.read().lines == ()
    for _ in range(3):
        trail.add(DONE, at=NOW, by="anna@desk")
    read = Trail(tmp_path).read()
    assert [line.n for line in read.lines] == [1, 2, 3]
    assert (len(read.head), read.octets) == (64, (tmp_path / NAME).read_bytes())


def test_a_trail_that_is_too_long_is_left_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trail = Trail(tmp_path)
    for _ in range(3):
        trail.add(DONE, at=NOW, by="anna@desk")
    before = (tmp_path / NAME).read_bytes()
    monkeypatch.setattr(trail_module, "MOST_BYTES", len(before) - 1)
    with pytest.raises(UserProblem, match="got more"):
        trail.add(DONE, at=NOW, by="anna@desk")
    assert (tmp_path / NAME).read_bytes() == before
