"""The E-mail Router's two causes: a certificate that it does not take, and a URL that names the server otherwise."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

import pytest
from tests.messages.saying import codes

from mailtrust.core.issuance.authority import Authority, issue, make_root, self_signed
from mailtrust.core.issuance.keys import make_key
from mailtrust.core.issuance.recipe import root_recipe, server_recipe
from mailtrust.core.messages.explanation import Explanation, Standing
from mailtrust.core.model.anchors import AnchorStore, TrustAnchor
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.validation.kinds import Kind
from mailtrust.flows.explain import Question, answer

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
SPAN = {"not_before": NOW - 10 * DAY, "not_after": NOW + 300 * DAY}
SAID = (
    "Incoming Status: Failure - The underlying connection was closed: Could not establish trust relationship for the "
    "SSL/TLS secure channel. The remote certificate is invalid according to the validation procedure."
)
URL = "https://mail.example.com/EWS/Exchange.asmx"


@pytest.fixture(scope="module")
def public() -> Authority:
    long = {"not_before": NOW - 3000 * DAY, "not_after": NOW + 3000 * DAY}
    return make_root(root_recipe("Public Root"), make_key("rsa-2048"), serial=1, **long)


@pytest.fixture(scope="module")
def private() -> Authority:
    long = {"not_before": NOW - 3000 * DAY, "not_after": NOW + 3000 * DAY}
    return make_root(root_recipe("Company Root"), make_key("rsa-2048"), serial=2, **long)


def leaf(issuer: Authority | None, *names: str, **span: datetime) -> Certificate:
    key = make_key("rsa-2048")
    recipe = server_recipe(*names)
    if issuer is None:
        return self_signed(recipe, key, serial=7, **(span or SPAN)).certificate
    return issue(issuer, recipe, key, serial=8, **(span or SPAN)).certificate


def ask(public: Authority, *chain: Certificate, url: str | None = URL, said: str = SAID) -> Explanation:
    def stores(names: Iterable[str]) -> Mapping[str, AnchorStore]:
        anchors = (TrustAnchor(public.certificate),)
        return {name: AnchorStore(name, NOW, "made here", "0" * 64, anchors) for name in names}

    return answer(Question(said, url, chain), stores, NOW)


def standing(explanation: Explanation, code: str) -> Standing:
    return next(one.standing for one in explanation.answers[0].suspicions if one.cause.code == code)


def sentences(explanation: Explanation) -> str:
    assert explanation.comparison is not None
    return " ".join(map(str, explanation.comparison.sentences))


def test_without_a_certificate_nothing_is_compared(public: Authority) -> None:
    explanation = ask(public)
    assert explanation.comparison is None
    assert codes(explanation)[:2] == ["self-signed", "name-mismatch"]
    assert explanation.answers[0].commands == ("mailtrust check https://mail.example.com --client dotnet-windows",)


def test_a_self_signed_certificate_of_the_right_name(public: Authority) -> None:
    explanation = ask(public, leaf(None, "mail.example.com"))
    assert explanation.comparison is not None
    assert (explanation.comparison.fits, explanation.comparison.kind) == (True, Kind.SELF_SIGNED)
    assert standing(explanation, "self-signed") is Standing.CONFIRMED
    assert standing(explanation, "name-mismatch") is Standing.RULED_OUT
    assert standing(explanation, "expired") is Standing.RULED_OUT
    assert "supports none" in sentences(explanation)


def test_the_url_names_another_server(public: Authority) -> None:
    explanation = ask(public, leaf(public, "exchange.example.net", "autodiscover.example.net"))
    assert explanation.comparison is not None
    assert (explanation.comparison.fits, explanation.comparison.kind) == (False, Kind.PUBLIC_CA)
    assert explanation.comparison.names == ("exchange.example.net", "autodiscover.example.net")
    assert standing(explanation, "name-mismatch") is Standing.CONFIRMED
    assert standing(explanation, "self-signed") is Standing.RULED_OUT
    assert explanation.answers[0].suspicions[0].cause.code == "name-mismatch"
    assert "exchange.example.net" in sentences(explanation)


def test_a_private_ca_in_the_file(public: Authority, private: Authority) -> None:
    explanation = ask(public, leaf(private, "mail.example.com"), private.certificate)
    assert explanation.comparison is not None
    assert explanation.comparison.kind is Kind.PRIVATE_CA
    assert standing(explanation, "anchor-unknown") is Standing.CONFIRMED
    assert "trusted roots" in sentences(explanation)


def test_what_only_the_wire_can_tell_stays_open(public: Authority) -> None:
    explanation = ask(public, leaf(public, "mail.example.com"))
    assert standing(explanation, "chain-incomplete") is Standing.OPEN
    assert {one.standing for one in explanation.answers[0].suspicions} == {Standing.OPEN, Standing.RULED_OUT}


def test_an_expired_certificate(public: Authority) -> None:
    explanation = ask(public, leaf(public, "mail.example.com", not_before=NOW - 400 * DAY, not_after=NOW - 2 * DAY))
    assert standing(explanation, "expired") is Standing.CONFIRMED
    assert "2026-05-30" in sentences(explanation)


def test_names_are_compared_as_windows_does(public: Authority) -> None:
    """The common name counts where there is no subjectAltName; a wildcard covers one label."""
    wild = ask(public, leaf(public, "*.example.com"))
    assert wild.comparison is not None
    assert wild.comparison.fits
    deep = ask(public, leaf(public, "*.example.com"), url="https://mail.eu.example.com/EWS")
    assert deep.comparison is not None
    assert not deep.comparison.fits


def test_another_client_is_compared_by_its_own_rules(public: Authority) -> None:
    explanation = ask(
        public,
        leaf(None, "mail.example.com"),
        said="Trust anchor for certification path not found.",
        url="imaps://mail.example.com",
    )
    assert explanation.comparison is not None
    assert explanation.comparison.client == "gmail-android"


def test_the_server_in_the_text_serves_when_no_url_is_given(public: Authority) -> None:
    chain = leaf(public, "other.example.com")
    explanation = ask(public, chain, url=None, said=f"{SAID} {URL}")
    assert explanation.comparison is not None
    assert (explanation.comparison.host, explanation.comparison.fits) == ("mail.example.com", False)
    nowhere = ask(public, chain, url=None)
    assert nowhere.comparison is not None
    assert (nowhere.comparison.host, nowhere.comparison.fits) == (None, None)
    assert standing(nowhere, "name-mismatch") is Standing.OPEN


def test_a_misspelt_name_is_named(public: Authority) -> None:
    explanation = ask(
        public, leaf(public, "autdiscover.example.com"), url="https://autodiscover.example.com/autodiscover/"
    )
    assert "autdiscover.example.com in the certificate looks like a misspelt" in sentences(explanation)


def test_certificates_that_do_not_belong_together_are_a_problem(public: Authority) -> None:
    with pytest.raises(UserProblem, match="more than one"):
        ask(public, leaf(public, "a.example.com"), leaf(public, "b.example.com"))
    with pytest.raises(UserProblem):
        ask(public, url="nonsense://x")
