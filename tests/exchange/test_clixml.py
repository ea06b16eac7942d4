"""CLIXML as Export-Clixml writes it: every kind of value, and what a stranger may make of it."""

from datetime import UTC, datetime
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.exchange.making import NAMESPACE, certificate_xml, clixml, own, print_of, serialized, signed

from mailtrust.core.formats.exchange.clixml import MOST_IN_ONE, ClixmlError, read_clixml
from mailtrust.core.formats.exchange.organisation_of import organisation_of
from mailtrust.core.formats.exchange.shown import MOST_OBJECTS, Shown, Value
from mailtrust.core.model.problem import UserProblem

ENUM = "<TN RefId='9'><T>System.Enum</T></TN>"


def value(xml: str) -> Value:
    (shown,) = read_clixml(clixml(f'<Obj RefId="100"><Props>{xml}</Props></Obj>'))
    return shown.value("v")


@pytest.mark.parametrize(
    ("xml", "expected"),
    [
        ('<S N="V">a_x000D__x000A_b_x005F_c</S>', "a\r\nb_c"),
        ('<S N="V">_xD83D__xDCE7_ _xZZZZ_</S>', "\U0001f4e7 _xZZZZ_"),
        ('<S N="V">_xD83D_</S>', "\ufffd"),
        ('<I32 N="V">-7</I32>', -7),
        ('<I32 N="V">many</I32>', "many"),
        ('<B N="V">true</B>', True),
        ('<Nil N="V" />', None),
        ('<BA N="V">AAEC</BA>', b"\0\1\2"),
        ('<BA N="V">A</BA>', None),
        ('<DT N="V">2027-01-31T12:00:00.1234567+02:00</DT>', datetime(2027, 1, 31, 10, tzinfo=UTC)),
        ('<DT N="V">2027-01-31T12:00:00Z</DT>', datetime(2027, 1, 31, 12, tzinfo=UTC)),
        ('<DT N="V">2027-01-31T12:00:00</DT>', "2027-01-31T12:00:00"),
        ('<DT N="V">2027-02-31T12:00:00Z</DT>', "2027-02-31T12:00:00Z"),
        ('<URI N="V">https://a.test/</URI>', "https://a.test/"),
        (f'<Obj N="V" RefId="1">{ENUM}<ToString>Tls, BasicAuth</ToString><I32>3</I32></Obj>', "Tls, BasicAuth"),
        ('<Obj N="V" RefId="1"><LST><S>a</S><S>b</S></LST></Obj>', ("a", "b")),
        ('<Obj N="V" RefId="1"><LST /></Obj>', ()),
        ('<Obj N="V" RefId="1"><IE><I32>1</I32></IE></Obj>', (1,)),
        ('<Obj N="V" RefId="1"><S>a</S><MS><S N="x">y</S></MS></Obj>', "a"),
        ('<Ref N="V" RefId="77" />', None),
        ('<Ref N="V" RefId="100" />', None),
        ('<Unheard N="V">of</Unheard>', "of"),
    ],
)
def test_every_kind_of_value(xml: str, expected: Value) -> None:
    assert value(xml) == expected


def test_objects_dictionaries_and_what_is_meant_again() -> None:
    types = '<TN RefId="0"><T>A.B</T></TN>'
    inner = f'<Obj N="V" RefId="1">{types}<ToString>mail1</ToString><Props><S N="Name">x</S></Props></Obj>'
    again = '<Ref N="W" RefId="1" /><Obj N="X" RefId="2"><TNRef RefId="0" /><ToString>two</ToString></Obj>'
    held = '<Obj N="D" RefId="3"><DCT><En><S N="Key">Sub</S><I32 N="Value">1</I32></En></DCT></Obj>'
    (shown,) = read_clixml(clixml(f'<Obj RefId="100"><Props>{inner}{again}{held}</Props></Obj>'))
    assert shown.word("v") == shown.word("W") == "mail1"
    second, dictionary = shown.value("x"), shown.value("D")
    assert isinstance(second, Shown)
    assert isinstance(dictionary, Shown)
    assert (second.types, second.text) == (("A.B",), "two")
    assert dictionary.value("sub") == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_every_encoding_that_powershell_writes(encoding: str) -> None:
    xml = clixml('<Obj RefId="0"><Props><S N="Name">é</S></Props></Obj>').decode("utf-8-sig")
    (shown,) = read_clixml(xml.encode(encoding))
    assert shown.word("name") == "é"


def test_a_list_of_objects_is_opened() -> None:
    held = "".join(f'<Obj RefId="{n}"><Props><S N="Name">{n}</S></Props></Obj>' for n in range(1, 4))
    shown = read_clixml(clixml(f'<Obj RefId="0"><LST>{held}</LST></Obj>'))
    assert [one.word("Name") for one in shown] == ["1", "2", "3"]


def bomb() -> bytes:
    """Lists of lists that are meant twice each: thirty of them would be a thousand million elements."""
    lists = ['<Obj RefId="0"><LST><Obj RefId="x"><Props /></Obj></LST></Obj>']
    lists += [f'<Obj RefId="{n}"><LST><Ref RefId="{n - 1}" /><Ref RefId="{n - 1}" /></LST></Obj>' for n in range(1, 31)]
    return clixml(*lists)


@pytest.mark.parametrize(
    "data",
    [
        b"<Objs>",
        b"<Objs></Objs",
        b"<html></html>",
        b"<!DOCTYPE a [<!ENTITY b 'bb'>]><Objs>&b;</Objs>",
        f"<Objs xmlns='{NAMESPACE}'>".encode() + b"<Obj>" * 500,
        b"<Objs><Obj><Props>" + b"<S/>" * MOST_IN_ONE + b"</Props></Obj></Objs>",
        b"<Objs>" + b"<S/>" * (MOST_OBJECTS + 2) + b"</Objs>",
        b"<?xml version='1.0' encoding='nonsense'?><Objs/>",
        bomb(),
    ],
    ids=["cut", "broken", "html", "entities", "deep", "many in one", "many", "encoding", "again and again"],
)
def test_what_is_broken_or_grows_is_refused(data: bytes) -> None:
    with pytest.raises(ClixmlError):
        read_clixml(data)
    with pytest.raises(UserProblem) as refused:
        organisation_of([("export.xml", data)])
    told = (
        "it ends in the middle; copy it again, whole" if data in (b"<Objs>", b"<Objs></Objs") else "it is no CLIXML ("
    )
    assert str(refused.value).startswith(f"The export export.xml cannot be read: {told}")


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40))
def test_a_text_comes_back_as_powershell_escapes_it(given: str) -> None:
    escaped = escape(given).replace("_x", "_x005F_x")
    assert value(f'<S N="V">{escaped}</S>') == given


def test_a_certificate_in_every_state_that_shells_leave_it_in() -> None:
    whole, plain, bare = own("mail.example.com"), own("old.example.com"), own("MAIL1", "MAIL1.example.com")
    again = '<TNRef RefId="0" />'
    data = clixml(
        certificate_xml(whole, number=0, serialized=serialized(whole, services=25, root_ca_type=1)),
        certificate_xml(plain, number=1, serialized=signed(serialized(plain, services=0, key=False)), types=again),
        certificate_xml(bare, number=2, types=again),
    )
    gathered = organisation_of([("export.xml", data)])
    (server,) = gathered.organisation.servers
    assert (server.name, server.fqdn) == ("mail1", "mail1.example.com")
    first, second, third = server.certificates
    assert (first.thumbprint, first.services) == (print_of(whole), {"IMAP", "IIS", "SMTP"})
    assert (first.status, first.root_ca_type) == ("Valid", "")  # nobody has seen which word is number 1
    assert (first.subject, first.domains) == ("CN=mail.example.com", ("mail.example.com",))
    assert (first.friendly_name, first.has_private_key, first.exportable) == ("Microsoft Exchange", True, True)
    assert first.certificate == whole
    assert (second.services, second.has_private_key, second.root_ca_type) == (frozenset(), False, "Registry")
    assert (third.services, third.status, third.has_private_key) == (None, "", None)
    assert third.certificate == bare
    (told,) = gathered.problems
    assert "nothing says what 1 of the certificates serve" in str(told)
    assert "Get-AuthConfig" in str(told)


def test_broken_serialized_data_costs_only_itself() -> None:
    certificate = own("mail.example.com")
    data = clixml(certificate_xml(certificate, serialized=b"\0\1\2"))
    (server,) = organisation_of([("export.xml", data)]).organisation.servers
    assert server.certificates[0].certificate == certificate
    assert server.certificates[0].services is None
