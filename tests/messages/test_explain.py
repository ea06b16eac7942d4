"""Answers: who speaks, what is left after all that was found, what is not said twice, and what to run next."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.messages.saying import codes, who

from mailtrust.core.messages.explain import MOST_PERHAPS, explain
from mailtrust.core.messages.message import OriginKind
from mailtrust.core.messages.places import place_of
from mailtrust.core.messages.tokens import MOST_CHARACTERS


def speakers(text: str) -> list[str]:
    return [speaker.id for speaker in explain(text).answers[0].speakers]


def passed_on(text: str) -> list[str]:
    return [speaker.id for speaker in explain(text).answers[0].passed_on]


def commands(text: str) -> tuple[str, ...]:
    return explain(text).answers[0].commands


def test_a_code_narrows_what_the_page_says() -> None:
    title = codes(explain("Your connection is not private"))
    page = codes(explain("Your connection is not private NET::ERR_CERT_DATE_INVALID"))
    assert {"self-signed", "name-mismatch", "expired"} <= set(title)
    assert set(page) == {"expired", "chain-expired-issuer", "not-yet-valid"}
    assert page[0] == "expired"


def test_details_narrow_a_dialog_that_hides_everything() -> None:
    dialog = "Cannot Verify Server Identity. The identity of “mail.example.com” cannot be verified by Mail."
    assert len(codes(explain(dialog))) > 10
    assert codes(explain(dialog + " Certificate exceeds maximum temporal validity period")) == ["validity-too-long"]


def test_what_only_the_second_page_tells_is_left() -> None:
    first = "The Gmail app can't guarantee the security of this email address."
    assert "expired" in codes(explain(first))
    second = first + " Certificate not trusted. Contact your email provider about this error"
    assert codes(explain(second)) == ["chain-incomplete", "self-signed", "anchor-unknown"]


@pytest.mark.parametrize(
    ("text", "outer", "inner", "meant"),
    [
        (
            "curl: (60) SSL certificate problem: unable to get local issuer certificate",
            "curl",
            "openssl",
            ["chain-incomplete"],
        ),
        (
            "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self signed certificate (_ssl.c:1007)",
            "python",
            "openssl",
            ["self-signed"],
        ),
        (
            "msmtp: TLS certificate verification failed: The certificate chain uses expired certificate.",
            "msmtp",
            "gnutls",
            ["expired", "chain-expired-issuer"],
        ),
        (
            "SSL error connecting imap.example.com: self signed certificate in certificate chain",
            "mbsync",
            "openssl",
            ["anchor-unknown"],
        ),
        (
            "fetchmail: Server certificate verification error: certificate has expired",
            "fetchmail",
            "openssl",
            ["expired", "chain-expired-issuer"],
        ),
        (
            "ldap_start_tls: Connect error (-11) certificate verify failed (unable to get local issuer certificate)",
            "ldapsearch",
            "openssl",
            ["chain-incomplete"],
        ),
    ],
)
def test_a_program_that_passes_on_a_reason_is_named_with_it(
    text: str, outer: str, inner: str, meant: list[str]
) -> None:
    assert speakers(text) == [outer]
    assert inner in passed_on(text)
    assert codes(explain(text)) == meant
    assert len(explain(text).answers) == 1


def test_the_wrapper_alone_does_not_make_a_message() -> None:
    assert explain("Incoming Status: Failure - the mailbox is full").answers == ()
    assert explain("Microsoft Dynamics CRM E-mail Router").answers == ()


def test_who_says_the_same_speaks_in_one_answer() -> None:
    explanation = explain("The name on the security certificate is invalid or does not match the name of the site.")
    assert {"outlook-windows", "mailstore-addin"} <= {one.id for one in explanation.answers[0].speakers}
    assert explain("net::ERR_CERT_AUTHORITY_INVALID").answers[0].speakers[0].id == "chrome"
    assert [one.id for one in explain("net::ERR_CERT_AUTHORITY_INVALID").answers[0].speakers] == ["chrome", "edge"]


def test_what_stands_inside_something_better_is_not_said_again() -> None:
    text = "Das Zertifikat für mail.example.com ist für diesen Server nicht gültig."
    assert [answer.speakers[0].id for answer in explain(text).answers] == ["thunderbird"]


def test_two_messages_give_two_answers() -> None:
    text = "RemoteCertificateNameMismatch, RemoteCertificateChainErrors"
    assert {codes(explain(text), 0)[0], codes(explain(text), 1)[0]} == {"name-mismatch", "chain-incomplete"}


def test_what_the_text_cannot_tell_apart_is_named() -> None:
    alike = explain("The certificate for mail.example.com does not come from a trusted source.").answers[0].alike
    assert {"chain-incomplete", "self-signed", "anchor-unknown"} <= {cause.code for cause in alike}
    assert explain("DEPTH_ZERO_SELF_SIGNED_CERT").answers[0].alike == ()


def test_a_missing_intermediate_is_likely_only_where_nobody_downloads_it() -> None:
    assert (
        codes(explain("The certificate for x.example.com does not come from a trusted source."))[0]
        == "chain-incomplete"
    )
    windows = codes(explain("The security certificate was issued by a company you have not chosen to trust."))
    assert windows.index("self-signed") < windows.index("chain-incomplete")


def test_what_a_dialog_hides_is_said() -> None:
    answer = explain(
        "A secure connection cannot be established with the server mail.example.com because its intermediate or root "
        "certificate cannot be found."
    ).answers[0]
    assert any("literally" in str(note) for note in answer.notes)
    assert "name-mismatch" in [one.cause.code for one in answer.suspicions]


def test_other_languages_of_the_message_are_given() -> None:
    quote = explain("Der Zielprinzipalname ist falsch.").answers[0].quotes[0]
    assert quote.utterance.lang == "de"
    assert {one.lang for one in quote.translations} >= {"en", "es", "zh"}


@pytest.mark.parametrize(
    ("text", "command"),
    [
        (
            "Could not establish trust relationship for the SSL/TLS secure channel, https://ex01.example.com/EWS",
            "mailtrust check https://ex01.example.com --client dotnet-windows",
        ),
        (
            "Could not establish trust relationship for the SSL/TLS secure channel",
            "mailtrust check HOST --client dotnet-windows",
        ),
        (
            "certificate verification failed for mx.example.net[192.0.2.7]:25: untrusted issuer /CN=CA",
            "mailtrust check smtp://mx.example.net --client mta-verified",
        ),
        (
            "curl: (60) SSL certificate problem: self-signed certificate, imap.example.com:993",
            "mailtrust check imap.example.com:993 --client openssl",
        ),
        ("x509: certificate signed by unknown authority", "mailtrust check HOST"),
    ],
)
def test_the_next_check_is_filled_in(text: str, command: str) -> None:
    assert commands(text) == (command,)


def test_the_domain_is_filled_in_where_it_is_known() -> None:
    assert "mailtrust check https://autodiscover.example.com --client outlook-windows" in commands(
        "Out of Office does not work for user@example.com"
    )
    assert "mailtrust check https://autodiscover.DOMAIN --client outlook-windows" in commands(
        "Out of Office does not work"
    )


def test_the_server_that_the_user_names_counts_more_than_the_text() -> None:
    answer = explain("hostname mismatch for a.example.com", place_of("imaps://b.example.com")).answers[0]
    assert answer.commands == ("mailtrust check imaps://b.example.com --client openssl",)


def test_a_symptom_beside_a_message_needs_more_than_two_words() -> None:
    message = "The name on the security certificate is invalid or does not match the name of the site."
    assert len(explain(f"Out of Office does not work: {message}").answers) == 1
    both = who(explain(f"It works in Outlook, the phone fails. {message} "))
    assert {"outlook-windows", "outlook-not-phone"} <= both


def test_symptoms_are_told_by_people() -> None:
    answer = explain("works in Outlook but not on the phone").answers[0]
    assert answer.speakers[0].kind is OriginKind.PERSON
    assert answer.title is not None
    assert answer.quotes == ()


def test_what_is_near_is_only_perhaps() -> None:
    explanation = explain("Event ID 12014 printer spooler started")
    assert explanation.answers == ()
    assert 0 < len(explanation.perhaps) <= MOST_PERHAPS


def test_an_unknown_text_is_not_known() -> None:
    explanation = explain("the cat sat on the mat")
    assert (explanation.answers, explanation.perhaps, explanation.place) == ((), (), None)


def test_a_long_text_is_looked_at_in_part() -> None:
    said = "Trust anchor for certification path not found."
    assert explain(said + " x" * MOST_CHARACTERS).cut
    assert "android" in who(explain(said + " x" * MOST_CHARACTERS))
    assert explain("x " * MOST_CHARACTERS + said).answers == ()


@given(st.text(max_size=500))
def test_any_text_is_explained_or_not(text: str) -> None:
    explanation = explain(text)
    for answer in (*explanation.answers, *explanation.perhaps):
        assert answer.suspicions
        assert 0 < answer.score <= 1
        assert answer.commands


PIECES = [
    "certificate",
    "the",
    "is not",
    "trusted",
    "证书",
    "无效",
    "{host}",
    "%s",
    "\x1b[31m",
    "0x800B0109",
    "&#x;",
    "\\u0041",
]


@given(st.lists(st.sampled_from(PIECES)))
def test_words_of_the_trade_in_any_order_do_no_harm(words: list[str]) -> None:
    explain(" ".join(words))


HOSTILE = [
    "a@",
    "http://",
    "a.b.",
    "aaA",
    "1.1",
    "&",
    "[",
    "\\u00",
    "e\u0301",
    "certificateserver",
    "证书无效",
    "certifcate ",
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_flood_of_one_thing_is_no_message_and_takes_no_longer_than_another_text(piece: str) -> None:
    assert len(explain(piece * (MOST_CHARACTERS // len(piece))).answers) <= 1


def test_a_part_that_does_not_speak_of_certificates_is_known_where_nothing_else_is_said() -> None:
    assert "dotnet-windows" in who(explain("Could not establish trust relationship"))
