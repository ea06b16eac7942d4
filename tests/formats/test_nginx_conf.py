"""nginx's grammar: places and words, whatever the text."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrust.core.formats.nginx_conf import Directive, NginxConfError, read_nginx_conf, written

PIECES = st.sampled_from(
    [
        *"ab\\\"'${};# \n\t\r)(",
        "${x}",
        "''",
        "\\n",
        '\\"',
        "\x0b",
        "\u00a0",
        "x_by_lua_block {",
        "[==[",
        "]==]",
        "--",
        ";}",
    ]
)
TEXT = st.lists(PIECES, max_size=40).map("".join) | st.text()


def every(directives: tuple[Directive, ...]) -> Iterator[Directive]:
    for one in directives:
        yield one
        yield from every(one.block or ())


@given(TEXT)
def test_any_text_is_read_or_refused_and_every_place_is_right(source: str) -> None:
    try:
        found = read_nginx_conf(source)
    except NginxConfError:
        return
    for one in every(found):
        assert one.line == source.count("\n", 0, one.at) + 1
        assert len(one.spans) == len(one.arguments)
        for argument, (start, end) in zip(one.arguments, one.spans, strict=True):
            (again,) = read_nginx_conf(f"x {source[start:end]};")
            assert again.arguments == (argument,)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_what_is_written_is_read(argument: str) -> None:
    (found,) = read_nginx_conf(f"ssl_certificate {written(argument)};")
    assert found.arguments == (argument,)


@pytest.mark.parametrize(
    ("source", "name", "arguments"),
    [
        (r"server_name ~^www\d+\.example\.com$;", "server_name", (r"~^www\d+\.example\.com$",)),
        (r'a "b\"c" ' + r"'d\'e\\' f\ g;", "a", ('b"c', r"d'e\ "[:-1], r"f\ g")),
        ("a ${b}c{$d};", "", ()),
        ('return 200 "x;y{z}" ;', "return", ("200", "x;y{z}")),
        ("a b#c } ;", "", ()),
        ("a b}c;", "a", ("b}c",)),
        ('a "b")c;', "a", ("b", ")c")),
        ('a "b"c;', "", ()),
        ("a\u00a0b;", "a\u00a0b", ()),
    ],
)
def test_words_are_nginxs(source: str, name: str, arguments: tuple[str, ...]) -> None:
    if not name:
        with pytest.raises(NginxConfError):
            read_nginx_conf(source)
        return
    (found,) = read_nginx_conf(source)
    assert (found.name, found.arguments) == (name, arguments)
