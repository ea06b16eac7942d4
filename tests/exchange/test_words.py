"""Words as people paste them and as Exchange writes them: services, thumbprints, names of certificates, versions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrust.core.formats.exchange.services_text import FLAGS, read_services, write_services
from mailtrust.core.formats.exchange.tls_certificate_name import TlsCertificateName, names, read_tls_certificate_name
from mailtrust.core.formats.exchange.words import build_of, directory_of, status_of, token_checking_of
from mailtrust.core.formats.thumbprint_text import ThumbprintError, hex_digits, read_thumbprint
from mailtrust.core.model.exchange import EXCHANGE_SERVICES, ExchangeCertificate, ExchangeService

PRINT = "0C3DBE8AA7A9E0BA2C4D5E6F708192A3B4C5D6E7"
SERVICES = st.frozensets(st.sampled_from(EXCHANGE_SERVICES))


@pytest.mark.parametrize(
    ("given", "services"),
    [
        ("IP.WS..", {"IMAP", "POP", "IIS", "SMTP"}),
        ("...WS..", {"IIS", "SMTP"}),
        ("....S..", {"SMTP"}),
        ("I..WS..", {"IMAP", "IIS", "SMTP"}),
        (".P.WS..", {"POP", "IIS", "SMTP"}),
        (".......", set()),
        ("IP.WS", {"IMAP", "POP", "IIS", "SMTP"}),
        (".....", set()),
        ("..U..F.", {"UM", "Federation"}),
        ("..U...R", {"UM", "UMCallRouter"}),
        ("IMAP, POP, IIS, SMTP", {"IMAP", "POP", "IIS", "SMTP"}),
        ("{imap;pop}", {"IMAP", "POP"}),
        ("None", set()),
        ("", set()),
        ("27", {"IMAP", "POP", "IIS", "SMTP"}),
        ("25", {"IMAP", "IIS", "SMTP"}),
        ("96", {"Federation", "UMCallRouter"}),
    ],
)
def test_services_in_every_form(given: str, services: set[str]) -> None:
    assert read_services(given) == (services, ())


def test_what_is_no_service_is_kept_out_and_told() -> None:
    assert read_services("SMTP, Fax") == ({"SMTP"}, ("Fax",))
    assert read_services(str(16 + 1024)) == ({"SMTP"}, ("1024",))


@given(SERVICES)
def test_services_are_read_as_they_are_written(services: frozenset[ExchangeService]) -> None:
    assert read_services(write_services(services)) == (services, ())
    assert read_services(str(sum(FLAGS[one] for one in services))) == (services, ())
    letters = "".join(
        letter if one in services else "." for letter, one in zip("IPUWSFR", EXCHANGE_SERVICES, strict=True)
    )
    assert read_services(letters) == (services, ())


@given(st.text(max_size=40))
def test_any_text_is_read_as_services(given: str) -> None:
    services, unknown = read_services(given)
    assert services <= set(EXCHANGE_SERVICES)
    assert all(one in given or one.isdigit() for one in unknown)


@pytest.mark.parametrize(
    "given",
    [
        PRINT,
        PRINT.lower(),
        "\u200e0c 3d be 8a a7 a9 e0 ba 2c 4d 5e 6f 70 81 92 a3 b4 c5 d6 e7",
        ":".join(PRINT[at : at + 2] for at in range(0, 40, 2)),
        f"\ufeff{PRINT[:20]}\u00a0\u200b{PRINT[20:]}\u200f\r\n",
        PRINT.translate({ord(digit): 0xFF10 + int(digit) for digit in "0123456789"}),
    ],
)
def test_a_thumbprint_however_it_was_copied(given: str) -> None:
    assert read_thumbprint(given) == PRINT


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("", "got 0"),
        (PRINT[:-1], "got 39"),
        (PRINT[:-1] + "O", "“o” is no hexadecimal digit"),
        ("ab" * 32, "SHA-256"),
        ("mail.example.com", "no hexadecimal digit"),
        ("\x1b[2J" * 400, "no hexadecimal digit"),
    ],
)
def test_what_is_no_thumbprint_is_refused_with_a_sentence(given: str, says: str) -> None:
    with pytest.raises(ThumbprintError) as refused:
        read_thumbprint(given)
    assert says in str(refused.value)
    assert str(refused.value).isprintable()


@given(st.text("0123456789abcdefABCDEF", min_size=1, max_size=64), st.text("\u200e\u200f\u200b :-\u00a0\t", max_size=5))
def test_the_digits_of_a_part(digits: str, marks: str) -> None:
    assert hex_digits(marks + marks.join(digits) + marks) == digits.lower()
    assert hex_digits(digits + "z") is None


def named(issuer: str, subject: str) -> ExchangeCertificate:
    return ExchangeCertificate(PRINT, None, "", subject, issuer, ())


def test_a_connector_names_a_certificate_by_text() -> None:
    certificate = named("CN=R11, O=Let's Encrypt, C=US", "CN=mail.example.com")
    for written in (
        "<I>CN=R11, O=Let's Encrypt, C=US<S>CN=mail.example.com",
        "<i>CN=R11, O=LET'S ENCRYPT, C=US<s>cn=MAIL.example.com",
    ):
        assert names(written, certificate)
    # Another intermediate, and the value is stale.
    assert not names("<I>CN=R10, O=Let's Encrypt, C=US<S>CN=mail.example.com", certificate)
    assert not names("", certificate)
    assert read_tls_certificate_name("CN=mail.example.com") is None
    assert read_tls_certificate_name("<S>CN=a<I>CN=b") is None


WORDS = st.text(st.characters(exclude_characters="<>", exclude_categories=["Cs"]), max_size=30).map(str.strip)


@given(WORDS, WORDS)
def test_a_name_is_read_as_it_is_written(issuer: str, subject: str) -> None:
    name = TlsCertificateName(issuer, subject)
    assert read_tls_certificate_name(str(name)) == name


@pytest.mark.parametrize(
    ("given", "build"),
    [
        ("Version 15.2 (Build 986.5)", "15.2.986.5"),
        ("Version 8.3 (Build 83.6)", "8.3.83.6"),
        ("15.02.1544.004", "15.2.1544.4"),
        ("15.2.2562.17", "15.2.2562.17"),
        ("", ""),
        ("0.20 (15.0.0.0)", ""),
        ("Version 15.2", ""),
    ],
)
def test_versions(given: str, build: str) -> None:
    assert build_of(given) == build


def test_words_whatever_their_case() -> None:
    assert status_of("valid") == "Valid"
    assert status_of("Fine") == ""
    assert token_checking_of("require") == "Require"
    assert directory_of("owa") == "OWA"
    assert directory_of("Exadmin") == ""
