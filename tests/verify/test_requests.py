"""Lines of `verify --batch`: what is a request, what is refused with which words, and what an answer holds."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrust.core.clients import CLIENTS
from mailtrust.core.formats.json_text import to_json_line
from mailtrust.core.formats.verify_request import (
    EXPECTED,
    KEYS,
    MOST_BYTES,
    VerifyRequest,
    VerifyRequestError,
    read_request,
)
from mailtrust.core.model.certificate import Certificate, UnreadableCertificate
from mailtrust.core.report.schemas import schemas
from mailtrust.core.x509.pem import to_pem
from mailtrust.flows.verify import answer_lines


def read(request: dict[str, Any]) -> VerifyRequest:
    return read_request(json.dumps(request).encode())


def refused(line: bytes) -> str:
    with pytest.raises(VerifyRequestError) as caught:
        read_request(line)
    return str(caught.value)


def test_a_chain_comes_in_every_form(pki: Any) -> None:
    leaf, issuing = pki.leaf.certificate, pki.issuing.certificate
    bare = [base64.b64encode(one.der).decode() for one in (leaf, issuing)]
    for chain in (
        to_pem(leaf) + to_pem(issuing),
        [to_pem(leaf), to_pem(issuing)],
        bare,
        [to_pem(leaf), bare[1]],
        [f"Bag Attributes\n{to_pem(leaf)} and {to_pem(issuing)}"],
    ):
        assert read({"chain": chain}).chain == (leaf, issuing)
    assert read({"chain": bare[0]}).chain == (leaf,)


def test_what_cannot_be_read_as_a_certificate_is_judged_as_such(pki: Any) -> None:
    request = read({"chain": [base64.b64encode(b"no certificate").decode()], "pool": ["AAAA"]})
    assert isinstance(request.chain[0], UnreadableCertificate)
    assert request.pool == ()
    (verdict,) = pki.ask_line(json.dumps({"chain": "AAAA", "client": "rfc5280"}).encode()).verdicts
    assert verdict.valid is False
    assert [reason.code for reason in verdict.reasons] == ["certificate-unparsable"]
    assert verdict.path == [request.chain[0].fingerprint] or len(verdict.path) == 1


def test_everything_has_a_default(pki: Any) -> None:
    request = read({"chain": to_pem(pki.leaf.certificate)})
    assert request == VerifyRequest(chain=(pki.leaf.certificate,))
    assert request.revocation == "profile"
    assert request.purpose == "tls-server"
    nothing = {key: None for key in KEYS if key != "chain"}
    assert read({**nothing, "chain": to_pem(pki.leaf.certificate)}) == request


def test_keys_that_begin_with_x_are_ignored(pki: Any) -> None:
    request = read({"chain": to_pem(pki.leaf.certificate), "x-note": {"a": [1]}, "x-": None, "id": 3})
    assert request.id == 3


@pytest.mark.parametrize("key", ["names", "X-note", "root", "x_note", "", "Chain", "é"])
def test_any_other_key_is_refused(pki: Any, key: str) -> None:
    line = json.dumps({"id": "one", "chain": to_pem(pki.leaf.certificate), key: 1}).encode()
    answer = pki.ask_line(line)
    assert (answer.id, answer.verdicts) == ("one", [])
    assert answer.error.code == "bad-request"
    assert key in answer.error.message or key == ""


def test_a_key_that_is_nearly_right_is_named() -> None:
    assert "Near is name;" in refused(b'{"chain": "AAAA", "nmae": "x"}')


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b"", "no JSON"),
        (b"nonsense", "no JSON"),
        (b"\xff\xfe", "no JSON"),
        (b'{"chain": "AAAA"', "no JSON"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"x-a":' * 100_000, "nested too deeply"),
        (b"[1]", "an object with the key chain"),
        (b"7", "an object with the key chain"),
        (b"{}", "chain: expected certificates"),
        (b'{"chain": 5}', "chain: expected certificates"),
        (b'{"chain": []}', "chain: expected certificates"),
        (b'{"chain": ["AAAA", 5]}', "chain: expected certificates"),
        (b'{"chain": "no base64!"}', "chain: expected certificates"),
        (b'{"chain": ["AAAA", "?"]}', "chain[1]: expected certificates"),
        (b'{"chain": "-----BEGIN CERTIFICATE-----\\n?\\n-----END CERTIFICATE-----"}', "chain: expected"),
        (b'{"chain": "-----BEGIN X509 CRL-----\\nAAAA\\n-----END X509 CRL-----"}', "chain: expected"),
        (b'{"chain": "AAAA", "roots": "AAAA"}', "roots[0]: expected a certificate that can be read"),
        (b'{"chain": "AAAA", "at": "soon"}', "2027-01-31"),
        (b'{"chain": "AAAA", "at": "2027-01-31T12:00:00"}', "time zone"),
        (b'{"chain": "AAAA", "at": 5}', "at: expected a moment"),
        (b'{"chain": "AAAA", "name": ""}', "name: expected"),
        (b'{"chain": "AAAA", "name": {"a": 1}}', "name: expected"),
        (b'{"chain": "AAAA", "purpose": "server"}', "one of tls-server, tls-client, email, any"),
        (b'{"chain": "AAAA", "revocation": true}', "one of off, profile, require"),
        (b'{"chain": "AAAA", "max_intermediates": -1}', "a number from 0 to 1000"),
        (b'{"chain": "AAAA", "max_intermediates": 1.5}', "a number from 0 to 1000"),
        (b'{"chain": "AAAA", "max_intermediates": true}', "a number from 0 to 1000"),
        (b'{"chain": "AAAA", "policies": "any"}', "object identifiers"),
        (b'{"chain": "AAAA", "policies": "1"}', "object identifiers"),
        (b'{"chain": "AAAA", "client": []}', "client: expected"),
        (b'{"chain": "AAAA", "client": ","}', "client: expected"),
        (b'{"chain": "AAAA", "crls": "?"}', "crls: expected revocation lists"),
        (b'{"chain": "AAAA", "ocsp": [""]}', "ocsp[0]: expected OCSP responses"),
        (b'{"chain": "AAAA", "flags": 1}', "flags: expected"),
    ],
)
def test_what_is_no_request_is_told_in_a_sentence(line: bytes, words: str) -> None:
    assert words in refused(line)


def test_every_key_can_say_what_it_wants() -> None:
    assert set(EXPECTED) == KEYS


def test_a_line_is_bounded() -> None:
    assert "64 MiB" in refused(b" " * (MOST_BYTES + 1))


def test_names_and_clients_are_taken_one_by_one_or_together(pki: Any) -> None:
    chain = to_pem(pki.leaf.certificate)
    assert read({"chain": chain, "name": " a.example "}).names == ("a.example",)
    assert read({"chain": chain, "name": ["a.example", "b.example", "a.example"]}).names == ("a.example", "b.example")
    assert read({"chain": chain, "client": "openssl, gnutls"}).clients == ("openssl", "gnutls")
    assert read({"chain": chain, "client": ["openssl", "java-mail@1.6"]}).clients == ("openssl", "java-mail@1.6")
    assert read({"chain": chain, "client": "all"}).clients is None
    assert read({"chain": chain, "policies": ["2.23.140.1.2.1", "1.02.3"]}).policies == {"2.23.140.1.2.1", "1.2.3"}
    assert read({"chain": chain, "at": "2027-01-31T12:00:00.5+02:00"}).at == datetime(
        2027, 1, 31, 10, 0, 0, 500_000, tzinfo=UTC
    )


def test_lists_come_as_pem_too(pki: Any) -> None:
    crl = pki.crl()
    pem = to_pem(crl, "X509 CRL")
    chain = to_pem(pki.leaf.certificate)
    assert read({"chain": chain, "crls": [pem + pem, base64.b64encode(crl).decode()]}).crls == (crl, crl, crl)


@pytest.mark.parametrize("request_id", [None, 0, -1, 1.5, True, "é\u202e\x85", ["a", {"b": None}], {"x": 2**70}])
def test_the_id_comes_back_as_it_was(pki: Any, request_id: object) -> None:
    for more in ({}, {"wrong": 1}, {"at": "soon"}, {"client": "nobody"}):
        line = json.dumps({**pki.request(), "id": request_id, **more}).encode()
        (answer, good) = next(answer_lines([line], store_named=pki.store, now=pki.now, translate=str))
        assert good is (not more)
        assert answer.endswith(b"\n")
        assert len(answer.splitlines()) == 1
        assert len(answer.decode().splitlines()) == 1
        assert json.loads(answer)["id"] == request_id


def test_an_unknown_client_is_a_bad_request(pki: Any) -> None:
    answer = pki.ask(client=["openssl", "gmail"])
    assert answer.error.code == "bad-request"
    assert "gmail-android" in answer.error.message
    assert answer.verdicts == []


def test_every_line_has_its_answer_in_order_and_a_bad_one_ends_nothing(pki: Any) -> None:
    lines = [
        json.dumps(pki.request(id=1)).encode() + b"\n",
        b"\n",
        b"  \t\r\n",
        b"nonsense\n",
        json.dumps(pki.request(id=2)).encode() + b"\r\n",
        b'{"id": 3}\n',
        json.dumps(pki.request(id=4)).encode(),
    ]
    answers = list(answer_lines(lines, store_named=pki.store, now=pki.now, translate=str))
    assert [json.loads(answer)["id"] for answer, _ in answers] == [1, None, 2, 3, 4]
    assert [good for _, good in answers] == [True, False, True, False, True]


def test_lines_are_answered_before_the_next_is_read(pki: Any) -> None:
    read_so_far: list[int] = []

    def lines() -> Any:
        for number in range(3):
            read_so_far.append(number)
            yield json.dumps(pki.request(id=number)).encode()

    for answer, _ in answer_lines(lines(), store_named=pki.store, now=pki.now, translate=str):
        assert json.loads(answer)["id"] == read_so_far[-1]


def test_our_own_mistakes_end_nothing_either(pki: Any) -> None:
    def broken(name: str) -> Any:
        raise ZeroDivisionError(name)

    lines = [json.dumps(pki.request(id=1, roots=None)).encode(), json.dumps(pki.request(id=2)).encode()]
    first, second = answer_lines(lines, store_named=broken, now=pki.now, translate=str)
    assert json.loads(first[0])["error"]["code"] == "internal"
    assert "ZeroDivisionError" in json.loads(first[0])["error"]["message"]
    assert second[1]


def test_a_verdict_says_all_that_the_contract_names(pki: Any) -> None:
    answer = json.loads(to_json_line(pki.ask(name="other.example.com", id="a")))
    assert set(answer) == {"id", "verdicts", "elapsed_ms"}
    (verdict,) = answer["verdicts"]
    assert set(verdict) == {"client", "outcome", "valid", "path", "reasons", "unsupported", "basis"}
    assert verdict["path"] == [one.certificate.fingerprint for one in (pki.leaf, pki.issuing, pki.root)]
    (reason,) = verdict["reasons"]
    assert set(reason) == {"code", "severity", "certificate", "facts", "message"}
    assert reason["message"].startswith("The name other.example.com is not in the certificate")
    assert answer["elapsed_ms"] >= 0


def test_the_moment_is_told_when_it_was_not_asked_for(pki: Any) -> None:
    assert json.loads(to_json_line(pki.ask(at=None)))["at"] == "2026-06-01T12:00:00Z"


def test_all_clients_are_asked_by_default(pki: Any) -> None:
    answer = pki.ask(client=None)
    assert [verdict.client for verdict in answer.verdicts] == [client.id for client in CLIENTS]
    for verdict in answer.verdicts:
        assert verdict.valid is {"accepted": True, "unknown": None}.get(verdict.outcome, False)
        assert (verdict.valid is True) <= (not any(reason.severity == "error" for reason in verdict.reasons))


def test_opportunistic_tls_takes_what_comes(pki: Any) -> None:
    (verdict,) = pki.ask(client="mta-opportunistic", name="other.example.com").verdicts
    assert verdict.valid is True
    assert [reason.severity for reason in verdict.reasons] == ["info"]


def test_requests_and_answers_keep_to_the_published_schemas(pki: Any) -> None:
    published = {name: jsonschema.Draft202012Validator(json.loads(schema)) for name, schema in schemas().items()}
    request = pki.request(id=1, pool=[to_pem(pki.root.certificate)], policies=["1.2.3"], max_intermediates=3)
    published["verify-request-1.json"].validate(request)
    for more in ({"name": 5}, {"purpose": "x"}, {"max_intermediates": -1}, {"unknown": 1}):
        assert list(published["verify-request-1.json"].iter_errors({**request, **more}))
    published["verify-request-1.json"].validate({**request, "x-note": 1})
    for answer in (pki.ask(), pki.ask(client=None, name="x.example"), pki.ask(at="soon"), pki.ask(at=None)):
        published["verify-answer-1.json"].validate(json.loads(to_json_line(answer)))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from([*sorted(KEYS), "x-a", "other"]), json_values, max_size=6))
def test_whatever_an_object_holds_the_answer_is_a_sentence_or_a_verdict(pki: Any, request_: dict[str, Any]) -> None:
    answer = pki.ask_line(json.dumps(request_).encode())
    assert answer.error or answer.verdicts
    if answer.error:
        assert answer.error.code == "bad-request", answer.error.message


@given(st.binary(max_size=60))
def test_whatever_a_line_is_it_is_refused_in_a_sentence(pki: Any, line: bytes) -> None:
    assert pki.ask_line(line).error.code == "bad-request"


def test_a_certificate_is_never_asked_of_the_pool_unless_its_client_fetches(pki: Any) -> None:
    alone = {"pool": to_pem(pki.issuing.certificate), "client": ["openssl", "chrome"]}
    openssl, chrome = pki.ask(pki.leaf.certificate, **alone).verdicts
    assert [reason.code for reason in openssl.reasons] == ["chain-incomplete"]
    assert chrome.valid is True
    assert isinstance(pki.issuing.certificate, Certificate)
