"""A text as the words that count, whatever it has been through."""

# ruff: noqa: RUF001 - people's own quotation marks and commas

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrust.core.messages.tokens import MOST_CHARACTERS, fold, tokens


def words(value: str) -> list[str]:
    return [token.text for token in tokens(value)]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("Impossible d’établir une RELATION", "impossible d etablir une relation"),
        ("self-signed", "self signed"),
        ("can&amp;#x27;t &lt;host&gt;", "can t host"),
        (r"d\u2019approbation\nFehler", "d approbation fehler"),
        ("not validThe Gmail app", "not valid the gmail app"),
        ("Zerti\u00adfikat\u200b", "zertifikat"),
        ("Größe", "grosse"),
        ("ＳＳＬ", "ssl"),
        ("0x800B0109 SEC_ERROR_UNKNOWN_ISSUER", "0x800b0109 sec_error_unknown_issuer"),
        ("4.7.5 Server", "4.7.5 server"),
        ("", ""),
        ("… — !", ""),
    ],
)
def test_words_without_case_accents_escapes_and_layout(given: str, expected: str) -> None:
    assert " ".join(words(given)) == expected


def test_chinese_gives_pairs_of_neighbours() -> None:
    assert words("证书无效，SSL错误") == ["证书", "书无", "无效", "ssl", "错误"]
    assert words("好") == ["好"]


@pytest.mark.parametrize(
    ("given", "proving"),
    [
        ("certificate of mail.example.com expired", "certificate of expired"),
        ("see https://mail.example.com/owa?x=1 now", "see now"),
        ("2026-03-01 12:00:01 from 192.0.2.1:25 to user@example.com", "from to"),
        ("error 14094418 again", "error again"),
    ],
)
def test_what_belongs_to_one_server_or_moment_proves_nothing(given: str, proving: str) -> None:
    assert " ".join(token.text for token in tokens(given) if not token.incidental) == proving


@given(st.text(max_size=400))
def test_any_text_gives_tokens(value: str) -> None:
    for token in tokens(value):
        assert token.text
        assert not any(character.isspace() for character in token.text)


@given(st.text(max_size=200))
def test_folding_a_folded_text_again_changes_no_word(value: str) -> None:
    if "&" not in fold(value) and "\\" not in fold(value):
        assert words(fold(value)) == words(value)


def test_a_flood_is_cut() -> None:
    assert len(tokens("word " * MOST_CHARACTERS)) <= MOST_CHARACTERS // 5 + 1
