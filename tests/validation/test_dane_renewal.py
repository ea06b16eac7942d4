"""Which TLSA records a renewal would break."""

from __future__ import annotations

import hashlib
from typing import Any

from mailtrust.core.formats.tlsa import Tlsa
from mailtrust.core.validation.dane_renewal import lost, pins_of
from mailtrust.core.validation.tlsa_rollover import advised

PLACE = "_25._tcp.mail.example.com"


def sha(octets: bytes) -> bytes:
    return hashlib.sha256(octets).digest()


def test_what_each_kind_of_record_holds_on_to(caseworld: Any) -> None:
    leaf, ca = caseworld.leaf(), caseworld.intermediate.certificate
    published = {
        "key": (Tlsa(3, 1, 1, sha(leaf.public_key.spki)),),
        "pkix": (Tlsa(1, 1, 2, hashlib.sha512(leaf.public_key.spki).digest()),),
        "certificate": (Tlsa(3, 0, 1, sha(leaf.der)),),
        "issuer": (Tlsa(2, 0, 1, sha(ca.der)),),
        "both": (Tlsa(2, 1, 1, sha(ca.public_key.spki)), Tlsa(3, 1, 1, sha(leaf.public_key.spki))),
        "rolling": (Tlsa(3, 0, 1, sha(leaf.der)), Tlsa(2, 1, 1, sha(ca.public_key.spki))),
        "other": (Tlsa(3, 1, 1, bytes(32)),),
    }
    pins = pins_of(published, (leaf, ca))
    assert pins.key == ("key", "pkix", "both")
    assert pins.issuer == ("issuer", "rolling")
    assert pins.certificate == ("certificate",)


def test_the_same_key_keeps_its_records_and_another_loses_them(caseworld: Any) -> None:
    ca = caseworld.intermediate.certificate
    old, same_key = caseworld.leaf(), caseworld.leaf(ends=170)
    new_key = caseworld.leaf(ends=170, key="ec-p256")
    published = {PLACE: (Tlsa(3, 1, 1, sha(old.public_key.spki)), Tlsa(3, 1, 1, bytes(32)))}
    pins = pins_of(published, (old, ca))
    assert lost(published, pins, (same_key, ca)) == ()
    assert lost(published, pins, (new_key, ca)) == (PLACE,)


def test_a_record_that_matches_nothing_now_is_no_renewals_business(caseworld: Any) -> None:
    published = {PLACE: (Tlsa(3, 1, 1, bytes(32)),)}
    chain = (caseworld.leaf(), caseworld.intermediate.certificate)
    assert lost(published, pins_of(published, chain), (caseworld.leaf(key="ec-p256"),)) == ()


def test_a_record_of_the_next_key_beside_the_present_one_allows_the_change(caseworld: Any) -> None:
    ca = caseworld.intermediate.certificate
    old, new = caseworld.leaf(), caseworld.leaf(key="ec-p256")
    published = {PLACE: (Tlsa(3, 1, 1, sha(old.public_key.spki)), Tlsa(3, 1, 1, sha(new.public_key.spki)))}
    assert lost(published, pins_of(published, (old, ca)), (new, ca)) == ()


def test_another_issuing_ca_loses_the_record_of_the_first(caseworld: Any) -> None:
    ca = caseworld.intermediate.certificate
    other = caseworld.make_intermediate(caseworld.root, "Second Issuing CA", "Public CA Ltd")
    published = {PLACE: (Tlsa(2, 1, 1, sha(ca.public_key.spki)),)}
    pins = pins_of(published, (caseworld.leaf(), ca))
    assert lost(published, pins, (caseworld.leaf(issuer=other), other.certificate)) == (PLACE,)


def test_the_advised_record_is_of_the_key(caseworld: Any) -> None:
    leaf = caseworld.leaf()
    assert advised(leaf).text == f"3 1 1 {sha(leaf.public_key.spki).hex()}"
