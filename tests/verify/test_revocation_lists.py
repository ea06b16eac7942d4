"""Revocation lists: which are believed, of whom they speak, and what silence means (RFC 5280 5 and 6.3)."""

import base64
from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, load_der_private_key
from hypothesis import given
from hypothesis import strategies as st

from mailtrust.core.issuance.recipe import Recipe
from mailtrust.core.model.certificate import Certificate, ParseProblem
from mailtrust.core.model.status import ALL_REASONS
from mailtrust.core.x509 import der
from mailtrust.core.x509.distribution_points import distribution_points
from mailtrust.core.x509.revocation_list import read_revocation_list

NAMES = der.encode(0xA0, der.encode(0xA0, der.encode(0x86, b"http://crl.example.com/1.crl")))
OTHER_NAMES = der.encode(0xA0, der.encode(0xA0, der.encode(0x86, b"http://crl.example.com/2.crl")))
TRUE = b"\xff"


def b64(octets: bytes) -> str:
    return base64.b64encode(octets).decode()


def required(pki: Any, *crls: bytes, leaf: Certificate | None = None, **more: Any) -> list[str]:
    leaf = leaf or pki.leaf.certificate
    known = [b64(crl) for crl in (*crls, pki.crl(pki.root))]
    return pki.codes(leaf, pki.issuing.certificate, crls=known, revocation="require", **more)


def why(pki: Any, *crls: bytes, leaf: Certificate | None = None, **more: Any) -> list[str]:
    leaf = leaf or pki.leaf.certificate
    known = [b64(crl) for crl in (*crls, pki.crl(pki.root))]
    return pki.why(leaf, pki.issuing.certificate, crls=known, revocation="require", **more)


def test_a_list_that_does_not_name_the_certificate_clears_it(pki: Any) -> None:
    assert required(pki, pki.crl(None, pki.entry(1), pki.entry(2))) == []


def test_a_revoked_certificate_is_refused_with_day_and_reason(pki: Any) -> None:
    crl = b64(pki.crl(None, pki.entry(1), pki.entry(pki.leaf.certificate.serial, 1)))
    for asked in ("require", "profile"):
        (verdict,) = pki.ask(crls=[crl, b64(pki.crl(pki.root))], revocation=asked).verdicts
        (reason,) = verdict.reasons
        assert (reason.code, reason.certificate) == ("revoked", pki.leaf.certificate.fingerprint)
        assert reason.facts["reason"] == "keyCompromise"
        assert reason.facts["since"] == "2026-05-27T12:00:00Z"
    assert pki.codes(crls=crl, revocation="off") == []


def test_an_intermediate_can_be_revoked_too(pki: Any) -> None:
    crl = b64(pki.crl(pki.root, pki.entry(pki.issuing.certificate.serial)))
    assert pki.codes(crls=crl) == ["revoked"]


def test_silence_is_let_be_unless_word_is_required(pki: Any) -> None:
    assert pki.codes() == []
    assert pki.codes(revocation="profile") == []
    assert pki.codes(revocation="require") == ["revocation-unreachable"] * 2
    assert why(pki) == ["nothing-said"]


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        ({"ends": -0.5}, "outdated"),
        ({"begins": 1}, "not-yet-valid"),
        ({"ends": None}, "malformed"),
        ({"number": None}, "malformed"),
        ({"version": 1}, "malformed"),
        ({"more": (("1.2.3.4", True, b"\x05\x00"),)}, "critical-extension-unknown"),
        ({"more": (("2.5.29.20", True, b"\x02\x01\x07"),), "number": None}, "malformed"),
    ],
)
def test_a_list_that_is_not_in_order_tells_nothing(pki: Any, spoil: dict[str, Any], reason: str) -> None:
    assert why(pki, pki.crl(**spoil)) == [reason]


def test_an_extension_that_is_not_critical_may_be_unknown(pki: Any) -> None:
    assert required(pki, pki.crl(more=(("1.2.3.4", False, b"\x05\x00"),))) == []


def test_a_list_is_signed_by_its_issuer(pki: Any) -> None:
    assert why(pki, pki.crl(by=pki.leaf.key)) == ["signature-invalid"]


def test_an_issuer_without_crl_sign_signs_no_list(pki: Any) -> None:
    mute = pki.intermediate(name="Mute CA", key_usage=frozenset({"keyCertSign"}))
    leaf = pki.server(mute)
    known = [b64(pki.crl(mute)), b64(pki.crl(pki.root))]
    chain = (leaf.certificate, mute.certificate)
    assert pki.why(*chain, crls=known, revocation="require") == ["signer-not-allowed"]


def test_a_ca_may_sign_its_lists_with_another_key_of_its_own(pki: Any) -> None:
    signer = pki.made(
        Recipe(subject=pki.issuing.certificate.subject.der, key_usage=frozenset({"cRLSign"})), key_name="lists"
    )
    crl = b64(pki.crl(by=signer.key))
    known = {"crls": [crl, b64(pki.crl(pki.root))], "revocation": "require"}
    chain = (pki.leaf.certificate, pki.issuing.certificate)
    assert pki.why(*chain, **known) == ["signature-invalid"]
    assert pki.codes(*chain, signer.certificate, **known) == []
    stranger = pki.intermediate(pki.root, "Other CA")
    false = pki.made(
        Recipe(subject=pki.issuing.certificate.subject.der, key_usage=frozenset({"cRLSign"})), stranger, "lists"
    )
    assert pki.why(*chain, false.certificate, **known) == ["signature-invalid"]


def test_a_list_of_another_ca_does_not_matter(pki: Any) -> None:
    other = pki.intermediate(name="Other CA")
    assert why(pki, pki.crl(other, pki.entry(pki.leaf.certificate.serial))) == ["nothing-said"]


def test_what_is_no_list_is_told(pki: Any) -> None:
    assert why(pki, b"\x30\x03\x02\x01\x05") == ["malformed"]


@pytest.mark.parametrize(
    ("parts", "good"),
    [
        ((der.encode(0x81, TRUE),), True),
        ((der.encode(0x82, TRUE),), False),
        ((der.encode(0x85, TRUE),), False),
        ((NAMES,), True),
        ((OTHER_NAMES,), False),
        ((der.encode(0xA0, der.encode(0xA1, b"")),), False),
    ],
    ids=["users", "authorities", "attributes", "its point", "another point", "relative name"],
)
def test_a_list_speaks_of_its_scope_only(pki: Any, parts: tuple[bytes, ...], good: bool) -> None:
    leaf = pki.server(crl_urls=("http://crl.example.com/1.crl",)).certificate
    crl = pki.crl(more=(pki.scope(*parts),))
    if good:
        assert required(pki, crl, leaf=leaf) == []
        assert required(pki, pki.crl(None, pki.entry(leaf.serial), more=(pki.scope(*parts),)), leaf=leaf) == ["revoked"]
    else:
        assert why(pki, crl, leaf=leaf) == ["out-of-scope"]


def test_a_list_of_users_clears_no_authority(pki: Any) -> None:
    known = [b64(pki.crl()), b64(pki.crl(pki.root, more=(pki.scope(der.encode(0x81, TRUE)),)))]
    assert pki.why(crls=known, revocation="require") == ["out-of-scope"]


def test_lists_for_some_reasons_complete_each_other(pki: Any) -> None:
    some = pki.crl(more=(pki.scope(der.encode(0x83, b"\x05\x60")),))  # keyCompromise, cACompromise
    rest = pki.crl(more=(pki.scope(der.encode(0x83, b"\x07\x1f\x80")),))
    assert why(pki, some) == ["some-reasons-only"]
    assert required(pki, some, rest) == []
    hit = pki.crl(None, pki.entry(pki.leaf.certificate.serial, 1), more=(pki.scope(der.encode(0x83, b"\x05\x60")),))
    assert "revoked" in required(pki, hit)


def delta(base: int) -> tuple[str, bool, bytes]:
    return "2.5.29.27", True, der.encode_integer(base)


def test_changes_count_on_top_of_a_complete_list(pki: Any) -> None:
    serial = pki.leaf.certificate.serial
    added = pki.crl(None, pki.entry(serial), number=9, more=(delta(7),))
    taken_back = pki.crl(None, pki.entry(serial, 8), number=9, more=(delta(7),))
    assert required(pki, pki.crl(), added) == ["revoked"]
    assert required(pki, pki.crl(None, pki.entry(serial, 6)), taken_back) == []
    assert required(pki, pki.crl(None, pki.entry(serial, 6))) == ["revoked"]
    assert why(pki, added) == ["nothing-said"]
    too_new = pki.crl(None, pki.entry(serial), number=9, more=(delta(8),))
    assert required(pki, pki.crl(), too_new) == []


def test_an_indirect_list_speaks_for_those_that_name_its_issuer(pki: Any) -> None:
    lists = pki.intermediate(name="Lists of all", key_usage=frozenset({"cRLSign"}), basic_constraints=None)
    who = lists.certificate.subject.der
    point = der.encode(der.SEQUENCE, NAMES, der.encode(0xA2, der.encode(0xA4, who)))
    leaf = pki.server(extensions=(("2.5.29.31", False, der.encode(der.SEQUENCE, point)),)).certificate
    of_issuer = (
        "2.5.29.29",
        True,
        der.encode(der.SEQUENCE, der.encode(0xA4, pki.issuing.certificate.subject.der)),
    )
    indirect = pki.scope(NAMES, der.encode(0x84, TRUE))
    clear = pki.crl(lists, pki.entry(leaf.serial), more=(indirect,))
    hit = pki.crl(lists, pki.entry(1, None, (of_issuer,)), pki.entry(leaf.serial), more=(indirect,))
    chain = (leaf, pki.issuing.certificate, lists.certificate)
    root_list = b64(pki.crl(pki.root))
    assert pki.codes(*chain, crls=[b64(clear), root_list], revocation="require") == []
    assert pki.codes(*chain, crls=[b64(hit), root_list], revocation="require") == ["revoked"]
    direct = pki.crl(lists, more=(pki.scope(NAMES),))
    assert pki.why(*chain, crls=[b64(direct), root_list], revocation="require") == ["nothing-said"]


def test_an_entry_with_an_unknown_critical_extension_spoils_the_list(pki: Any) -> None:
    odd = pki.crl(None, pki.entry(1, None, (("1.2.3.4", True, b"\x05\x00"),)))
    assert why(pki, odd) == ["critical-extension-unknown"]


def test_lists_of_the_crypto_library_are_read(pki: Any) -> None:
    issuer = x509.load_der_x509_certificate(pki.issuing.certificate.der)
    signing_key: Any = load_der_private_key(pki.issuing.key.pkcs8, None)
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.subject)
        .last_update(pki.now - timedelta(hours=1))
        .next_update(pki.now + timedelta(days=1))
        .add_extension(x509.CRLNumber(12), critical=False)
        .add_revoked_certificate(
            x509.RevokedCertificateBuilder()
            .serial_number(pki.leaf.certificate.serial)
            .revocation_date(pki.now - timedelta(days=2))
            .add_extension(x509.CRLReason(x509.ReasonFlags.superseded), critical=False)
            .build()
        )
    )
    octets = builder.sign(signing_key, hashes.SHA256()).public_bytes(Encoding.DER)
    read = read_revocation_list(octets)
    assert not isinstance(read, ParseProblem)
    assert (read.number, read.problems, read.version) == (12, (), 2)
    ((_, serial),) = read.entries
    assert serial == pki.leaf.certificate.serial
    assert required(pki, octets) == ["revoked"]


def test_points_are_read_whole(pki: Any) -> None:
    leaf = pki.server(crl_urls=("http://crl.example.com/1.crl", "http://crl.example.com/2.crl")).certificate
    points = distribution_points(leaf)
    assert points
    assert all(point.reasons == ALL_REASONS and not point.issuers for point in points)
    named = {octets for point in points for _, octets in point.names or ()}
    assert named == {b"http://crl.example.com/1.crl", b"http://crl.example.com/2.crl"}
    broken = pki.server(extensions=(("2.5.29.31", False, b"\x05\x00"),)).certificate
    assert distribution_points(broken) == ()


@given(st.binary(max_size=200))
def test_reading_never_raises(octets: bytes) -> None:
    assert isinstance(read_revocation_list(octets), ParseProblem)


@given(st.integers(0, 400), st.integers(0, 255))
def test_a_list_with_one_octet_changed_clears_nobody(pki: Any, at: int, octet: int) -> None:
    good = pki.crl(None, pki.entry(3))
    spoilt = bytearray(good)
    spoilt[at % len(good)] = octet
    if bytes(spoilt) != good:
        assert required(pki, bytes(spoilt)) == ["revocation-unreachable"]
