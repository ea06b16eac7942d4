"""Stores of entries: read when asked for, with a digest that sees every limit."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from mailtrust.core.model.anchors import AnchorStore, TrustAnchor
from mailtrust.core.x509.parse import read_certificate
from mailtrust.edge.anchors import entries as entries_module
from mailtrust.edge.anchors.entries import Entry, empty_store, entry_of, make_store
from mailtrust.edge.anchors.packages import roots_of

DAY = datetime(2026, 1, 1, tzinfo=UTC)
# Three whose names are plain, and two with letters outside ASCII: their names are read whoever is asked for.
DERS = sorted(roots_of("certifi").values(), key=lambda der: read_certificate(der).subject.der[4:].isascii())
DERS = [DERS[0], *DERS[-3:], DERS[1]]


@pytest.mark.parametrize("number", range(5))
def test_only_the_roots_that_are_asked_for_are_read(monkeypatch, number):
    asked = read_certificate(DERS[number]).subject
    read = []

    def counting(der):
        read.append(der)
        return read_certificate(der)

    monkeypatch.setattr(entries_module, "read_certificate", counting)
    store = make_store("test", DAY, "Made here.", map(entry_of, DERS))
    assert len(store) == 5
    assert read == []
    assert [anchor.subject for anchor in store.named(asked)] == [asked]
    assert read == [DERS[number]]


def test_an_entrys_limits_reach_the_anchor():
    entry = Entry(DERS[0], "00", frozenset({"1.2.3"}), DAY, DAY.replace(year=2027), locally_added=True)
    anchor = entry.read()
    assert anchor == TrustAnchor(
        read_certificate(DERS[0]), frozenset({"1.2.3"}), DAY, DAY.replace(year=2027), locally_added=True
    )


def test_anchors_are_a_sequence():
    store = make_store("test", DAY, "Made here.", map(entry_of, DERS))
    assert store.anchors[0] == next(iter(store))
    assert len(store.anchors[1:3]) == 2
    assert store.anchors[0] in store.anchors
    assert {anchor.certificate.der for anchor in store} == set(DERS)


@pytest.mark.parametrize(
    "change",
    [
        {"purposes": frozenset()},
        {"purposes": frozenset({"1.2.3"})},
        {"distrust_after": DAY},
        {"disallowed_from": DAY},
        {"locally_added": True},
    ],
)
def test_the_digest_changes_with_every_limit(change):
    plain = [entry_of(der) for der in DERS]
    changed = [replace(plain[0], **change), *plain[1:]]
    assert make_store("a", DAY, "", plain).digest != make_store("a", DAY, "", changed).digest


def test_the_digest_does_not_change_with_order_or_repetition():
    plain = [entry_of(der) for der in DERS]
    assert make_store("a", DAY, "", plain).digest == make_store("b", DAY, "x", [*reversed(plain), plain[0]]).digest
    assert make_store("a", DAY, "", plain).digest != make_store("a", DAY, "", plain[1:]).digest


def test_what_is_no_certificate_is_not_trusted_and_does_not_hurt():
    store = make_store("test", DAY, "", map(entry_of, [b"", b"garbage", b"\x30\x02\x30\x00", DERS[0]]))
    assert [anchor.certificate.der for anchor in store] == [DERS[0]]
    assert len(store.named(read_certificate(DERS[0]).subject)) == 1
    assert store.named(read_certificate(DERS[1]).subject) == ()


def test_an_empty_store_trusts_nothing_and_is_stale():
    store = empty_store("test", "It is gone.")
    assert (len(store), list(store), store.provenance) == (0, [], "It is gone.")
    assert store.is_stale(DAY)


def test_a_store_of_read_anchors_answers_alike():
    lazy = make_store("test", DAY, "Made here.", map(entry_of, DERS))
    eager = AnchorStore("test", DAY, "Made here.", lazy.digest, tuple(lazy))
    assert len(eager) == len(lazy)
    for der in DERS:
        subject = read_certificate(der).subject
        assert eager.named(subject) == lazy.named(subject)
