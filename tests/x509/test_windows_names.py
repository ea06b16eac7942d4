"""Distinguished names as Windows writes them."""

import pytest

from mailtrust.core.model.certificate import Name
from mailtrust.core.model.requested_certificate import SubjectAttribute
from mailtrust.core.x509 import der
from mailtrust.core.x509.names import read_name
from mailtrust.core.x509.windows_names import windows_name
from mailtrust.core.x509.written_names import write_name


def name(*rdns: tuple[tuple[str, str], ...]) -> Name:
    return read_name(write_name(tuple(tuple(SubjectAttribute("", *one) for one in rdn) for rdn in rdns)))[0]


CN, ORG, C, S = "2.5.4.3", "2.5.4.10", "2.5.4.6", "2.5.4.8"


@pytest.mark.parametrize(
    ("rdns", "expected"),
    [
        ((((C, "US"),), ((ORG, "Let's Encrypt"),), ((CN, "R11"),)), "CN=R11, O=Let's Encrypt, C=US"),
        ((((ORG, "Example, Inc."),), ((CN, "a.test"),)), 'CN=a.test, O="Example, Inc."'),
        ((((ORG, 'The "Post"'),),), 'O="The ""Post"""'),
        ((((CN, " a "),),), 'CN=" a "'),
        ((((CN, ""),),), 'CN=""'),
        ((((CN, "a=b"), (ORG, "x")),), 'O=x + CN="a=b"'),
        ((((S, "Bayern"),), (("1.2.840.113549.1.9.1", "a@b.test"),)), "E=a@b.test, S=Bayern"),
        (
            (((("2.5.4.15"), "Private Organization"),), (("2.5.4.5", "12"),)),
            "SERIALNUMBER=12, OID.2.5.4.15=Private Organization",
        ),
        ((((CN, "Zürich"),),), "CN=Zürich"),
        ((), ""),
    ],
)
def test_a_name(rdns: tuple[tuple[tuple[str, str], ...], ...], expected: str) -> None:
    assert windows_name(name(*rdns)) == expected


def test_what_is_no_text_and_what_cannot_be_read() -> None:
    number = der.encode(der.SEQUENCE, der.encode_oid(CN), b"\x02\x01\x05")
    assert windows_name(read_name(der.encode(der.SEQUENCE, der.encode(der.SET, number)))[0]) == "CN=#020105"
    assert windows_name(read_name(b"\x30\x05\x31")[0]) == ""
