"""Outlook's registry values, as regedit exports them and reg query prints them."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrust.core.formats.outlook_registry import (
    READ_SINCE,
    RegistryFileError,
    known_value,
    read_outlook_registry,
)

KEY = r"Software\Microsoft\Office\16.0\Outlook\AutoDiscover"
EXPORT = rf"""Windows Registry Editor Version 5.00

[HKEY_CURRENT_USER\{KEY}]
"ExcludeHttpsRootDomain"=dword:00000001
"excludescplookup"=dword:00000000
"ZeroConfigExchange"=dword:00000001
"ExcludeSrvLookup"=dword:00000001
"b.test"="C:\\autodiscover.xml"
"Odd"=dword:00000001

[HKEY_CURRENT_USER\{KEY}\RedirectServers]
"Autodiscover.B.test"=""
"mail.c.test"=hex(0):

[HKEY_CURRENT_USER\Software\Microsoft\Office\16.0\Outlook\Profiles]
"ExcludeSrvRecord"=dword:00000001

[HKEY_CURRENT_USER\Software\Policies\Microsoft\Office\16.0\Outlook\AutoDiscover]
"ExcludeHttpsRootDomain"=dword:00000000
"ExcludeHttpRedirect"=dword:00000001

[HKEY_CURRENT_USER\Software\Microsoft\Office\14.0\Outlook\AutoDiscover]
"ExcludeHttpsAutoDiscoverDomain"=dword:00000001
"ExcludeExplicitO365Endpoint"=dword:00000001
"""
QUERY = rf"""
HKEY_CURRENT_USER\{KEY}
    ExcludeHttpsRootDomain    REG_DWORD    0x1
    ExcludeScpLookup    REG_DWORD    0x0

HKEY_CURRENT_USER\{KEY}\RedirectServers
    autodiscover.b.test    REG_SZ    {" "}
    mail.c.test    REG_SZ

"""


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "utf-8"])
def test_an_export_of_regedit(encoding: str) -> None:
    found = read_outlook_registry(EXPORT.replace("\n", "\r\n").encode(encoding))
    wins = {("16.0", "ExcludeHttpRedirect"), ("14.0", "ExcludeHttpsAutoDiscoverDomain")}
    assert found.switched == wins, "the policy wins over the user's own; each version has its own key"
    assert found.redirect_servers == {("16.0", "autodiscover.b.test"), ("16.0", "mail.c.test")}
    said = " ".join(str(note) for note in found.notes)
    for words in (
        "in the key of Office 14.0: Outlook reads it from 16.0 on",
        "ExcludeSrvRecord is meant",
        "ZeroConfigExchange changes nothing",
        "Odd is no value",
        "b.test names a local file",
    ):
        assert words in said


def test_what_reg_query_prints() -> None:
    found = read_outlook_registry(QUERY.encode())
    assert found.switched == {("16.0", "ExcludeHttpsRootDomain")}
    assert found.redirect_servers == {("16.0", "autodiscover.b.test"), ("16.0", "mail.c.test")}
    assert found.notes == ()


def test_a_key_that_is_taken_away_says_nothing() -> None:
    text = rf"[-HKEY_CURRENT_USER\{KEY}]" + '\n"ExcludeScpLookup"=dword:00000001\n'
    with pytest.raises(RegistryFileError):
        read_outlook_registry(text.encode())


@pytest.mark.parametrize("octets", [b"", b"hello", b"\n" * 100_001])
def test_what_is_no_registry_file_is_told(octets: bytes) -> None:
    with pytest.raises(RegistryFileError):
        read_outlook_registry(octets)


def test_a_word_that_is_no_number_does_nothing_and_that_is_said() -> None:
    found = read_outlook_registry(f'[HKCU\\{KEY}]\n"ExcludeScpLookup"="1"'.encode())
    assert found.switched == frozenset()
    assert "no number" in str(found.notes[0])


def test_names_given_by_hand_are_known_or_told() -> None:
    assert known_value("excludehttpsrootdomain") == ("ExcludeHttpsRootDomain", ())
    name, said = known_value("ExcludeSrvLookup")
    assert (name, "ExcludeSrvRecord is meant" in str(said[0])) == (None, True)


@given(st.sets(st.sampled_from(sorted(READ_SINCE))), st.sets(st.sampled_from(sorted(READ_SINCE))), st.booleans())
def test_what_is_on_is_found_in_either_form(on: set[str], off: set[str], exported: bool) -> None:
    off -= on
    values = [(name, 1) for name in on] + [(name, 0) for name in off]
    if not values:
        return
    if exported:
        rows = [f"[HKEY_CURRENT_USER\\{KEY}]", *(f'"{name}"=dword:{number:08x}' for name, number in values)]
    else:
        rows = [f"HKEY_CURRENT_USER\\{KEY}", *(f"    {name}    REG_DWORD    0x{number:x}" for name, number in values)]
    assert read_outlook_registry("\r\n".join(rows).encode("utf-16")).switched == {("16.0", name) for name in on}


@given(st.text(max_size=300), st.binary(max_size=100))
def test_any_file_gives_values_or_a_sentence(words: str, octets: bytes) -> None:
    for given_file in (f"[HKCU\\{KEY}]\n{words}".encode("utf-8", "replace"), octets):
        with suppress(RegistryFileError):
            assert {version for version, _ in read_outlook_registry(given_file).switched} <= {"16.0"}
