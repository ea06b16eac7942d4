"""What an ACME server's refusals are told as."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrust.core.issuance.acme_problem import AcmeProblem, explain

PREFIX = "urn:ietf:params:acme:error:"

RFC_8555_6_7 = [
    "accountDoesNotExist",
    "alreadyRevoked",
    "badCSR",
    "badNonce",
    "badPublicKey",
    "badRevocationReason",
    "badSignatureAlgorithm",
    "caa",
    "compound",
    "connection",
    "dns",
    "externalAccountRequired",
    "incorrectResponse",
    "invalidContact",
    "malformed",
    "orderNotReady",
    "rateLimited",
    "rejectedIdentifier",
    "serverInternal",
    "tls",
    "unauthorized",
    "unsupportedContact",
    "unsupportedIdentifier",
    "userActionRequired",
]


@pytest.mark.parametrize("code", RFC_8555_6_7)
def test_every_word_of_the_rfc_is_followed_by_what_to_do(code: str) -> None:
    bare = str(explain(AcmeProblem("urn:elsewhere", "no")))
    said = str(explain(AcmeProblem(PREFIX + code, "no")))
    assert f"({code})" in said
    assert "“no” " in said
    assert "“no” " not in bare


def test_name_pause_and_parts_are_told() -> None:
    part = AcmeProblem(PREFIX + "caa", "CAA record for b.example prevents issuance", "b.example")
    whole = AcmeProblem(PREFIX + "compound", "errors", subproblems=(part,))
    said = str(explain(whole, "3600"))
    assert "b.example (caa)" in said
    assert "letsencrypt.org" in said
    assert "3600" in said


@given(st.text(), st.text(), st.text(), st.integers(0, 40))
def test_whatever_a_server_sends_fits_a_terminal(kind: str, detail: str, name: str, count: int) -> None:
    one = AcmeProblem(kind, detail, name)
    nested = AcmeProblem(PREFIX + kind, detail, name, (AcmeProblem(kind, detail, name, (one,) * count),) * count)
    said = str(explain(nested, detail))
    assert said.isprintable()
    assert len(said) < 20_000
