"""What is said to a LoadMaster, and what is made of its answers, in both versions of its interface."""

import base64
import json
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrust.core.formats import kemp_v1, kemp_v2
from mailtrust.core.formats.kemp_name import (
    CERTIFICATES,
    MOST_NAME,
    expect_name,
    kemp_name,
    name_in,
    path_of,
    tagged,
)
from mailtrust.core.formats.kemp_place import LoadMasterPlace, read_fingerprint, read_place
from mailtrust.core.formats.kemp_services import read_services, write_services
from mailtrust.core.model.load_master import (
    Accepted,
    Call,
    Login,
    NotTheInterface,
    Refused,
    VirtualService,
)
from mailtrust.core.model.problem import UserProblem

BY_PASSWORD, BY_KEY = Login("admin", "s3 cret&"), Login(api_key="k/e+y")
UPLOAD = Call("addcert", (("cert", "mail"), ("replace", 1)), b"-----BEGIN")
EXCHANGE = VirtualService(3, "10.0.0.10", (443, 444), "tcp", "Exchange & co", True, ("mail", "web.example"), 7, True)
TEXT = st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_categories=["C"]), max_size=30)


def xml(inside: str, stat: str = "200", code: str = "ok") -> bytes:
    said = f'<?xml version="1.0" encoding="ISO-8859-1"?>\n<Response stat="{stat}" code="{code}">{inside}</Response>'
    return said.encode("latin-1")


def data(inside: str) -> bytes:
    return xml(f"<Success><Data>{inside}</Data></Success>")


def test_the_first_version_says_it_in_the_address() -> None:
    asked = kemp_v1.request(UPLOAD, BY_KEY)
    assert asked.target == "/access/addcert?cert=mail&replace=1&apikey=k%2Fe%2By"
    assert (asked.content, asked.authorization) == (UPLOAD.data, "")
    by_password = kemp_v1.request(Call("listvs"), BY_PASSWORD)
    assert by_password.target == "/access/listvs"
    assert by_password.content == b""
    assert base64.b64decode(by_password.authorization.removeprefix("Basic ")) == b"admin:s3 cret&"
    assert kemp_v1.request(Call("listvs"), Login()).authorization == ""


def test_the_second_version_says_it_in_the_body() -> None:
    asked = kemp_v2.request(UPLOAD, BY_KEY)
    assert asked.target == "/accessv2"
    assert json.loads(asked.content) == {
        "cmd": "addcert",
        "apikey": "k/e+y",
        "cert": "mail",
        "replace": 1,
        "data": base64.b64encode(UPLOAD.data).decode(),
    }
    said = json.loads(kemp_v2.request(Call("listvs"), BY_PASSWORD).content)
    assert said == {"cmd": "listvs", "apiuser": "admin", "apipass": "s3 cret&"}


def test_neither_shows_a_secret() -> None:
    for asked in (kemp_v1.request(UPLOAD, BY_KEY), kemp_v2.request(UPLOAD, BY_PASSWORD)):
        shown = repr((asked, UPLOAD, BY_KEY, BY_PASSWORD))
        assert not any(secret in shown for secret in ("k%2Fe", "k/e", "s3", "BEGIN", "Basic"))


def test_one_certificate_is_a_list_as_several_are() -> None:
    one = "<cert><name>mail</name><type>RSA</type><modulus>AB</modulus></cert>"
    assert kemp_v1.read_reply(data(one), 200) == Accepted(names=("mail",))
    assert kemp_v1.read_reply(data(one + one.replace("mail", "web")), 200) == Accepted(names=("mail", "web"))
    assert kemp_v1.read_reply(data(""), 200) == Accepted()
    for cert in ({"name": "mail"}, [{"name": "mail"}]):
        assert kemp_v2.read_reply(json.dumps({"code": 200, "cert": cert}).encode(), 200) == Accepted(names=("mail",))


def test_virtual_services_are_the_same_in_both() -> None:
    fields: dict[str, object] = {
        "Status": "Up", "Index": 3, "VSAddress": "10.0.0.10", "VSPort": "443", "ExtraPorts": "444", "Protocol": "tcp",
        "NickName": "Exchange & co", "SSLAcceleration": True, "CertFile": "mail web.example", "TlsType": "7",
        "SSLReencrypt": True,
    }  # fmt: skip
    sub: dict[str, object] = {"Index": 4, "MasterVSID": 3, "VSPort": "0"}
    told = "".join(f"<{name}>{escape('Y' if value is True else str(value))}</{name}>" for name, value in fields.items())
    assert kemp_v1.read_reply(data(f"<VS>{told}</VS><VS><Index>4</Index></VS>"), 200) == Accepted(services=(EXCHANGE,))
    assert kemp_v1.read_reply(data(told), 200) == Accepted(services=(EXCHANGE,))  # showvs
    both = {"code": 200, "VS": [fields, sub], "status": "ok"}
    assert kemp_v2.read_reply(json.dumps(both).encode(), 200) == Accepted(services=(EXCHANGE,))
    shown = {"code": 200, **fields, "status": "success"}
    assert kemp_v2.read_reply(json.dumps(shown).encode(), 200) == Accepted(services=(EXCHANGE,))
    assert read_services(write_services((EXCHANGE,))) == (EXCHANGE,)


@pytest.mark.parametrize("status", [200, 422])
def test_the_body_says_what_is_wrong_whatever_the_status_line(status: int) -> None:
    assert kemp_v1.read_reply(xml("<Error>\nUnknown VS\n</Error>", "422", "fail"), status) == Refused(422, "Unknown VS")
    failed = {"code": 422, "message": "Unknown VS", "status": "fail"}
    assert kemp_v2.read_reply(json.dumps(failed).encode(), status) == Refused(422, "Unknown VS")


def test_success_is_a_code_or_one_of_two_words() -> None:
    for said in ({"status": "ok"}, {"status": "success"}, {"code": 200, "status": "odd"}):
        assert kemp_v2.read_reply(json.dumps(said).encode(), 200) == Accepted()
    assert kemp_v2.read_reply(b'{"status": "fail", "message": "no"}', 200) == Refused(400, "no")
    assert kemp_v1.read_reply(xml("<Success/>", "401"), 200) == Refused(401, "stat=401")
    assert kemp_v1.read_reply(xml("<Error>x</Error>"), 200) == Refused(400, "x")


def test_a_page_is_no_answer_of_the_interface() -> None:
    page = b"<html><title>Login</title></html>"
    for read in (kemp_v1.read_reply, kemp_v2.read_reply):
        assert read(page, 401) == Refused(401, "Unauthorized")
        for status in (200, 404):
            assert isinstance(read(page, status), NotTheInterface)
    assert isinstance(kemp_v2.read_reply(b"[" * 10**6, 200), NotTheInterface)
    assert isinstance(kemp_v2.read_reply(b" " * (kemp_v2.LARGEST + 1), 200), NotTheInterface)
    assert isinstance(kemp_v1.read_reply(b"<!DOCTYPE a [<!ENTITY b 'c'>]><Response/>", 200), NotTheInterface)


def test_many_services_are_read() -> None:
    told = "".join(
        f"<VS><VSAddress>10.0.0.1</VSAddress><VSPort>{port}</VSPort>{'<A/>' * 90}</VS>" for port in range(900)
    )
    reply = kemp_v1.read_reply(data(told), 200)
    assert isinstance(reply, Accepted)
    assert len(reply.services) == 900


def test_words_of_a_stranger_are_cleaned() -> None:
    hostile = "\x1b[2J\u202eevil" * 100
    for reply in (
        kemp_v1.read_reply(xml(f"<Error>{'&#x85;' * 10}no</Error>", "422"), 422),
        kemp_v2.read_reply(json.dumps({"code": 422, "message": hostile}).encode(), 422),
    ):
        assert isinstance(reply, Refused)
        assert reply.words.isprintable()
        assert len(reply.words) <= 310


@given(st.binary(max_size=300), st.sampled_from((200, 401, 404, 422, 500)))
def test_anything_is_an_answer(octets: bytes, status: int) -> None:
    for read in (kemp_v1.read_reply, kemp_v2.read_reply):
        assert isinstance(read(octets, status), Accepted | Refused | NotTheInterface)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(("name", "VS", "x")), inner),
    max_leaves=8,
)
_KEYS = ("code", "status", "message", "cert", "certificate", "VS", "VSAddress", "VSPort", "CertFile", "Index")


@given(st.dictionaries(st.sampled_from(_KEYS), _JSON))
def test_any_json_is_an_answer(said: dict[str, object]) -> None:
    assert isinstance(kemp_v2.read_reply(json.dumps(said).encode(), 200), Accepted | Refused | NotTheInterface)


@given(st.lists(TEXT.filter(str.strip), max_size=5, unique_by=str.strip))
def test_names_come_back_as_they_are(names: list[str]) -> None:
    wanted = tuple(dict.fromkeys(name.strip() for name in names))
    told = "".join(f"<cert><name>{escape(name)}</name></cert>" for name in wanted)
    first = kemp_v1.read_reply(data(told), 200)
    second = kemp_v2.read_reply(json.dumps({"code": 200, "cert": [{"name": name} for name in wanted]}).encode(), 200)
    assert first == second
    assert isinstance(first, Accepted)
    assert len(first.names) <= len(wanted)


@given(st.text(max_size=80))
def test_a_name_that_is_proposed_is_taken(given: str) -> None:
    assert expect_name(kemp_name(given)) == kemp_name(given)
    assert expect_name(tagged(given, "0a1b2c3d")).endswith("-0a1b2c3d")


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60))
def test_a_path_stands_for_one_name(name: str) -> None:
    path = path_of(CERTIFICATES, name)
    assert path.count("/") == 2
    assert name_in(path) == name


def test_a_name_with_a_blank_is_refused_with_another_to_take() -> None:
    assert expect_name("GoDaddy_G2-CA") == "GoDaddy_G2-CA"
    for name, instead in (
        ("Go Daddy G2", "Go_Daddy_G2"),
        ("mail.example.com", "mail_example_com"),
        ("", "certificate"),
    ):
        with pytest.raises(UserProblem, match=f"Write {instead} instead"):
            expect_name(name)
    with pytest.raises(UserProblem, match="at most 50"):
        expect_name("a" * (MOST_NAME + 1))


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ("kemp://lm.example.com", LoadMasterPlace("lm.example.com")),
        ("kemp://admin@lm.example.com:8443", LoadMasterPlace("lm.example.com", 8443, "admin")),
        ("kemp://bal@[2001:db8::1]:444", LoadMasterPlace("2001:db8::1", 444, "bal")),
    ],
)
def test_where_it_is(given: str, place: LoadMasterPlace) -> None:
    assert read_place(given) == place
    assert str(place) == given


@pytest.mark.parametrize(
    "given",
    [
        "kemp://",
        "kemp://a:0",
        "kemp://a:99999",
        "kemp://u:pw@a",
        "kemp://-a",
        "https://a",
        "kemp://a..b",
        f"kemp://{64 * 'a'}",
    ],
)
def test_what_is_no_place(given: str) -> None:
    with pytest.raises(UserProblem, match="Expected kemp://HOST"):
        read_place(given)


def test_fingerprints_with_colons_and_without() -> None:
    digits = "ab" * 32
    for written in (f"sha256:{digits}", f"SHA256:{':'.join(['AB'] * 32)}"):
        assert read_fingerprint(written) == f"sha256:{digits}"
    for written in (digits, "sha1:" + "ab" * 20, "sha256:", "sha256:" + "zz" * 32):
        with pytest.raises(UserProblem, match="Expected sha256"):
            read_fingerprint(written)
