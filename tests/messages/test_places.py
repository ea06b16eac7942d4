"""Which server a text speaks of, ready for a command line."""

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrust.core.formats.target import TargetError, parse_target
from mailtrust.core.messages.places import place_in, place_of


@pytest.mark.parametrize(
    ("text", "target", "domain"),
    [
        ("error at https://ex01.example.com/EWS/Exchange.asmx today", "https://ex01.example.com", None),
        ("https://mail.example.com:8443/owa", "https://mail.example.com:8443", "example.com"),
        ("the certificate of mail.example.com.", "mail.example.com", "example.com"),
        ("cannot reach imap.example.com:993 (timeout)", "imap.example.com:993", "example.com"),
        ("user@example.com gets a warning", "example.com", "example.com"),
        ("user@example.com at mail.example.com", "mail.example.com", "example.com"),
        ("http://autodiscover.example.com/autodiscover/autodiscover.xml", "autodiscover.example.com", "example.com"),
        ("connect to mx.example.net[192.0.2.7]:25: untrusted issuer", "mx.example.net", "example.net"),
        ("server 192.0.2.7 says no", "192.0.2.7", None),
        ("imaps://[2001:db8::1]:993/ failed", "imaps://[2001:db8::1]", None),
        ("Disconnected: rip=203.0.113.9, lip=192.0.2.1, TLS", "192.0.2.1", None),
        ("lost connection from unknown[203.0.113.9]", None, None),
        ("sun.security.validator.ValidatorException: PKIX path building failed", None, None),
        ("System.Net.WebException at System.Net.Mail.SmtpClient", None, None),
        ("(_ssl.c:1007)", None, None),
        ("chain.pem and config.xml in /etc/ssl/certs/ca-certificates.crt", None, None),
        ("verify error at line 12.5", None, None),
        ("no server here", None, None),
        ("bücher.example 的证书", "xn--bcher-kva.example", None),
    ],
)
def test_the_place_that_a_text_names(text: str, target: str | None, domain: str | None) -> None:
    place = place_in(text)
    assert (place.target if place else None) == target
    assert (place.domain if place else None) == domain


@given(st.text(max_size=300) | st.from_regex(r"(https?://)?[a-z;$`'\" &|]{1,10}\.[a-z.;$()`]{2,20}(:[0-9]{1,6})?"))
def test_a_place_is_a_target_and_harmless_in_a_shell(text: str) -> None:
    place = place_in(text)
    if place is not None:
        parse_target(place.target)
        assert shlex.split(place.target) == [place.target]
        assert not set(place.target) & set(";&|<>$`\"'\\ \n*?(){}")


def test_what_the_user_names_must_be_a_target() -> None:
    assert place_of("https://mail.example.com/owa").host == "mail.example.com"
    with pytest.raises(TargetError):
        place_of("gopher://mail.example.com")


def test_a_flood_of_names_is_looked_at_in_part() -> None:
    assert place_in("chain.pem " * 100_000 + "mail.example.com") is None
