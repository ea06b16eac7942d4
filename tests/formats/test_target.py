"""What a person types becomes one of four kinds of target, or a sentence that says what was expected."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrust.core.formats.host_name import TargetError, parse_address, parse_host
from mailtrust.core.formats.target import SCHEMES, Address, Host, HostPort, Target, Url, parse_target
from mailtrust.core.model.endpoint import Endpoint, Protocol, TlsMode

LABELS = st.from_regex(r"[a-z]([a-z0-9-]{0,20}[a-z0-9])?", fullmatch=True).filter(lambda label: label[2:4] != "--")
NAMES = st.lists(LABELS, min_size=1, max_size=5).map(".".join)
PORTS = st.integers(1, 65535)
IPV6 = st.ip_addresses(v=6).filter(lambda address: address.scope_id is None).map(str)


@pytest.mark.parametrize(
    ("given", "target"),
    [
        ("example.com", Host("example.com")),
        (" Mail.Example.COM. ", Host("mail.example.com")),
        ("localhost", Host("localhost")),
        ("my_exchange.corp.example", Host("my_exchange.corp.example")),
        ("192.0.2.1", Host("192.0.2.1")),
        ("2001:DB8::1", Host("2001:db8::1")),
        ("[2001:db8:0::1]", Host("2001:db8::1")),
        ("mail.example.com:993", HostPort("mail.example.com", 993)),
        ("192.0.2.1:25", HostPort("192.0.2.1", 25)),
        ("[2001:db8::1]:993", HostPort("2001:db8::1", 993)),
        ("postmaster@Example.com", Address("postmaster", "example.com")),
        ("MAILTO:a.b@example.com?subject=x", Address("a.b", "example.com")),
        ("imaps://mail.example.com", Url(Protocol.IMAP, TlsMode.IMPLICIT, "mail.example.com", 993)),
        ("IMAP://mail.example.com:1143/INBOX", Url(Protocol.IMAP, TlsMode.STARTTLS, "mail.example.com", 1143)),
        ("smtps://mail.example.com", Url(Protocol.SUBMISSION, TlsMode.IMPLICIT, "mail.example.com", 465)),
        ("https://mail.example.com/owa?x=1", Url(Protocol.HTTPS, TlsMode.IMPLICIT, "mail.example.com", 443)),
        ("ldap://[2001:db8::5]", Url(Protocol.LDAP, TlsMode.STARTTLS, "2001:db8::5", 389)),
        ("tls://[2001:db8::5]:8443", Url(Protocol.TLS, TlsMode.IMPLICIT, "2001:db8::5", 8443)),
        ("lmtp://127.0.0.1", Url(Protocol.LMTP, TlsMode.STARTTLS, "127.0.0.1", 24)),
        ("Bücher.example", Host("xn--bcher-kva.example")),
        ("邮件。测试", Host("xn--5nq051n.xn--0zwm56d")),
        ("postfach@müller.example", Address("postfach", "xn--mller-kva.example")),
        ("xn--bcher-kva.example", Host("xn--bcher-kva.example")),
    ],
)
def test_examples(given: str, target: Target) -> None:
    assert parse_target(given) == target


@pytest.mark.parametrize(
    ("given", "part_of_the_sentence"),
    [
        ("", "got nothing"),
        ("   ", "got nothing"),
        (".", "got nothing"),
        (".example.com", "begins with one"),
        ("mail..example.com", "two dots in a row"),
        ("*.example.com", "“*.example.com” is a pattern"),
        ("mail.example.com:", "port number from 1 to 65535"),
        ("mail.example.com:0", "got “0”"),
        ("mail.example.com:65536", "got “65536”"),
        ("mail.example.com:imap", "got “imap”"),
        ("mail.example.com:٢٥", "got “٢٥”"),
        ("mail.example.com/owa", "https://mail.example.com/owa"),
        ("2001:db8::1:zz", "IPv6 address in brackets"),
        ("[2001:db8::1", "in the brackets"),
        ("[192.0.2.1]", "in the brackets"),
        ("[fe80::1%eth0]", "in the brackets"),
        ("[2001:db8::1]993", "a URL such as"),
        ("256.1.1.1", "IP address such as"),
        ("127.1", "IP address such as"),
        ("0x7f000001", "IP address such as"),
        ("gopher://mail.example.com", "got “gopher://”"),
        ("tls://mail.example.com", "no port of its own"),
        ("imaps://", "got nothing"),
        ("imaps://mail.example.com:", "a URL such as"),
        ("imaps://[::1]x", "a URL such as"),
        ("user@", "got nothing"),
        ("@example.com", "before the @"),
        ("user@[192.0.2.1]", "in the brackets"),
        ("user@192.0.2.1", "after the @"),
        ("a" * 65 + "@example.com", "before the @"),
        ("mail server", "cannot be part of a name"),
        ("-mail.example.com", "“-mail” cannot be part"),
        ("a" * 64 + ".example", "at most 63 characters"),
        (".".join(["a" * 60] * 5), "at most 253 characters"),
        ("a" * 3000, "3000 characters"),
        ("ü" * 300, "at most 253 characters"),
        ("straße.example", "xn--strae-oqa"),
        ("straße.example", "strasse"),
        ("\U0001f9ff.example", "ASCII form"),  # younger than Unicode 3.2
        ("ma\x1b[31mil.example", "ma\\x1b[31mil"),
        ("ma\u202eil.example", "cannot be part of a DNS name"),
    ],
)
def test_refusals_say_what_was_expected(given: str, part_of_the_sentence: str) -> None:
    with pytest.raises(TargetError) as caught:
        parse_target(given)
    assert part_of_the_sentence in str(caught.value)
    assert "\x1b" not in str(caught.value)


def test_a_password_in_a_url_is_not_repeated() -> None:
    with pytest.raises(TargetError) as caught:
        parse_target("imaps://user:Geheim123@mail.example.com")
    assert "Geheim123" not in str(caught.value)
    assert "password" in str(caught.value)


@given(NAMES, PORTS)
def test_names_and_ports_survive(name: str, port: int) -> None:
    assert parse_target(name) == Host(name)
    assert parse_target(f"{name.upper()}:{port}") == HostPort(name, port)
    for scheme, meaning in SCHEMES.items():
        assert parse_target(f"{scheme}://{name}:{port}") == Url(meaning.protocol, meaning.tls_mode, name, port)


@given(IPV6, PORTS)
def test_ipv6_in_every_place(address: str, port: int) -> None:
    assert parse_target(address) == parse_target(f"[{address}]") == Host(address)
    assert parse_target(f"[{address}]:{port}") == HostPort(address, port)
    assert parse_target(f"imaps://[{address}]:{port}") == Url(Protocol.IMAP, TlsMode.IMPLICIT, address, port)
    assert parse_address(f"[{address}]") == address


@given(
    st.one_of(st.text(max_size=80), st.text(string.printable, max_size=80), st.text("[]:/@.*a1%-\u3002ß", max_size=20))
)
def test_anything_else_is_a_target_or_a_sentence(given: str) -> None:
    try:
        target = parse_target(given)
    except TargetError:
        return
    host = target.domain if isinstance(target, Address) else target.host
    assert host == host.lower()
    assert host.isascii()
    assert parse_host(f"[{host}]" if ":" in host else host) == host


def test_ids_of_endpoints_can_be_read_back() -> None:
    """What a report calls an endpoint is, without its address, a URL that TARGET takes."""
    for scheme, meaning in SCHEMES.items():
        seen = Endpoint("mail.example.com", 4433, meaning.protocol, meaning.tls_mode, "192.0.2.1", None, "given")
        url = seen.id.partition("@")[0]
        assert parse_target(url) == parse_target(f"{scheme}://mail.example.com:4433")
