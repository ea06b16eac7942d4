"""Lists of service connection points, as PowerShell, ldifde, ldapsearch and people write them."""

import base64
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrust.core.formats.scp_list import ScpListError, read_scp_list
from mailtrust.core.model.walk import SCP_POINTER, SCP_URL, ConnectionPoint

EX1 = ConnectionPoint(
    (SCP_URL, "Site=Default-First-Site-Name", "Site=Berlin"), ("https://ex1.b.local/Autodiscover/Autodiscover.xml",),
    "EX1",
)  # fmt: skip
EX2 = ConnectionPoint((SCP_URL,), ("https://mail.b.test/Autodiscover/Autodiscover.xml",), "EX2")

# What Format-List prints in a window of 80 columns; blank lines before and after each record.
FORMAT_LIST = """

Name                           : EX1
AutoDiscoverServiceInternalUri : https://ex1.b.local/Autodiscover/Autodiscover.x
                                 ml
AutoDiscoverSiteScope          : {Default-First-Site-Name, Berlin}

Name                           : EX2
AutoDiscoverServiceInternalUri : https://mail.b.test/Autodiscover/Autodiscover.xml
AutoDiscoverSiteScope          : {}

Name                           : EX3
AutoDiscoverServiceInternalUri :\x20
AutoDiscoverSiteScope          :\x20


"""
# What ldapsearch prints: folded at 78 columns, a value with a letter beyond ASCII in Base64.
LDIF = """# extended LDIF
#
# LDAPv3
dn: CN=EX1,CN=Autodiscover,CN=Protocols,CN=EX1,CN=Servers,CN=Exchange Administ
 rative Group (FYDIBOHF23SPDLT),CN=Administrative Groups,CN=First Organization
 ,CN=Microsoft Exchange,CN=Services,CN=Configuration,DC=b,DC=local
changetype: add
keywords: 77378F46-2C66-4aa9-A6A6-3E7A48B19596
keywords:: U2l0ZT1Nw7xuY2hlbg==
serviceBindingInformation: https://ex1.b.local/Autodiscover/Autodiscover.
 xml

dn: CN=c.test,CN=Microsoft Exchange Autodiscover,CN=Services,CN=Configuration
cn: c.test
keywords: 67661d7F-8FC4-4fa7-BFAC-E1D7794C1F68
keywords: Domain=c.test
serviceBindingInformation: LDAP://dc.c.test

# search result
search: 2
result: 0 Success

# numResponses: 3
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_what_powershell_lists(encoding: str, ends: str) -> None:
    assert read_scp_list(FORMAT_LIST.replace("\n", ends).encode(encoding)) == (EX1, EX2)


def test_a_line_that_is_wrapped_at_a_blank_keeps_it() -> None:
    wrapped = FORMAT_LIST.replace("Site-Name, Berlin", "Site-Name, Head\n                                 Office")
    (first, _) = read_scp_list(wrapped.encode())
    assert first.keywords[1:] == ("Site=Default-First-Site-Name", "Site=Head Office")


def test_a_blank_line_after_each_line_changes_nothing() -> None:
    assert read_scp_list(FORMAT_LIST.replace(".x\n" + " " * 33 + "ml", ".xml").replace("\n", "\n\n").encode()) == (
        EX1,
        EX2,
    )


def test_what_ldapsearch_and_ldifde_export() -> None:
    mark = "77378F46-2C66-4aa9-A6A6-3E7A48B19596"
    assert read_scp_list(LDIF.encode()) == (
        ConnectionPoint((mark, "Site=München"), ("https://ex1.b.local/Autodiscover/Autodiscover.xml",), "EX1"),
        ConnectionPoint((SCP_POINTER.replace("f-8fc4", "F-8FC4").replace("4fa7-bfac-e1d7794c1f68",
                        "4fa7-BFAC-E1D7794C1F68"), "Domain=c.test"), ("LDAP://dc.c.test",), "c.test"),
    )  # fmt: skip


def test_a_plain_list() -> None:
    points = read_scp_list(b"# ours\nhttps://a.test/x.xml\n\n https://b.test/y.xml \n")
    assert [point.binding for point in points] == [("https://a.test/x.xml",), ("https://b.test/y.xml",)]


@pytest.mark.parametrize(
    ("given_list", "said"),
    [
        (b"", "empty"),
        (b"# nothing\n", "empty"),
        (b"http://a.test/x.xml", "no https address"),
        (b"Name  AutoDiscoverServiceInternalUri\n----  -----\nEX1   https://ex1.b.local/Autod...\n", "table"),
        (b"Name : EX1\nAutoDiscoverServiceInternalUri : \n", "no server in it has an address"),
        (b"Name : EX1\nAutoDiscoverServiceInternalUri : ex1\n", "is no address"),
        (b"Name : EX1\nAutoDiscoverServiceInternalUri : https://a.test/\nwhat is this\n", "what this line means"),
        (
            b"AutoDiscoverServiceInternalUri : https://a.test/\nAutoDiscoverSiteScope : {A, B, C, D...}\n",
            "FormatEnumerationLimit",
        ),
        (b"dn: CN=EX1\nkeywords:: ?\n", "Base64"),
        (b"dn: CN=EX1\nkeywords:< file:///x\n", "other files"),
        (b"dn: CN=EX1\nso\n", "no line of LDIF"),
        (b"dn: CN=EX1\nobjectClass: top\n", "no server in it has an address"),
        (b"https://a.test/\n" * 1001, "1,000"),
        (b"\n" * 100_001, "100,000"),
        (bytes(range(256)), "no https address"),
    ],
)
def test_what_cannot_be_read_is_told(given_list: bytes, said: str) -> None:
    with pytest.raises(ScpListError) as stopped:
        read_scp_list(given_list)
    shown = str(stopped.value)
    assert said in shown.replace("1000 ", "1,000 ").replace("100000", "100,000")
    assert "Format-List Name,AutoDiscoverServiceInternalUri" in shown


@given(st.one_of(st.binary(max_size=400), st.text(max_size=400).map(str.encode)))
def test_any_file_gives_points_or_a_sentence(octets: bytes) -> None:
    with suppress(ScpListError):
        assert read_scp_list(octets)


SITES = st.lists(st.from_regex(r"[A-Za-z][A-Za-z0-9-]{0,20}", fullmatch=True), max_size=4)
HOSTS = st.from_regex(r"[a-z][a-z0-9]{0,12}\.[a-z]{2,6}", fullmatch=True)
LISTED = st.builds(
    lambda host, sites, name: ConnectionPoint(
        (SCP_URL, *(f"Site={site}" for site in sites)), (f"https://{host}/Autodiscover/Autodiscover.xml",), name
    ),
    HOSTS, SITES, st.from_regex(r"[A-Z][A-Z0-9-]{0,14}", fullmatch=True),
)  # fmt: skip


@given(st.lists(LISTED, min_size=1, max_size=6), st.integers(20, 120))
def test_a_list_is_read_as_it_was_printed(points: list[ConnectionPoint], width: int) -> None:
    lines = []
    for point in points:
        sites = ", ".join(word[5:] for word in point.keywords[1:])
        rows = (("Name", point.server), ("AutoDiscoverServiceInternalUri", point.binding[0]),
                ("AutoDiscoverSiteScope", f"{{{sites}}}"))  # fmt: skip
        for name, value in rows:
            # PowerShell breaks inside words of long values; sites are never so long here.
            cut = width if name == "AutoDiscoverServiceInternalUri" else 1000
            lines.append(f"{name:<30} : {value[:cut]}")
            lines += [" " * 33 + value[at : at + cut] for at in range(cut, len(value), cut)]
        lines.append("")
    assert read_scp_list("\r\n".join(lines).encode("utf-16")) == tuple(points)


@given(st.lists(LISTED, min_size=1, max_size=6), st.integers(10, 90), st.booleans())
def test_an_ldif_is_read_as_it_was_folded(points: list[ConnectionPoint], width: int, encoded: bool) -> None:
    def folded(name: str, value: str) -> str:
        line = f"{name}:: {base64.b64encode(value.encode()).decode()}" if encoded else f"{name}: {value}"
        rest = [line[at : at + width] for at in range(width, len(line), width)]
        return "\n ".join((line[:width], *rest)) + "\n"

    entries = [
        f"dn: CN={point.server}\n"
        + "".join(folded("keywords", word) for word in point.keywords)
        + folded("serviceBindingInformation", point.binding[0])
        for point in points
    ]
    assert read_scp_list("\n".join(entries).encode()) == tuple(points)
