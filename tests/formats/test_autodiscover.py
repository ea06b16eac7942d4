"""Autodiscover's answers, and what strangers send instead."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrust.core.formats.autodiscover import (
    Foreign,
    RedirectAddress,
    RedirectUrl,
    Refusal,
    Service,
    Settings,
    read_answer,
    request,
)
from mailtrust.core.formats.xml_tree import DEEPEST, XmlError, read_xml

HEAD = (
    '<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006"><Response '
    'xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a">'
)
TAIL = "</Response></Autodiscover>"


def said(inside: str) -> object:
    return read_answer((HEAD + inside + TAIL).encode())


def test_settings_name_their_urls() -> None:
    answer = said(
        "<Account><Action>settings</Action><Protocol><Type>EXCH</Type><Server>ex.test</Server>"
        "<EwsUrl>https://ex.test/EWS</EwsUrl></Protocol><Protocol Type='mapiHttp'><MailStore>"
        "<ExternalUrl>https://ex.test/mapi</ExternalUrl></MailStore></Protocol></Account>"
    )
    assert answer == Settings(
        (
            Service("EXCH", (("Server", "ex.test"), ("EwsUrl", "https://ex.test/EWS"))),
            Service("mapiHttp", (("ExternalUrl", "https://ex.test/mapi"),)),
        )
    )


def test_phones_are_told_one_server() -> None:
    answer = said(
        "<Action><Settings><Server><Type>MobileSync</Type><Url>https://ex.test/Microsoft-Server-ActiveSync</Url>"
        "</Server></Settings></Action>"
    )
    assert answer == Settings((Service("MobileSync", (("Url", "https://ex.test/Microsoft-Server-ActiveSync"),)),))
    assert said("<Action><Redirect>u@a.test</Redirect></Action>") == RedirectAddress("u@a.test")


def test_redirects_and_refusals() -> None:
    assert said("<Account><Action>redirectUrl</Action><RedirectUrl>https://b/</RedirectUrl></Account>") == RedirectUrl(
        "https://b/"
    )
    assert said("<Error><ErrorCode>600</ErrorCode><Message>Invalid Request</Message></Error>") == Refusal(
        "600", "Invalid Request"
    )


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><body>Welcome</body></html>",
        b"<!DOCTYPE a [<!ENTITY x 'y'>]><Autodiscover><Response/></Autodiscover>",
        b"<?xml version='1.0'?><!DOCTYPE a SYSTEM 'http://evil.test/'><a/>",
        b'<?xml version="1.0" encoding="nonsense"?><a/>',
        b"<a>" * 5000,
        b"\x00" * 10,
        (HEAD + TAIL).encode(),
    ],
)
def test_anything_else_is_foreign(body: bytes) -> None:
    assert isinstance(read_answer(body), Foreign)


def test_a_bomb_is_not_even_lit() -> None:
    bomb = "<!DOCTYPE z [<!ENTITY a 'ha'>" + "".join(
        f"<!ENTITY a{n} '{'&a' + str(n - 1) * (n > 1) + ';'}'>" for n in range(1, 20)
    )
    with pytest.raises(XmlError, match="document type"):
        read_xml((bomb + "]><z>&a19;</z>").encode())
    with pytest.raises(XmlError, match="more than"):
        read_xml(b"<a>" + b" " * 300_000 + b"</a>")
    with pytest.raises(XmlError, match="more elements"):
        read_xml(b"<a>" * (DEEPEST + 2))


@given(st.binary(max_size=400))
def test_no_octets_raise(body: bytes) -> None:
    assert read_answer(body) is not None
    assert read_answer(HEAD.encode() + body + TAIL.encode()) is not None


@pytest.mark.parametrize("kind", ["pox", "mobilesync"])
def test_the_request_is_well_formed_whatever_the_address(kind: str) -> None:
    root = read_xml(request(kind, "a<b>&c@example.test"))
    assert root.said("Request", "EMailAddress") == "a<b>&c@example.test"
