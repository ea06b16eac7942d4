"""Profiles are data: complete, cited, and without a word that nobody could have said."""

import re
from datetime import UTC, datetime

import pytest

from mailtrust.core.clients import BY_ID, CLIENTS, UnknownClientError, client_by_id
from mailtrust.core.model.client import ClientProfile, OnFailure, Words
from mailtrust.core.model.endpoint import Protocol
from mailtrust.core.model.pool import Source
from mailtrust.core.model.verdict import Basis, Outcome, Reason, ReasonSeverity, Utterance
from mailtrust.core.validation.reasons import CODES

IN_ORDER = [
    "gmail-android",
    "outlook-windows",
    "outlook-mobile",
    "outlook-mac",
    "apple-mail-ios",
    "apple-mail-macos",
    "thunderbird",
    "firefox",
    "chrome",
    "edge",
    "dotnet-windows",
    "mailstore-addin",
    "java-mail",
    "openssl",
    "gnutls",
    "mta-opportunistic",
    "mta-verified",
    "mta-sts",
    "mta-dane",
]
VERSIONED = {
    "gmail-android@api24", "gmail-android@api28", "gmail-android@api29", "firefox@95", "firefox@128", "firefox@135",
    "thunderbird@128", "thunderbird@140", "java-mail@8", "java-mail@11",
    "outlook-windows@2007", "outlook-windows@2010", "outlook-windows@2013",
    "outlook-windows@2016", "outlook-windows@m365", "java-mail@17", "java-mail@1.6", "openssl@3", "openssl@1.1",
    "mta-sts@policy",
}  # fmt: skip
STORES = {"mozilla", "microsoft", "chrome", "apple", "android", "java", "system"}
WAYS = {"gpo", "windows", "firefox", "thunderbird", "chromium", "apple", "android", "linux", "java", "nss"}
FETCH_ISSUERS = {
    "outlook-windows", "outlook-mac", "apple-mail-ios", "apple-mail-macos", "chrome", "edge", "dotnet-windows",
    "mailstore-addin",
}  # fmt: skip

WORDS_UNKNOWN = {("outlook-mac", "expired")}
"""Nobody has written down what it says; docs/unconfirmed.md asks for it."""

every_profile = pytest.mark.parametrize("profile", BY_ID.values(), ids=BY_ID)


def test_clients_stand_in_the_published_order() -> None:
    assert [client.id for client in CLIENTS] == IN_ORDER
    assert set(BY_ID) == {*IN_ORDER, *VERSIONED}


@every_profile
def test_profile_says_who_it_is_and_where_that_was_read(profile: ClientProfile) -> None:
    assert profile.title
    assert profile.versions
    assert profile.speaks
    assert profile.anchor_store in STORES
    assert profile.reached_by <= WAYS
    assert profile.citations
    for citation in profile.citations:
        assert len(citation.where) > 5
        assert "[S:" not in citation.where


@every_profile
def test_profile_knows_only_codes_that_are_given(profile: ClientProfile) -> None:
    known = CODES | {"revoked"}
    assert profile.on_failure.overridable - {"*"} <= known
    assert profile.on_failure.never <= known
    assert set(profile.basis_of or {}) <= known
    for words in profile.words:
        assert words.codes <= known


@every_profile
def test_words_are_quoted_with_language_and_source(profile: ClientProfile) -> None:
    for said in (utterance for words in profile.words for utterance in words.utterances):
        assert said.lang in {"en", "fr", "de", "es", "zh"}
        assert said.source
        assert said.text.strip() == said.text != ""
        assert set(re.findall(r"\{.*?\}", said.text)) <= {"{host}", "{date}"}


@every_profile
def test_no_words_stand_behind_others_that_always_fit(profile: ClientProfile) -> None:
    for index, words in enumerate(profile.words[:-1]):
        assert words.codes or words.protocols, f"what stands behind number {index} is never said"


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.id)
def test_who_stops_the_user_says_something(client: ClientProfile) -> None:
    if client.unknown_because or client.on_failure.outcome is Outcome.ACCEPTED:
        return
    for protocol in client.speaks:
        for code in ("chain-incomplete", "self-signed", "name-mismatch", "expired"):
            if (client.id, code) in WORDS_UNKNOWN:
                continue
            assert client.say("host.example", (Reason(code, ReasonSeverity.ERROR),), protocol), (code, protocol)


def test_issuers_come_only_from_where_the_client_looks() -> None:
    for profile in BY_ID.values():
        assert Source.PRESENTED in profile.issuer_sources
        assert not profile.issuer_sources & {Source.ELSEWHERE, Source.GIVEN}
        assert (Source.AIA in profile.issuer_sources) == (profile.id.partition("@")[0] in FETCH_ISSUERS)
        assert (Source.CATALOGUE in profile.issuer_sources) == (profile.id.partition("@")[0] == "firefox")


def test_protocols_fit_the_client() -> None:
    for profile in BY_ID.values():
        if profile.id.startswith("mta-"):
            assert profile.speaks == {Protocol.SMTP}
        elif profile.id.partition("@")[0] in {"firefox", "chrome", "edge", "mailstore-addin"}:
            assert profile.speaks == {Protocol.HTTPS}
        elif profile.id.startswith(("openssl", "gnutls")):
            assert profile.speaks == set(Protocol)
        else:
            assert Protocol.LMTP not in profile.speaks
            assert Protocol.IMAP in profile.speaks or profile.id == "dotnet-windows"


@pytest.mark.parametrize(
    ("wanted", "near"),
    [
        ("outlook", "outlook-windows"),
        ("Gmail", "gmail-android"),
        ("crome", "chrome"),
        ("openssl@4", "openssl@1.1"),
        ("thunderbrid", "thunderbird"),
        ("", "gmail-android"),
    ],
)
def test_an_unknown_client_is_refused_with_those_near(wanted: str, near: str) -> None:
    with pytest.raises(UnknownClientError) as refusal:
        client_by_id(wanted)
    assert near in str(refusal.value)
    assert refusal.value.status == 2


def test_ids_are_found_in_any_case() -> None:
    assert client_by_id(" Outlook-Windows@2007 ").id == "outlook-windows@2007"


def test_what_fills_a_placeholder_is_not_read_as_one() -> None:
    words = Words(frozenset({"expired"}), (Utterance("{host} ended on {date}", "en", "test"),))
    reason = Reason(
        "expired", ReasonSeverity.ERROR, None, (("not_after", datetime(2026, 2, 3, tzinfo=UTC)), ("days", 3))
    )
    assert words.spoken("{date}{0}{x.y}", (reason,))[0].text == "{date}{0}{x.y} ended on 2026-02-03"


def test_a_day_that_no_reason_tells_stays_open() -> None:
    words = Words(frozenset(), (Utterance("ended on {date}", "en", "test"),))
    assert words.spoken("host", ())[0].text == "ended on ?"


def test_overriding_is_for_clients_with_a_user() -> None:
    for profile in BY_ID.values():
        if profile.id.startswith(("openssl", "gnutls", "java", "dotnet", "mta-")):
            assert profile.on_failure.overridable == frozenset()
        if profile.on_failure.outcome is Outcome.WARNED:
            assert profile.on_failure != OnFailure(Outcome.WARNED)


def test_measured_engines_are_the_only_ones_that_claim_it() -> None:
    claiming = {profile.id for profile in BY_ID.values() if profile.basis is Basis.ENGINE}
    by_command = {"openssl", "openssl@3", "gnutls", "java-mail", "java-mail@17", "java-mail@1.6"}
    newest = {"firefox", "firefox@135", "thunderbird", "thunderbird@140"}
    assert claiming == by_command | newest | {"chrome", "mta-verified"}


@pytest.mark.parametrize(
    ("client", "code", "error"),
    [
        ("chrome", "tls-version-old", "ERR_SSL_VERSION_OR_CIPHER_MISMATCH"),
        ("edge", "tls-version-old", "ERR_SSL_VERSION_OR_CIPHER_MISMATCH"),
        ("firefox", "tls-version-old", "SSL_ERROR_UNSUPPORTED_VERSION"),
        ("chrome", "key-not-proven", "ERR_SSL_PROTOCOL_ERROR"),
    ],
)
def test_where_there_is_no_handshake_a_browser_complains_of_no_certificate(client: str, code: str, error: str) -> None:
    """As Chromium 156 and Firefox 153 say it to servers that do so."""
    said = BY_ID[client].say("mail.example.test", (Reason(code, ReasonSeverity.ERROR),), Protocol.HTTPS)
    assert error in said[0].text


@pytest.mark.parametrize("client", ["chrome", "edge"])
def test_chromium_says_otherwise_of_what_is_no_certificate_than_of_one_with_a_bad_field(client: str) -> None:
    no_certificate = Reason("certificate-unparsable", ReasonSeverity.ERROR, None, (("sha256", "00"),))
    bad_field = Reason("certificate-unparsable", ReasonSeverity.ERROR, None, (("fields", ("nameConstraints",)),))
    pages = [
        BY_ID[client].say("mail.example.test", (reason,), Protocol.HTTPS)[0].text
        for reason in (no_certificate, bad_field)
    ]
    assert pages[0].endswith("ERR_SSL_PROTOCOL_ERROR")
    assert pages[1].endswith("net::ERR_CERT_INVALID")
