"""The line of every value in a TOML text, held against what Python's own reader makes of it."""

import tomllib
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrust.core.formats.toml_lines import Key, lines_of


def ways(value: object, key: Key = ()) -> Iterator[Key]:
    """The way to everything in a value."""
    if key:
        yield key
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in inside:
        yield from ways(inner, (*key, step))


BARE = st.from_regex(r"[A-Za-z0-9_-]{1,6}", fullmatch=True)
WORD = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=6)
KEY = BARE | WORD.map(lambda word: '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"')
SCALAR = st.one_of(
    st.sampled_from(
        [
            "1", "-1.5e3", "true", "inf", "2027-01-31", "2027-01-31 12:00:00.5Z", "12:00:00", "''", '""', "'#'", '"]"',
            '"a\\"b # c"', "'''x\n\"y\n'''", '"""\n [x] = "" \\" \n"""', '""""a"""""', "'''''", '"""\\\n   b"""',
        ]
    ).filter(lambda value: value != "'''''"),
    st.integers(0, 10**6).map(str),
)  # fmt: skip
GAP = st.sampled_from(["", " ", "\n", " # [no] = 'table'\n", "\r\n\t"])


def arrays(values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    elements = st.lists(st.tuples(GAP, values, GAP), max_size=3)
    return st.tuples(elements, st.sampled_from(["", ","]), GAP).map(
        lambda drawn: "[" + ",".join("".join(one) for one in drawn[0]) + (drawn[1] if drawn[0] else "") + drawn[2] + "]"
    )


def inline(values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pairs = st.lists(st.tuples(KEY, values), max_size=3, unique_by=lambda pair: pair[0])
    return pairs.map(lambda drawn: "{ " + ", ".join(f"{key} = {value}" for key, value in drawn) + " }")


VALUE = st.recursive(SCALAR, lambda inner: arrays(inner) | inline(inner), max_leaves=6)
DOTTED = st.lists(KEY, min_size=1, max_size=3).map(" . ".join)
LINE = st.one_of(
    st.tuples(DOTTED, VALUE).map(lambda pair: f"{pair[0]} = {pair[1]} # so"),
    DOTTED.map(lambda key: f"[{key}]"),
    st.sampled_from(["[[a]]", "[[ a . b ]] # more", "[a.c]", "[[d]]", "[d.e.f]"]),
    st.sampled_from(["", "# nothing", "\t"]),
)


@given(st.lists(LINE, max_size=8), st.sampled_from(["\n", "\r\n"]))
def test_every_value_has_a_line_and_nothing_else_has(lines: list[str], end: str) -> None:
    document = ""
    for line in lines:
        longer = f"{document}{line}{end}"
        try:
            tomllib.loads(longer)
        except tomllib.TOMLDecodeError:
            continue
        before, document = set(ways(tomllib.loads(document))), longer
        found = lines_of(document)
        assert set(found) == set(ways(tomllib.loads(document)))
        # What a line brings stands in it, or further down where the value goes on.
        first = document.count("\n") - line.count("\n") - end.count("\n") + 1
        assert all(found[key] >= first for key in set(found) - before)


@pytest.mark.parametrize(
    ("document", "lines"),
    [
        ("", {}),
        ("a = 1", {("a",): 1}),
        ("\na.b = [\n  1, # one\n  2]", {("a",): 2, ("a", "b"): 2, ("a", "b", 0): 3, ("a", "b", 1): 4}),
        ("a = '''\n\n'''\nb = 1", {("a",): 1, ("b",): 4}),
        ("[[t]]\n[[t]]\nx = 1", {("t",): 1, ("t", 0): 1, ("t", 1): 2, ("t", 1, "x"): 3}),
        ("[[t]]\n[t.u]\nx = {y = 1}", {("t",): 1, ("t", 0): 1, ("t", 0, "u"): 2, ("t", 0, "u", "x"): 3,
                                       ("t", 0, "u", "x", "y"): 3}),
        ('"a.b" = 1\n\'c d\'.e = 2', {("a.b",): 1, ("c d",): 2, ("c d", "e"): 2}),
    ],
)  # fmt: skip
def test_lines(document: str, lines: dict[Key, int]) -> None:
    assert lines_of(document) == lines
