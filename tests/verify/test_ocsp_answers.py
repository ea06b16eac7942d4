"""OCSP answers: who may give them, when they count, and what they say (RFC 6960)."""

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, load_der_private_key
from cryptography.x509 import ocsp
from hypothesis import given
from hypothesis import strategies as st

from mailtrust.core.model.certificate import ParseProblem
from mailtrust.core.x509.ocsp_response import read_ocsp_response

OCSP_SIGNING = "1.3.6.1.5.5.7.3.9"


def b64(octets: bytes) -> str:
    return base64.b64encode(octets).decode()


def asked(pki: Any, answer: bytes) -> dict[str, Any]:
    return {"ocsp": b64(answer), "crls": b64(pki.crl(pki.root)), "revocation": "require"}


def test_a_good_answer_clears_the_certificate(pki: Any) -> None:
    assert pki.codes(**asked(pki, pki.ocsp())) == []
    assert pki.codes(**asked(pki, pki.ocsp(by_key=True))) == []
    assert pki.codes(**asked(pki, pki.ocsp(hash_name="sha256"))) == []


def test_a_revoked_certificate_is_refused_with_day_and_reason(pki: Any) -> None:
    (verdict,) = pki.ask(ocsp=b64(pki.ocsp(status=pki.revoked_status(4)))).verdicts
    (reason,) = verdict.reasons
    assert reason.code == "revoked"
    assert reason.facts["reason"] == "superseded"
    assert reason.facts["since"] == "2026-05-29T12:00:00Z"
    assert reason.facts["source"] == "ocsp"
    assert pki.codes(ocsp=b64(pki.ocsp(status=pki.revoked_status(None))), revocation="off") == []


def test_a_revocation_counts_more_than_a_good_word(pki: Any) -> None:
    good, bad = b64(pki.ocsp()), b64(pki.ocsp(status=pki.revoked_status()))
    assert pki.codes(ocsp=[good, bad]) == ["revoked"]
    crl = b64(pki.crl(None, pki.entry(pki.leaf.certificate.serial)))
    assert pki.codes(ocsp=good, crls=crl) == ["revoked"]


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        ({"status": b"\x82\x00"}, "status-unknown"),
        ({"begins": 1}, "not-yet-valid"),
        ({"ends": -0.5}, "outdated"),
        ({"begins": -8, "ends": None}, "outdated"),
        ({"more": (("1.2.3.4", True, b"\x05\x00"),)}, "critical-extension-unknown"),
        ({"response_status": 3}, "no-answer"),
    ],
)
def test_an_answer_that_is_not_in_order_tells_nothing(pki: Any, spoil: dict[str, Any], reason: str) -> None:
    assert pki.why(**asked(pki, pki.ocsp(**spoil))) == [reason]


def test_an_answer_without_next_update_counts_for_some_days(pki: Any) -> None:
    assert pki.codes(**asked(pki, pki.ocsp(begins=-6, ends=None))) == []


def test_a_nonce_does_not_matter(pki: Any) -> None:
    nonce = ("1.3.6.1.5.5.7.48.1.2", False, b"\x04\x04abcd")
    assert pki.codes(**asked(pki, pki.ocsp(more=(nonce,)))) == []


def test_an_answer_about_another_certificate_tells_nothing(pki: Any) -> None:
    assert pki.why(**asked(pki, pki.ocsp(pki.server().certificate))) == ["nothing-said"]
    assert pki.why(**asked(pki, pki.ocsp(issuer=pki.root))) == ["nothing-said"]


def responder(pki: Any, **changes: Any) -> Any:
    usual = {"extended_key_usage": (OCSP_SIGNING,), "key_usage": frozenset({"digitalSignature"})}
    return pki.server(None, "ocsp.example.com", key_name="responder", **{**usual, **changes})


def test_a_responder_that_the_issuer_entrusted_may_answer(pki: Any) -> None:
    assert pki.codes(**asked(pki, pki.ocsp(signer=responder(pki)))) == []
    assert pki.codes(**asked(pki, pki.ocsp(signer=responder(pki), by_key=True))) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"extended_key_usage": ("1.3.6.1.5.5.7.3.1",)},
        {"extended_key_usage": None},
        {"key_usage": frozenset({"keyEncipherment"})},
        {"extensions": (("1.2.3.4", True, b"\x05\x00"),)},
    ],
    ids=["another purpose", "no purpose", "key usage", "unknown critical extension"],
)
def test_nobody_else_may_answer(pki: Any, changes: dict[str, Any]) -> None:
    assert pki.why(**asked(pki, pki.ocsp(signer=responder(pki, **changes)))) == ["signer-not-allowed"]


def test_the_responder_is_issued_by_the_very_issuer(pki: Any) -> None:
    usages = {"extended_key_usage": (OCSP_SIGNING,), "key_usage": frozenset({"digitalSignature"})}
    above = pki.server(pki.root, "ocsp.example.com", key_name="responder", **usages)
    assert pki.why(**asked(pki, pki.ocsp(signer=above))) == ["signer-not-allowed"]


def test_the_responders_certificate_may_come_with_the_chain(pki: Any) -> None:
    signer = responder(pki)
    answer = asked(pki, pki.ocsp(signer=signer, send_signer=False))
    assert pki.why(**answer) == ["signer-unknown"]
    chain = (pki.leaf.certificate, pki.issuing.certificate, signer.certificate)
    assert pki.codes(*chain, **answer) == []


def test_the_signature_must_be_the_signers(pki: Any) -> None:
    assert pki.why(**asked(pki, pki.ocsp(by=pki.leaf.key))) == ["signature-invalid"]


def test_clients_that_do_not_look_say_so(pki: Any) -> None:
    answer = pki.ask(client=["openssl", "rfc5280"], ocsp=b64(pki.ocsp(status=pki.revoked_status())), crls=[])
    openssl, reference = answer.verdicts
    assert (openssl.valid, openssl.unsupported) == (True, ["ocsp"])
    assert (reference.valid, reference.unsupported) == (False, [])


def test_any_client_can_be_made_to_look(pki: Any) -> None:
    for client in ("openssl", "gnutls", "java-mail", "gmail-android", "outlook-windows"):
        assert pki.codes(client=client, revocation="require") == ["revocation-unreachable"] * 2


def test_answers_of_the_crypto_library_are_read(pki: Any) -> None:
    issuer = x509.load_der_x509_certificate(pki.issuing.certificate.der)
    leaf = x509.load_der_x509_certificate(pki.leaf.certificate.der)
    signing_key: Any = load_der_private_key(pki.issuing.key.pkcs8, None)
    built = (
        ocsp.OCSPResponseBuilder()
        .add_response(
            cert=leaf,
            issuer=issuer,
            algorithm=hashes.SHA256(),
            cert_status=ocsp.OCSPCertStatus.REVOKED,
            this_update=pki.now - timedelta(days=1),
            next_update=pki.now + timedelta(days=1),
            revocation_time=pki.now - timedelta(days=2),
            revocation_reason=x509.ReasonFlags.key_compromise,
        )
        .responder_id(ocsp.OCSPResponderEncoding.HASH, issuer)
        .sign(signing_key, hashes.SHA256())
    )
    octets = built.public_bytes(Encoding.DER)
    read = read_ocsp_response(octets)
    assert not isinstance(read, ParseProblem)
    (answer,) = read.answers
    assert (answer.status, answer.reason, answer.hash) == ("revoked", "keyCompromise", "sha256")
    assert answer.revoked_at == datetime(2026, 5, 30, 12, tzinfo=UTC)
    assert pki.codes(ocsp=b64(octets)) == ["revoked"]


@given(st.binary(max_size=200))
def test_reading_never_raises(octets: bytes) -> None:
    assert isinstance(read_ocsp_response(octets), ParseProblem)


@given(at=st.integers(0, 500), octet=st.integers(0, 255))
def test_an_answer_with_one_octet_changed_clears_nobody(pki: Any, at: int, octet: int) -> None:
    good = pki.ocsp()
    spoilt = bytearray(good)
    spoilt[at % len(good)] = octet
    if bytes(spoilt) != good:
        assert pki.codes(**asked(pki, bytes(spoilt))) == ["revocation-unreachable"]
