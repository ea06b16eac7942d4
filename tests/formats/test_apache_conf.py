"""Apache's grammar: places and words, whatever the text."""

from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from mailtrust.core.formats.apache_conf import ApacheConfError, Directive, read_apache_conf, words_of, written

JOINTS = ("\\\n", "\\\r\n", "\\\\\n")
PIECES = st.sampled_from([*"ab\\\"'<># \n\t\r", *JOINTS, "</a>", "<a>\n", "</a>\n", "<a b>", '\\"', "\x0b", "\u00a0"])
TEXT = st.lists(PIECES, max_size=40).map("".join) | st.text()


def every(directives: tuple[Directive, ...]) -> Iterator[Directive]:
    for one in directives:
        yield one
        yield from every(one.block or ())


@given(TEXT)
def test_any_text_is_read_or_refused_and_every_place_is_right(source: str) -> None:
    try:
        found = read_apache_conf(source)
    except ApacheConfError:
        return
    for one in every(found):
        assert one.line == source.count("\n", 0, one.at) + 1 or "\\" in source
        words = words_of(one.said)
        assert len(one.spans) == len(words)
        for word, (start, end) in zip(words, one.spans, strict=True):
            assert one.at <= start < end <= one.end
            if "\\" not in source and '"' not in source and "'" not in source:
                assert source[start:end] == word


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n\r"), min_size=1))
def test_what_is_written_is_read(argument: str) -> None:
    (found,) = read_apache_conf(f"SSLCertificateFile {written(argument)}\n")
    assert words_of(found.said) == (argument,)


@given(TEXT, st.integers(0, 5))
def test_a_word_is_replaced_and_the_others_stay(source: str, number: int) -> None:
    try:
        found = [one for one in every(read_apache_conf(source)) if one.block is None and one.spans]
    except ApacheConfError:
        return
    if number >= len(found):
        return
    old = found[number]
    start, end = old.spans[0]
    after = source[:start] + written("/new") + source[end:]
    if end < len(source) and source[end] not in " \t\r\n":
        return  # a quote that is closed in the middle of a word
    new = [one for one in every(read_apache_conf(after)) if one.block is None and one.spans][number]
    assert words_of(new.said)[0] == "/new"
    assert words_of(new.said)[1:] == words_of(old.said)[1:]
