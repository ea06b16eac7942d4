"""Service connection points asked of a directory: what is sent, what is understood, and what ends it."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.protocols.directory_server import (
    BASE,
    OTHER_POINT,
    URL_POINT,
    WITHOUT_LOGIN,
    answers,
    octets,
    point,
    result,
    root,
)

from mailtrust.core.model.walk import ConnectionPoint, ScpAnswer
from mailtrust.core.protocols.ber import encode
from mailtrust.core.protocols.dialogue import NeedData, Send
from mailtrust.core.protocols.directory_search import (
    LARGEST_MESSAGE,
    MOST_MESSAGES,
    MOST_POINTS,
    DirectorySearch,
    Login,
)
from mailtrust.core.protocols.ldap_messages import Tag, message

LOGIN = Login("anna@b.test", b"secret")
WORDS = st.text(st.characters(min_codepoint=33, max_codepoint=0x24F, exclude_categories=("C", "Z", "M")), min_size=1)
POINTS = st.builds(
    ConnectionPoint, st.lists(WORDS, min_size=1).map(tuple), st.lists(WORDS, min_size=1).map(tuple), WORDS
)


def asked(said: bytes, login: Login | None = None, cuts: tuple[int, ...] = ()) -> tuple[ScpAnswer, list[bytes]]:
    search = DirectorySearch(login)
    places = [0, *sorted(at % (len(said) + 1) for at in cuts), len(said)]
    parts = [said[a:b] for a, b in pairwise(places) if a < b]
    sent: list[bytes] = []
    for part in (*parts, b""):
        while isinstance(event := search.next_event(), Send):
            sent.append(event.data)
        if not isinstance(event, NeedData):
            break
        search.receive(part)
    while isinstance(event := search.next_event(), Send):
        sent.append(event.data)
    assert isinstance(event, ScpAnswer)
    assert search.next_event() == event
    return event, sent


@settings(deadline=None, max_examples=60)
@given(st.lists(st.lists(POINTS, max_size=4), min_size=1, max_size=4), st.lists(st.integers(0, 100_000), max_size=9))
def test_what_stands_in_the_directory_is_told_however_it_comes(
    pages: list[list[ConnectionPoint]], cuts: list[int]
) -> None:
    answer, sent = asked(answers(*pages, login=True), LOGIN, cuts=tuple(cuts))
    assert answer == ScpAnswer(tuple(one for page in pages for one in page))
    assert len(sent) == 2 + len(pages)


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=300), st.booleans())
def test_any_octets_end_in_an_answer(noise: bytes, prefixed: bool) -> None:
    answer, _ = asked(root() + noise if prefixed else noise)
    assert answer.why
    assert str(answer.why).isprintable()


def test_the_search_is_that_of_the_specification() -> None:
    _, sent = asked(answers((URL_POINT,)))
    assert b"configurationNamingContext" in sent[0]
    assert BASE.encode() in sent[1]
    assert b"serviceConnectionPoint" in sent[1]
    assert b"77378f46-2c66-4aa9-a6a6-3e7a48b19596" in sent[1]
    assert b"67661d7f-8fc4-4fa7-bfac-e1d7794c1f68" in sent[1]


def test_who_logs_on_does_it_first_and_once() -> None:
    answer, sent = asked(answers((URL_POINT,), login=True), LOGIN)
    assert answer.points == (URL_POINT,)
    assert b"secret" in sent[0]
    assert not any(b"secret" in one for one in sent[1:])
    assert "secret" not in repr(LOGIN)


def test_a_user_without_a_password_would_be_nobody_and_is_not_sent() -> None:
    answer, sent = asked(b"", Login("anna@b.test", b""))
    assert "must not be empty" in str(answer.why)
    assert sent == []


@pytest.mark.parametrize(
    ("said", "login", "why"),
    [
        (WITHOUT_LOGIN[2], None, "--directory-user"),
        (answers(()), None, "--directory-user"),
        (WITHOUT_LOGIN[3], None, "ldap://dc2.b.test"),
        (WITHOUT_LOGIN[4], None, "ldap://dc3.b.test"),
        (WITHOUT_LOGIN[5], None, "sizeLimitExceeded"),
        (WITHOUT_LOGIN[6], None, "no Active Directory"),
        (WITHOUT_LOGIN[7], None, "noSuchObject"),
        (WITHOUT_LOGIN[8], None, "going down"),
        (WITHOUT_LOGIN[9], None, "does not speak LDAP"),
        (message(1, result(Tag.BIND_RESPONSE, 49, "data 52e")), LOGIN, "data 52e"),
        (message(1, result(Tag.BIND_RESPONSE, 8)), LOGIN, "strongerAuthRequired"),
        (b"", None, "hangs up"),
        (b"\x30\x84\x7f\xff\xff\xff", None, "more than are read"),
        (message(7, result(Tag.SEARCH_DONE)) * (MOST_MESSAGES + 1), None, "never comes to an end"),
        (root() + message(2, point(OTHER_POINT)) * (MOST_POINTS + 1), None, str(MOST_POINTS)),
        (root() + encode(Tag.SEQUENCE, b"\x02\x01\x02\x64" + b"\x80" * LARGEST_MESSAGE), None, "more than are read"),
    ],
)
def test_what_keeps_the_directory_from_telling_is_told(said: bytes, login: Login | None, why: str) -> None:
    answer, _ = asked(said, login)
    assert why in str(answer.why)


def test_what_came_before_the_end_is_kept() -> None:
    answer, _ = asked(WITHOUT_LOGIN[5])
    assert answer.points == (URL_POINT,)


def test_active_directorys_own_schema_is_nowhere_else() -> None:
    schema = encode(Tag.SEARCH_REFERENCE, octets(f"ldap://b.test/CN=Schema,{BASE}"))
    said = root() + message(2, point(URL_POINT)) + message(2, schema) + message(2, result(Tag.SEARCH_DONE))
    assert asked(said)[0] == ScpAnswer((URL_POINT,))
