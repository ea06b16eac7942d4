"""What clients ask of the handshake itself."""

from typing import Any

import pytest

from mailtrust.core.validation.handshake import (
    key_proven,
    key_usage_for_key_exchange,
    needed_key_usage,
    staple_when_demanded,
    tls_at_least,
)


def codes(check: Any, *arguments: Any) -> list[str]:
    return [reason.code for reason in check(*arguments)]


@pytest.mark.parametrize(
    ("spoken", "least", "old"),
    [
        ("TLSv1.3", "TLSv1.2", False),
        ("TLSv1.2", "TLSv1.2", False),
        ("TLSv1.1", "TLSv1.2", True),
        ("TLSv1", "TLSv1.1", True),
        ("TLSv1", "TLSv1", False),
    ],
)
def test_versions(pki: Any, spoken: str, least: str, old: bool) -> None:
    leaf = pki.alone()
    check = tls_at_least(least)
    assert codes(check, pki.handshake(leaf, tls_version=spoken), leaf) == (["tls-version-old"] if old else [])


@pytest.mark.parametrize(
    ("version", "cipher", "bit"),
    [
        ("TLSv1.3", "TLS_AES_256_GCM_SHA384", "digitalSignature"),
        ("TLSv1.2", "ECDHE-RSA-AES128-GCM-SHA256", "digitalSignature"),
        ("TLSv1.2", "DHE-RSA-AES128-SHA", "digitalSignature"),
        ("TLSv1.2", "AES128-SHA", "keyEncipherment"),
        ("TLSv1.2", "TLS_RSA_WITH_AES_128_CBC_SHA", "keyEncipherment"),
        ("TLSv1", "ECDH-ECDSA-AES128-SHA", "keyAgreement"),
    ],
)
def test_the_bit_that_a_key_exchange_needs(pki: Any, version: str, cipher: str, bit: str) -> None:
    handshake = pki.handshake(tls_version=version, cipher=cipher)
    assert needed_key_usage(handshake) == bit
    for usage, expected in (
        (None, []),
        (frozenset({bit}), []),
        (frozenset({"nonRepudiation"}), ["key-usage-wrong"]),
    ):
        leaf = pki.alone(key_usage=usage)
        assert codes(key_usage_for_key_exchange, handshake, leaf) == expected


def test_the_key_is_proven(pki: Any) -> None:
    leaf = pki.alone()
    assert codes(key_proven, pki.handshake(leaf), leaf) == []
    assert codes(key_proven, pki.handshake(leaf, key_proven=False), leaf) == ["key-not-proven"]


def test_a_staple_that_was_promised(pki: Any) -> None:
    plain, promising = pki.alone(), pki.alone(must_staple=True)
    assert codes(staple_when_demanded, pki.handshake(plain), plain) == []
    assert codes(staple_when_demanded, pki.handshake(promising), promising) == ["must-staple-without-staple"]
    assert codes(staple_when_demanded, pki.handshake(promising, ocsp_staple=b"0"), promising) == []
