"""Name rules that no engine on this machine can be asked about, and what every rule has in common."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.validation.identifiers import (
    AddressReference,
    HostReference,
    is_std3_host,
    looks_like_host,
    reference_of,
    to_a_labels,
    to_u_labels,
)
from mailtrust.core.validation.names.android import names_android, names_k9
from mailtrust.core.validation.names.browsers import names_apple, names_chromium, names_mozilla
from mailtrust.core.validation.names.gnutls import names_gnutls
from mailtrust.core.validation.names.java import names_java_https, names_java_ldaps, names_java_off
from mailtrust.core.validation.names.matching import NAME_CODES, whole_label
from mailtrust.core.validation.names.openssl import names_openssl, names_postfix
from mailtrust.core.validation.names.rfc9525 import names_rfc9525
from mailtrust.core.validation.names.windows import names_outlook_2007, names_windows

SAN_ONLY = (
    names_rfc9525,
    names_android,
    names_apple,
    names_mozilla,
    names_chromium,
)
WITH_COMMON_NAME = (
    names_openssl,
    names_postfix,
    names_gnutls,
    names_java_https,
    names_java_ldaps,
    names_k9,
    names_windows,
    names_outlook_2007,
)
EVERY = (*SAN_ONLY, *WITH_COMMON_NAME)


@pytest.fixture(scope="module")
def issued(pki: Any) -> Any:
    root = pki.root()

    def make(*dns: str, **recipe: Any) -> Certificate:
        leaf: Certificate = pki.leaf(root, dns_names=dns, **{"common_name": None, **recipe})
        return leaf

    return make


def codes(rules: Any, leaf: Certificate, host: str, anchor: Any = None) -> list[str]:
    return [reason.code for reason in rules(leaf, host, anchor)]


@pytest.mark.parametrize("rules", EVERY)
@pytest.mark.parametrize(
    ("dns", "host", "good"),
    [
        (("mail.example.test",), "mail.example.test", True),
        (("MAIL.example.TEST",), "mail.Example.test", True),
        (("a.example.test", "mail.example.test"), "a.example.test", True),
        (("*.example.test",), "mail.example.test", True),
        (("*.example.test",), "a.mail.example.test", False),
        (("*.example.test",), "example.test", False),
        (("mail.example.test",), "mail.example.org", False),
        (("example.test",), "mail.example.test", False),
        (("mail.example.test.evil.test",), "mail.example.test", False),
        ((), "mail.example.test", False),
        (("xn--bcher-kva.example.test",), "bücher.example.test", True),
    ],
)
def test_what_all_agree_on(rules: Any, dns: tuple[str, ...], host: str, good: bool, issued: Any) -> None:
    assert (codes(rules, issued(*dns), host) == []) is good


@pytest.mark.parametrize("rules", EVERY)
@pytest.mark.parametrize("address", ["192.0.2.1", "2001:db8::1"])
def test_an_address_is_found_where_it_belongs(rules: Any, address: str, issued: Any) -> None:
    assert codes(rules, issued(ip_addresses=(address,)), address) == []
    assert codes(rules, issued(ip_addresses=("192.0.2.77",)), address) == ["name-mismatch"]


@pytest.mark.parametrize("rules", [one for one in EVERY if one not in (names_windows, names_outlook_2007)])
def test_an_address_written_as_a_dns_name(rules: Any, issued: Any) -> None:
    (reason,) = rules(issued("192.0.2.1"), "192.0.2.1", None)
    assert reason.code == "name-ip-as-dns"
    assert reason.fact("near") == "192.0.2.1"


def test_windows_is_recalled_to_take_an_address_written_as_a_dns_name(issued: Any) -> None:
    assert codes(names_windows, issued("192.0.2.1"), "192.0.2.1") == []


@pytest.mark.parametrize("rules", SAN_ONLY)
def test_a_common_name_alone_is_not_looked_at(rules: Any, issued: Any) -> None:
    (reason,) = rules(issued(common_name="mail.example.test"), "mail.example.test", None)
    assert reason.code == "name-only-in-common-name"
    assert reason.fact("near") == "mail.example.test"
    assert reason.fact("has_subject_alt_name") is False


@pytest.mark.parametrize("rules", WITH_COMMON_NAME)
def test_a_common_name_alone_will_do(rules: Any, issued: Any) -> None:
    assert codes(rules, issued(common_name="mail.example.test"), "mail.example.test") == []


@pytest.mark.parametrize("rules", EVERY)
def test_a_wildcard_one_label_short(rules: Any, issued: Any) -> None:
    (reason,) = rules(issued("*.example.test"), "a.mail.example.test", None)
    assert reason.code == "name-wildcard-depth"
    assert reason.fact("near") == "*.example.test"


def test_the_facts_of_a_mismatch_are_bounded(issued: Any) -> None:
    leaf = issued(*(f"host{number}.example.test" for number in range(200)))
    (reason,) = names_rfc9525(leaf, "other.example.test", None)
    presented = reason.fact("presented")
    assert isinstance(presented, tuple)
    assert len(presented) == 50
    assert reason.fact("presented_count") == 200
    assert reason.fact("reference") == "other.example.test"
    assert reason.certificate == leaf.fingerprint


@pytest.mark.parametrize(
    ("rules", "dns", "host", "good"),
    [
        # Android: https://developer.android.com, OkHostnameVerifier: final dots, *.tld
        (names_android, "mail.example.test", "mail.example.test.", True),
        (names_android, "mail.example.test.", "mail.example.test", True),
        (names_android, "*.test", "example.test", True),
        (names_android, "*", "example", False),
        (names_android, "m*.example.test", "mail.example.test", False),
        (names_android, "a.*.test", "a.mail.test", False),
        # K-9: one star anywhere, never over a dot
        (names_k9, "m*l.example.test", "mail.example.test", True),
        (names_k9, "mail.*.test", "mail.example.test", True),
        (names_k9, "*.test", "example.test", True),
        (names_k9, "*.test", "mail.example.test", False),
        (names_k9, "*.*.test", "mail.example.test", False),
        # Apple: three labels at least, a letter in the last
        (names_apple, "*.test", "example.test", False),
        (names_apple, "*.example.test", "mail.example.test.", True),
        (names_apple, "m*.example.test", "mail.example.test", False),
        # Chromium
        (names_chromium, "*.test", "example.test", False),
        (names_chromium, "mail.example.test.", "mail.example.test", True),
        (names_chromium, "mail.example.test", "mail.example.test.", True),
        # Mozilla
        (names_mozilla, "*.test", "example.test", False),
        (names_mozilla, "mail.example.test", "mail.example.test.", True),
        (names_mozilla, "mail.example.test.", "mail.example.test", False),
        (names_mozilla, "my_mail.example.test", "my_mail.example.test", True),
        # Windows
        (names_windows, "*.test", "example.test", True),
        (names_windows, "m*.example.test", "mail.example.test", False),
        # RFC 9525
        (names_rfc9525, "*.test", "example.test", True),
        (names_rfc9525, "mail.example.test", "mail.example.test.", True),
        (names_rfc9525, "*.*.test", "mail.example.test", False),
        # Postfix: whole labels only
        (names_postfix, "*.example.test", "mail.example.test", True),
        (names_postfix, "m*.example.test", "mail.example.test", False),
        (names_openssl, "m*.example.test", "mail.example.test", True),
        # OpenSSL: a reference with a leading dot stands for all below
        (names_openssl, "mail.example.test", ".example.test", True),
        # Java in the manner of LDAP: the left-most label only
        (names_java_ldaps, "mail.*.test", "mail.example.test", False),
        (names_java_https, "mail.*.test", "mail.example.test", True),
        (names_java_ldaps, "m*l.example.test", "mail.example.test", True),
    ],
)
def test_where_they_differ(rules: Any, dns: str, host: str, good: bool, issued: Any) -> None:
    assert (codes(rules, issued(dns), host) == []) is good


def test_android_compares_addresses_as_text(issued: Any) -> None:
    leaf = issued(ip_addresses=("2001:db8::1",))
    assert codes(names_android, leaf, "2001:DB8::1") == []
    assert codes(names_android, leaf, "2001:db8:0::1") == ["name-mismatch"]
    assert codes(names_k9, leaf, "2001:db8:0::1") == []


def test_mozilla_stops_at_an_invalid_entry_below_its_own_roots_only(pki: Any, issued: Any) -> None:
    leaf = issued("not valid.example.test", "mail.example.test")
    root = pki.root()
    assert codes(names_mozilla, leaf, "mail.example.test", pki.anchor(root)) == ["name-mismatch"]
    assert codes(names_mozilla, leaf, "mail.example.test", pki.anchor(root, local=True)) == []


def test_java_refuses_a_wildcard_over_a_top_level_domain_below_public_roots(pki: Any, issued: Any) -> None:
    leaf = issued("*.test")
    root = pki.root()
    assert codes(names_java_https, leaf, "example.test", pki.anchor(root)) == ["name-mismatch"]
    assert codes(names_java_https, leaf, "example.test", pki.anchor(root, local=True)) == []


def test_windows_reads_the_common_name_only_without_a_san(issued: Any) -> None:
    both = issued("www.example.test", common_name="mail.example.test")
    assert codes(names_windows, both, "mail.example.test") == ["name-mismatch"]
    only_address = issued(ip_addresses=("192.0.2.1",), common_name="mail.example.test")
    assert codes(names_windows, only_address, "mail.example.test") == ["name-only-in-common-name"]


def test_outlook_2007_reads_the_first_dns_name(issued: Any) -> None:
    leaf = issued("www.example.test", "mail.example.test")
    assert codes(names_outlook_2007, leaf, "www.example.test") == []
    assert codes(names_outlook_2007, leaf, "mail.example.test") == ["name-mismatch"]
    assert codes(names_windows, leaf, "mail.example.test") == []
    assert codes(names_outlook_2007, issued("*.example.test"), "mail.example.test") == []


def test_java_without_identity_check_takes_anything(issued: Any) -> None:
    assert codes(names_java_off, issued("www.example.test"), "mail.example.test") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mail.example.test", HostReference("mail.example.test")),
        ("MAIL.Example.Test.", HostReference("mail.example.test.")),
        ("bücher.example", HostReference("xn--bcher-kva.example")),
        ("BÜCHER.example", HostReference("xn--bcher-kva.example")),
        ("straße.example", HostReference("xn--strae-oqa.example")),  # RFC 5891, not IDNA 2003's strasse
        ("例え。テスト", HostReference("xn--r8jz45g.xn--zckzah")),
        ("a..b", HostReference("a..b")),
        ("", HostReference("")),
    ],
)
def test_host_references(text: str, expected: HostReference) -> None:
    assert reference_of(text) == expected


@pytest.mark.parametrize("text", ["192.0.2.1", "2001:db8::1", "[2001:db8::1]", "fe80::1%eth0", "::ffff:192.0.2.1"])
def test_address_references(text: str) -> None:
    assert isinstance(reference_of(text), AddressReference)


@given(st.text(max_size=300))
def test_no_reference_is_too_strange(text: str) -> None:
    match reference_of(text):
        case HostReference(name=name):
            assert name == name.lower()
        case AddressReference(text=kept):
            assert kept in text


@given(st.text(max_size=300))
def test_labels_go_both_ways_without_raising(text: str) -> None:
    assert to_a_labels(to_a_labels(text)) == to_a_labels(text)
    assert isinstance(to_u_labels(text), str)
    if to_a_labels(text).isascii() and text.isascii():
        assert to_a_labels(text) == text


LABEL = st.from_regex(r"[a-z0-9](?:[a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True)
HOSTS = st.lists(LABEL, min_size=2, max_size=5).map(".".join)


@given(HOSTS)
def test_a_host_matches_itself_and_the_wildcard_over_it(host: str) -> None:
    assert whole_label(host, host)
    assert whole_label(host.upper(), host)
    _, _, parent = host.partition(".")
    assert whole_label("*." + parent, host)
    assert not whole_label("*." + host, host)
    assert not whole_label("*." + parent, "deeper." + host)
    assert not whole_label("x*." + parent, "xy." + parent)
    assert whole_label("*." + parent, host, labels_after=2) is (parent.count(".") >= 1)


@given(st.lists(LABEL, min_size=2, max_size=4), st.integers(0, 3))
def test_other_hosts_do_not_match(labels: list[str], at: int) -> None:
    host = ".".join(labels)
    changed = labels.copy()
    changed[at % len(labels)] += "x"
    assert not whole_label(host, ".".join(changed))


@settings(max_examples=60, deadline=None)
@given(pattern=st.text(alphabet="ab*.-_", max_size=12), host=st.text(alphabet="ab.-_", min_size=1, max_size=12))
def test_no_pattern_upsets_any_rule(pattern: str, host: str, issued: Any) -> None:
    leaf = issued(pattern, common_name=pattern or None)
    for rules in EVERY:
        reasons = tuple(rules(leaf, host, None))
        assert len(reasons) <= 1
        assert all(reason.code in NAME_CODES for reason in reasons)
        if "*" not in pattern and pattern != host and pattern.strip(".") != host.strip(".") and host[0] != ".":
            assert reasons, f"{rules.__name__} takes {pattern} for {host}"


def test_what_looks_like_a_host() -> None:
    assert looks_like_host("mail.example.test")
    assert looks_like_host("*.example.test")
    assert not looks_like_host("A mail server")
    assert not looks_like_host("mail")
    assert not looks_like_host("192.0.2.1")
    assert is_std3_host("mail.example.test")
    assert not is_std3_host("my_mail.example.test")
    assert not is_std3_host("mail.example.test.")
