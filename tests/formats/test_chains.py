"""Chains of hashed lines, and approvals: whatever stands in the files, it is read or refused in a sentence."""

import contextlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrust.core.formats.approvals import approved_by, read_approvals, write_approval
from mailtrust.core.formats.audit_trail import Ended, Line, TakingBack, write_line
from mailtrust.core.formats.hash_chain import FIRST, ChainBroken, hash_after, read_chain, whole_lines
from mailtrust.core.model.problem import UserProblem

AT = datetime(2027, 1, 10, 12, 30, 15, 999, tzinfo=UTC)
NAMES = st.text(max_size=60)
ACTS = st.builds(TakingBack, plan=NAMES) | st.builds(
    Ended, plan=NAMES, outcome=st.sampled_from(["proven", "taken-back"])
)


def trail(acts: list[TakingBack | Ended]) -> bytes:
    octets = b""
    for number, act in enumerate(acts, 1):
        _, head = read_chain(octets, Line)
        octets += write_line(act, number=number, at=AT, by="anna@post", head=head)
    return octets


@given(acts=st.lists(ACTS, max_size=6))
def test_what_is_written_is_read(acts: list[TakingBack | Ended]) -> None:
    octets = trail(acts)
    lines, head = read_chain(octets, Line)
    assert [line.act for line in lines] == acts
    assert all(line.at == AT.replace(microsecond=0) for line in lines)
    assert head in {*hash_after(octets), FIRST}
    assert read_chain(whole_lines(octets + b'{"n": 1'), Line) == (lines, head)


@given(acts=st.lists(ACTS, min_size=2, max_size=6), data=st.data())
def test_any_octet_that_is_changed_is_seen(acts: list[TakingBack | Ended], data: st.DataObject) -> None:
    octets = bytearray(trail(acts))
    _, head = read_chain(bytes(octets), Line)
    at = data.draw(st.integers(0, len(octets) - 1))
    octets[at] ^= data.draw(st.integers(1, 255))
    try:
        _, now = read_chain(bytes(octets), Line)
    except ChainBroken:
        return
    assert now != head  # the last line is held by who knows the head


def test_a_line_end_that_is_changed_is_seen() -> None:
    octets = trail([TakingBack(plan="one"), TakingBack(plan="two")])
    for changed in (octets.replace(b"\n", b"\r", 1), octets.replace(b"\n", b"\r\n", 1)):
        with pytest.raises(ChainBroken):
            read_chain(changed, Line)


@given(
    octets=st.binary(max_size=400) | st.binary(max_size=200).map(lambda some: write_approval("a", "b", AT, "") + some)
)
def test_whatever_stands_there(octets: bytes) -> None:
    for read in (lambda: read_approvals(octets, "PLAN.approvals"), lambda: read_chain(octets, Line)):
        with contextlib.suppress(UserProblem):
            read()


def test_each_person_counts_once_and_for_this_plan_alone() -> None:
    octets = b"".join(
        write_approval(plan, by, AT, note)
        for plan, by, note in (
            ("one", "anna", ""),
            ("one", "bert", "yes\n\x1b[31m"),
            ("one", "anna", ""),
            ("two", "carl", ""),
        )
    )
    found = approved_by(read_approvals(octets, "f"), "one")
    assert [(one.by, "\x1b" in one.note) for one in found] == [("anna", False), ("bert", False)]


def test_a_file_too_large_is_refused() -> None:
    with pytest.raises(UserProblem, match="at most 1 MiB"):
        read_approvals(b"\n" * (2**20 + 1), "f")
