"""The journal of a plan: whole up to its last line feed, wherever it was cut."""

import os
import stat
from pathlib import Path

import pytest

from mailtrust.core.model.problem import UserProblem
from mailtrust.edge.transport.journal import (
    Back,
    Begun,
    Doing,
    Done,
    Ended,
    Journal,
    Left,
    Past,
    Proven,
    Record,
    Superseded,
    TakingBack,
    Was,
)
from mailtrust.edge.transport.state import State, state_folder

RECORDS: tuple[Record, ...] = (
    Begun("2026-05-04T00:00:00+00:00", {"2": "aa"}),
    Doing("1", digest="bb"),
    Done("1"),
    Doing("2", Was("/etc/ssl/schlüssel.pem", "aa", 0o640, "0:115"), "/kept/2-x", "cc"),
    Done("2"),
    Proven(["1", "2"]),
    Doing("3", ttl=300),
    TakingBack(["3"], "It failed."),
    Left("3", "Changed\nsince."),
    Back("2"),
    Ended("stopped"),
    Superseded("0123456789abcdef"),
)


def told(records: tuple[Record, ...]) -> Past:
    past = Past()
    for record in records:
        if isinstance(record, Begun):
            past = Past(record)
        else:
            past.take(record)
    return past


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    journal = Journal(path)
    assert journal.past == Past()
    for number, record in enumerate(RECORDS, 1):
        journal.write(record)
        assert Journal(path).past == journal.past == told(RECORDS[:number])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_bytes().count(b"\n") == len(RECORDS)


def test_wherever_it_is_cut_the_whole_lines_count_and_the_next_one_follows_them(tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    journal = Journal(whole)
    for record in RECORDS:
        journal.write(record)
    content = whole.read_bytes()
    cut = tmp_path / "cut"
    for at in range(len(content)):
        cut.write_bytes(content[:at])
        lines = content[:at].count(b"\n")
        journal = Journal(cut)
        assert journal.past == told(RECORDS[:lines])
        if at % 7 == 0:
            journal.write(Done("9"))
            assert Journal(cut).past == told((*RECORDS[:lines], Done("9")))


def test_a_line_that_is_damaged_is_told(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    for bad in (b"{}\n", b"\x00\n", b'{"event":"doing"}\n', b'{"event":"unheard-of"}\n'):
        path.write_bytes(b'{"event":"done","step":"1"}\n' + bad)
        with pytest.raises(UserProblem, match=r"Line 2 of the journal .* is damaged"):
            Journal(path)


def test_what_cannot_be_written_down_is_not_so_unless_it_is_only_noted(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "nowhere" / "journal.jsonl")
    with pytest.raises(UserProblem, match="Nothing is done that is not written down first"):
        journal.write(Done("1"))
    assert journal.past == Past()
    journal.note(Back("1"))
    assert journal.past.back == {"1"}
    assert "could not be written" in str(journal.trouble)


def test_where_it_stands(tmp_path: Path) -> None:
    home = Path("/home/somebody")
    assert state_folder("linux", {}, home) == home / ".local/state/mailtrust"
    assert state_folder("linux", {"XDG_STATE_HOME": "/s"}, home) == Path("/s/mailtrust")
    assert state_folder("linux", {"XDG_STATE_HOME": "relative"}, home) == home / ".local/state/mailtrust"
    assert state_folder("darwin", {}, home) == home / "Library/Application Support/mailtrust/state"
    assert state_folder("win32", {"LOCALAPPDATA": "/l"}, home) == Path("/l/mailtrust/state")
    state = State(tmp_path)
    assert state.copies("0" * 64, here=True) == f"{tmp_path}/plans/{'0' * 64}/kept"
    assert state.copies("0" * 64, here=False) == f"/var/lib/mailtrust/kept/{'0' * 64}"
    for bad in ("", "../../etc", "A" * 64, "0" * 65):
        with pytest.raises(UserProblem, match="is not the id of a plan"):
            state.journal(bad)
    assert os.listdir(tmp_path) == []
