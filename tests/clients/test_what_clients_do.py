"""What each client does in each situation: the table that the sources give, held against the verdicts."""

from collections.abc import Callable

import pytest
from tests.clients.conftest import Situation

from mailtrust.core.clients import BY_ID
from mailtrust.core.model.endpoint import Protocol
from mailtrust.core.model.verdict import Basis, Outcome

Find = Callable[[str], Situation]

# A accepts, W asks and its button goes on, r refuses but has a way on, R refuses.
COLUMNS = (
    "gmail-android", "gmail-android@api24", "outlook-windows", "outlook-windows@2007", "outlook-mac",
    "apple-mail-ios", "thunderbird", "firefox", "chrome", "edge", "dotnet-windows", "mailstore-addin",
    "java-mail", "java-mail@1.6", "openssl", "gnutls", "mta-opportunistic", "mta-verified",
)  # fmt: skip
TABLE = """
                     gm g24 ow o07 om ios tb ff ch ed net ms ja j16 os gt opp ver
good                 A  A   A  A   A  A   A  A  A  A  A   A  A  A   A  A  A   A
no-issuer            r  r   A  A   A  A   W  r  A  A  A   A  R  R   R  R  A   R
no-issuer-preloaded  r  r   W  W   W  W   W  A  r  r  R   W  R  R   R  R  A   R
no-issuer-private    r  r   W  W   W  W   W  r  r  r  R   W  R  R   R  R  A   R
no-issuer-elsewhere  r  r   W  W   W  W   W  r  r  r  R   W  R  R   R  R  A   R
self-signed          r  r   W  W   W  W   W  r  r  r  R   W  R  R   R  R  A   R
unknown-root         r  r   W  W   W  W   W  r  r  r  R   W  R  R   R  R  A   R
expired              r  r   W  W   W  W   W  r  r  r  R   W  R  R   R  R  A   R
wrong-name           r  r   W  W   W  W   W  r  r  r  R   W  R  A   R  R  A   R
name-in-cn           r  A   A  A   W  W   W  r  r  r  A   A  A  A   A  A  A   A
address              A  A   A  A   A  A   A  A  A  A  A   A  A  A   A  A  A   A
address-as-dns       r  r   A  A   W  W   W  r  r  r  A   A  R  A   R  R  A   R
second-name          A  A   A  W   A  A   A  A  A  A  A   A  A  A   A  A  A   A
rsa-1024             A  A   A  A   W  W   A  A  A  A  A   A  A  A   R  A  A   A
sha-1                r  A   A  A   W  W   W  r  R  R  A   A  A  A   R  R  A   R
no-eku-public        A  A   A  A   W  W   A  A  A  A  A   A  A  A   A  A  A   A
no-eku-private       A  A   A  A   A  A   A  A  A  A  A   A  A  A   A  A  A   A
client-auth          r  r   W  W   W  W   R  R  R  R  R   W  R  R   R  R  A   R
key-encipherment     R  A   A  A   A  A   A  A  R  R  A   A  R  R   A  R  A   A
must-staple          A  A   A  A   A  A   R  R  A  A  A   A  A  A   A  R  A   A
ca-as-leaf           A  A   A  A   W  W   W  r  A  A  A   A  A  A   A  A  A   A
public-400-days      A  A   A  A   W  W   A  A  r  r  A   A  A  A   A  A  A   A
private-400-days     A  A   A  A   A  A   A  A  A  A  A   A  A  A   A  A  A   A
private-900-days     A  A   A  A   W  W   A  A  A  A  A   A  A  A   A  A  A   A
no-timestamps        A  A   A  A   W  W   W  r  r  r  A   A  A  A   A  A  A   A
"""
ROWS = {line.split()[0]: tuple(line.split()[1:]) for line in TABLE.strip().splitlines()[1:]}


@pytest.mark.parametrize("name", ROWS)
def test_every_client_does_what_its_sources_say(situation: Find, name: str) -> None:
    given = situation(name)
    assert len(ROWS[name]) == len(COLUMNS)
    differing = {}
    for client, expected in zip(COLUMNS, ROWS[name], strict=True):
        verdict = given.judged(client)
        letter = {Outcome.ACCEPTED: "A", Outcome.WARNED: "W", Outcome.REFUSED: "r" if verdict.overridable else "R"}
        if letter.get(verdict.outcome) != expected:
            differing[client] = f"expected {expected}, got {verdict.outcome} for {sorted(verdict.error_codes)}"
    assert differing == {}


@pytest.mark.parametrize("client", ["outlook-mobile", "mta-sts", "mta-dane"])
def test_what_nobody_can_know_is_unknown_and_says_why(situation: Find, client: str) -> None:
    for name in ("good", "self-signed"):
        verdict = situation(name).judged(client)
        assert verdict.outcome is Outcome.UNKNOWN
        assert verdict.valid is None
        assert verdict.reasons[0].fact("because") == BY_ID[client].unknown_because


def test_firefox_says_that_it_leans_on_preloading(situation: Find) -> None:
    verdict = situation("no-issuer-preloaded").judged("firefox")
    assert [reason.code for reason in verdict.reasons] == ["chain-incomplete"]
    assert verdict.reasons[0].fact("preloaded") is True
    assert verdict.error_codes == frozenset()
    assert verdict.words == ()


def test_gmail_refuses_a_missing_intermediate_in_the_published_words(situation: Find) -> None:
    verdict = situation("no-issuer").judged("gmail-android")
    assert verdict.basis is Basis.SOURCE
    assert [said.text.partition(" / ")[0] for said in verdict.words] == [
        "Certificate not valid",
        "Certificate not trusted",
    ]


def test_outlook_speaks_differently_over_https_and_imap(situation: Find) -> None:
    wrong = situation("wrong-name")
    over_https = wrong.judged("outlook-windows", Protocol.HTTPS).words[0].text
    over_imap = wrong.judged("outlook-windows", Protocol.IMAP).words[0].text
    assert "The name on the security certificate is invalid" in over_https
    assert over_imap.endswith("The target principal name is incorrect.")


def test_thunderbird_names_host_and_day_in_five_languages(situation: Find) -> None:
    given = situation("expired")
    verdict = given.judged("thunderbird", Protocol.IMAP)
    day = f"{given.presented[0].not_after:%Y-%m-%d}"
    assert [said.lang for said in verdict.words] == ["en", "fr", "de", "es", "zh"]
    assert all("mail.example.test" in said.text and day in said.text for said in verdict.words)


def test_a_less_certain_reason_makes_a_less_certain_verdict(situation: Find) -> None:
    assert situation("no-issuer").judged("gmail-android").basis is Basis.SOURCE
    assert situation("wrong-name").judged("gmail-android").basis is Basis.RECALLED
    assert situation("client-auth").judged("outlook-windows").basis is Basis.RECALLED
    assert situation("expired").judged("openssl").basis is Basis.ENGINE


@pytest.mark.parametrize("client", BY_ID)
def test_nobody_goes_past_what_cannot_be_read(situation: Find, client: str) -> None:
    given = situation("unreadable").judged(client)
    if given.outcome is Outcome.UNKNOWN or client == "mta-opportunistic":
        return
    assert given.error_codes == {"certificate-unparsable"}
    assert (given.outcome, given.overridable) == (Outcome.REFUSED, False)


@pytest.mark.parametrize("client", ["chrome", "edge"])
def test_chromium_has_no_page_about_what_is_no_certificate(situation: Find, client: str) -> None:
    """As Chromium 156 says it to the lab's unparsable-certificate."""
    assert [said.text.split(" / ")[-1] for said in situation("unreadable").judged(client).words] == [
        "ERR_SSL_PROTOCOL_ERROR"
    ]
