"""registry.pol: read and written byte for byte, merged without touching what is not ours, and refused when damaged."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrust.core.formats.preg import (
    Entry,
    PolicyFileProblem,
    RegistryType,
    binary,
    dword,
    merged,
    read_policy,
    string,
    strings,
    without,
    write_policy,
)

# Whatever 16-bit units a file holds, halves of surrogate pairs too; only a NUL ends a string.
NAMES = st.text(st.characters(min_codepoint=1, codec=None, exclude_categories=()), max_size=12)
ENTRIES = st.builds(Entry, NAMES, NAMES, st.integers(0, 2**32 - 1), st.binary(max_size=40))
POLICIES = st.lists(ENTRIES, max_size=6).map(tuple)
ORDERS = st.sampled_from(["**del.x", "**delvals.", "**DeleteValues", "**DeleteKeys", "**soft.x", "x", "X", ""])
FEW = st.builds(
    Entry, st.sampled_from(["a", "A", "a\\b", "c"]), ORDERS, st.just(4), st.integers(0, 3).map(lambda n: bytes([n] * 4))
)
WANTED = st.lists(
    st.builds(lambda n, v: dword(n, "x", v), st.sampled_from(["a", "A\\B"]), st.integers(0, 3)), max_size=2
)


def utf16(value: str) -> bytes:
    return value.encode("utf-16-le", "surrogatepass")


@given(st.lists(st.tuples(*[st.lists(st.integers(1, 0xFFFF), max_size=8)] * 2, st.binary(max_size=9)), max_size=4))
def test_octets_come_back_as_they_were(lines: list[tuple[list[int], list[int], bytes]]) -> None:
    def units(numbers: list[int]) -> bytes:
        return b"".join(struct.pack("<H", number) for number in [*numbers, 0])

    octets = b"PReg\x01\0\0\0" + b"".join(
        b"[\0" + units(key) + b";\0" + units(name) + b";\0\x03\0\0\0;\0" + struct.pack("<I", len(data)) + b";\0" + data
        + b"]\0"
        for key, name, data in lines
    )  # fmt: skip
    assert write_policy(read_policy(octets)) == octets


@given(POLICIES)
def test_entries_come_back_as_they_were(entries: tuple[Entry, ...]) -> None:
    # Two halves of a pair written one after the other are the pair.
    once = read_policy(write_policy(entries))
    assert write_policy(once) == write_policy(entries)
    assert [(utf16(one.key), utf16(one.name), one.type, one.data) for one in once] == [
        (utf16(one.key), utf16(one.name), one.type, one.data) for one in entries
    ]


@given(POLICIES, st.data())
def test_every_cut_is_refused(entries: tuple[Entry, ...], data: st.DataObject) -> None:
    octets = write_policy(entries)
    ends = {len(write_policy(entries[:count])) for count in range(len(entries) + 1)}
    cut = data.draw(st.integers(0, len(octets)))
    if cut in ends:
        assert read_policy(octets[:cut]) == read_policy(octets)[: len(read_policy(octets[:cut]))]
    else:
        with pytest.raises(PolicyFileProblem):
            read_policy(octets[:cut])


def carried_out(entries: tuple[Entry, ...]) -> dict[tuple[str, str], bytes]:
    """What MS-GPREG 3.2.5.1 makes of a policy: its entries in their order."""
    values: dict[tuple[str, str], bytes] = {}
    for entry in entries:
        key, name = entry.key.lower(), entry.name.lower()
        if not name.startswith("**"):
            values[key, name] = entry.data
        elif name.startswith("**del."):
            values.pop((key, name.removeprefix("**del.")), None)
        elif name.startswith(("**delvals", "**deletevalues")):
            values = {place: data for place, data in values.items() if place[0] != key}
        elif name.startswith("**deletekeys"):
            values = {place: data for place, data in values.items() if not place[0].startswith(f"{key}\\")}
    return values


@given(st.lists(FEW, max_size=8).map(tuple), WANTED.map(tuple))
def test_what_is_merged_counts_and_the_rest_stays(existing: tuple[Entry, ...], wanted: tuple[Entry, ...]) -> None:
    result = merged(existing, wanted)
    meant = {entry.place: entry.data for entry in wanted}
    assert {place: data for place, data in carried_out(result).items() if place in meant} == meant
    # Everything else is there as it was, in its order.
    assert [one for one in result if one.place not in meant] == [one for one in existing if one.place not in meant]
    assert merged(result, wanted) == result


@given(st.lists(FEW, max_size=8).map(tuple), WANTED.map(tuple))
def test_what_is_taken_away_is_gone_and_the_rest_stays(existing: tuple[Entry, ...], wanted: tuple[Entry, ...]) -> None:
    places = {entry.place for entry in wanted}
    assert without(merged(existing, wanted), places) == tuple(one for one in existing if one.place not in places)


def test_types_are_written_as_windows_writes_them() -> None:
    assert dword("k", "n", 7) == Entry("k", "n", RegistryType.DWORD, b"\x07\0\0\0")
    assert string("k", "n", "MY") == Entry("k", "n", RegistryType.SZ, b"M\0Y\0\0\0")
    assert strings("k", "n", ("1", "2")) == Entry("k", "n", RegistryType.MULTI_SZ, b"1\0\0\0" + b"2\0\0\0" + b"\0\0")
    assert binary("k", "n", b"\x01") == Entry("k", "n", RegistryType.BINARY, b"\x01")


@pytest.mark.parametrize(
    ("octets", "said"),
    [
        (b"", "PReg"),
        (b"Windows Registry Editor Version 5.00", "PReg"),
        (b"PReg\x02\0\0\0", "got 2"),
        (b"PReg\x01\0\0\0[", "octet 8"),
        (write_policy((dword("k", "n", 1),)) + b"x", "octet 40"),
        (b"PReg\x01\0\0\0" + bytes(20 * 2**20), "at most"),
    ],
    ids=["empty", "regedit", "version", "cut", "more", "large"],
)
def test_what_is_no_policy_is_told(octets: bytes, said: str) -> None:
    with pytest.raises(PolicyFileProblem, match=said):
        read_policy(octets)
