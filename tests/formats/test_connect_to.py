"""curl's --resolve and --connect-to."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrust.core.formats.connect_to import ConnectTo, Detours, Resolve, parse_connect_to, parse_resolve
from mailtrust.core.formats.host_name import TargetError


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("mail.example.com:993:192.0.2.1", Resolve("mail.example.com", 993, ("192.0.2.1",))),
        ("+Mail.Example.com:993:192.0.2.1", Resolve("mail.example.com", 993, ("192.0.2.1",))),
        ("*:25:127.0.0.1", Resolve(None, 25, ("127.0.0.1",))),
        ("m.example:25:127.0.0.1,[::1]", Resolve("m.example", 25, ("127.0.0.1", "::1"))),
        ("m.example:25:2001:db8::1", Resolve("m.example", 25, ("2001:db8::1",))),
        ("[2001:db8::9]:25:[2001:db8::1]", Resolve("2001:db8::9", 25, ("2001:db8::1",))),
    ],
)
def test_resolve(given: str, read: Resolve) -> None:
    assert parse_resolve(given) == read


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("a.example:25:b.example:2525", ConnectTo("a.example", 25, "b.example", 2525)),
        ("::b.example:", ConnectTo(None, None, "b.example", None)),
        ("*:993:127.0.0.1:10993", ConnectTo(None, 993, "127.0.0.1", 10993)),
        (":25::2525", ConnectTo(None, 25, None, 2525)),
        (":::", ConnectTo(None, None, None, None)),
        ("[::1]:25:[2001:db8::1]:26", ConnectTo("::1", 25, "2001:db8::1", 26)),
    ],
)
def test_connect_to(given: str, read: ConnectTo) -> None:
    assert parse_connect_to(given) == read


@pytest.mark.parametrize(
    "given", ["", "a.example", "a.example:25", "a.example:x:1.2.3.4", "a.example:25:b", "a:25:", "-a:25"]
)
def test_bad_resolve(given: str) -> None:
    with pytest.raises(TargetError, match="Expected"):
        parse_resolve(given)


@pytest.mark.parametrize("given", ["", "a:1:b", "a:1:b:2:3", "a:0:b:1", "a:1:b:65536", "[::1:25:b:26", "a b:1:c:2"])
def test_bad_connect_to(given: str) -> None:
    with pytest.raises(TargetError, match="Expected"):
        parse_connect_to(given)


@given(st.text(":[]*,.ab1%+", max_size=30))
def test_anything_is_read_or_refused(given: str) -> None:
    for parse in (parse_resolve, parse_connect_to):
        with suppress(TargetError):
            parse(given)


def test_detours_as_curl_takes_them() -> None:
    detours = Detours(
        (parse_connect_to("a.example:25:b.example:"), parse_connect_to(":25::2525"), parse_connect_to(":::9")),
        (
            parse_resolve("*:25:127.0.0.1"),
            parse_resolve("b.example:25:127.0.0.2"),
            parse_resolve("b.example:25:127.0.0.3"),
        ),
    )
    assert detours.destination("a.example", 25) == ("b.example", 25)
    assert detours.destination("c.example", 25) == ("c.example", 2525)
    assert detours.destination("c.example", 26) == ("c.example", 9)
    assert Detours().destination("c.example", 26) == ("c.example", 26)
    assert detours.addresses("b.example", 25) == ("127.0.0.3",)
    assert detours.addresses("c.example", 25) == ("127.0.0.1",)
    assert detours.addresses("c.example", 26) == ()
