"""Requests: what is asked for is what this reader and OpenSSL read, and garbage is a problem, never an exception."""

import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailtrust.core.issuance.keys import make_key
from mailtrust.core.issuance.recipe import SERVER_AUTH, Recipe, recipe_for
from mailtrust.core.issuance.request import make_request
from mailtrust.core.model.certificate import CertificateSpec, IdentifierType, ParseProblem
from mailtrust.core.model.certificate_request import CertificateRequest
from mailtrust.core.x509.request import read_request
from mailtrust.core.x509.signatures import SignatureResult, signed_by

SPEC = CertificateSpec(("mail.example.com", "*.example.net"), ("192.0.2.1",), "mail.example.com", "Example")
KEY = make_key("ec-p256")
MADE = make_request(recipe_for(SPEC), KEY)


def read(octets: bytes) -> CertificateRequest:
    found = read_request(octets)
    assert isinstance(found, CertificateRequest)
    return found


@pytest.mark.parametrize("kind", ["rsa-2048", "ec-p384", "ed25519"])
def test_what_is_asked_for_is_read_again(kind: str) -> None:
    key = make_key(kind)  # type: ignore[arg-type]
    request = read(make_request(recipe_for(SPEC), key))
    assert request.subject.text == "CN=mail.example.com,O=Example"
    assert [(one.type, one.value) for one in request.subject_alt_names] == [
        (IdentifierType.DNS, "mail.example.com"),
        (IdentifierType.DNS, "*.example.net"),
        (IdentifierType.IP, "192.0.2.1"),
    ]
    assert request.extended_key_usage == (SERVER_AUTH,)
    assert request.public_key.spki == key.spki
    assert not request.problems
    assert signed_by(request, request.public_key) is SignatureResult.VALID
    assert {oid for oid, _, _ in request.extensions}.isdisjoint({"2.5.29.14", "2.5.29.35"})


def test_openssl_reads_it_and_its_own_is_read(tmp_path: Path) -> None:
    (tmp_path / "made.csr").write_bytes(MADE)
    told = subprocess.run(
        ["openssl", "req", "-inform", "DER", "-in", tmp_path / "made.csr", "-noout", "-text", "-verify"],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert "verify OK" in told.stdout + told.stderr
    assert "DNS:mail.example.com, DNS:*.example.net, IP Address:192.0.2.1" in told.stdout
    subprocess.run(
        ["openssl", "req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", tmp_path / "k", "-outform", "DER",
         "-out", tmp_path / "theirs.csr", "-subj", "/O=Example/CN=mx.example.org",
         "-addext", "subjectAltName=DNS:mx.example.org"],
        check=True, capture_output=True,
    )  # fmt: skip
    theirs = read((tmp_path / "theirs.csr").read_bytes())
    assert theirs.subject.text == "CN=mx.example.org,O=Example"
    assert [one.value for one in theirs.subject_alt_names] == ["mx.example.org"]
    assert signed_by(theirs, theirs.public_key) is SignatureResult.VALID


def test_nothing_asked_for() -> None:
    request = read(make_request(Recipe(common_name="x"), KEY))
    assert request.extensions == ()
    assert request.attributes == ()


def test_a_changed_request_is_not_signed_by_its_key() -> None:
    changed = MADE.replace(b"mail.example.com", b"evil.example.com")
    assert signed_by(read(changed), read(changed).public_key) is SignatureResult.INVALID


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_damage_is_a_problem_and_no_exception(data: st.DataObject) -> None:
    octets = bytearray(MADE)
    for _ in range(data.draw(st.integers(1, 4))):
        octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    assert isinstance(
        read_request(bytes(octets[: data.draw(st.integers(0, len(octets)))])), CertificateRequest | ParseProblem
    )
