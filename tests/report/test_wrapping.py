"""Lines end where they may, and never beyond the page."""

# ruff: noqa: RUF001 - signs that look alike are meant here
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.text import Text as Styled

from mailtrust.core.report.wrapping import cut, wrap

PROSE = st.text(st.sampled_from("ab c，。（「邮件服务器é-/."), max_size=120)


def lines(value: str, width: int) -> list[str]:
    return [line.plain for line in wrap(Styled(value), width)]


@given(PROSE, st.integers(2, 40))
def test_nothing_is_lost_and_nothing_sticks_out(value: str, width: int) -> None:
    shown = lines(value, width)
    assert all(cell_len(line) <= width for line in shown)
    assert "".join(shown).replace(" ", "") == value.replace(" ", "")


@given(PROSE, st.integers(0, 30), st.sampled_from(["…", "..."]))
def test_what_is_cut_fits(value: str, width: int, ellipsis: str) -> None:
    shown = cut(value, width, ellipsis)
    assert cell_len(shown) <= width
    assert shown == value if cell_len(value) <= width else not shown or shown.endswith(ellipsis)


@pytest.mark.parametrize(
    ("value", "width", "expected"),
    [
        ("", 10, [""]),
        ("one two three", 7, ["one two", "three"]),
        ("one  two", 4, ["one", "two"]),
        ("abcdefghij", 4, ["abcd", "efgh", "ij"]),
        ("服务器没有发送中间证书。", 10, ["服务器没有", "发送中间证", "书。"]),
        ("没有发送证书，请检查", 12, ["没有发送证", "书，请检查"]),  # no line begins with a comma
        ("服务器（mail.example.com）没有", 20, ["服务器", "（mail.example.com）", "没有"]),
        ("il dit : non", 6, ["il", "dit :", "non"]),
        ("dit « oui » et", 9, ["dit", "« oui »", "et"]),
    ],
)
def test_examples(value: str, width: int, expected: list[str]) -> None:
    assert lines(value, width) == expected


def test_styles_stay_with_their_words() -> None:
    first, second = wrap(Styled.assemble(("red words ", "red"), ("and bold ones", "bold")), 13)
    assert first.plain == "red words and"
    assert [(span.style, first.plain[span.start : span.end]) for span in first.spans] == [
        ("red", "red words "),
        ("bold", "and"),
    ]
    assert [(span.style, second.plain[span.start : span.end]) for span in second.spans] == [("bold", "bold ones")]
