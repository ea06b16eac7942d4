"""This machine's own roots."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailtrust.core.model.problem import UserProblem
from mailtrust.core.x509.parse import read_certificate
from mailtrust.core.x509.pem import to_pem
from mailtrust.core.x509.pkcs7 import write_pkcs7
from mailtrust.edge.anchors import load_roots_file, load_stores, system
from mailtrust.edge.anchors.packages import roots_of

DERS = list(roots_of("certifi").values())[:4]


def pem(*ders: bytes) -> str:
    return "".join(f"# a comment\n{to_pem(der)}\n" for der in ders)


def test_the_first_bundle_that_is_there_counts(tmp_path):
    bundle = tmp_path / "ca-certificates.crt"
    bundle.write_text(pem(*DERS[:3]))
    os.utime(bundle, (1_780_000_000, 1_780_000_000))
    other = tmp_path / "other.pem"
    other.write_text(pem(DERS[3]))
    store = system.of_bundles([tmp_path / "missing", bundle, other])
    assert {anchor.certificate.der for anchor in store} == set(DERS[:3])
    assert store.date == datetime.fromtimestamp(1_780_000_000, UTC)
    assert str(bundle) in store.provenance


def test_roots_that_the_administrator_added_are_known_as_such(tmp_path):
    bundle = tmp_path / "bundle.crt"
    bundle.write_text(pem(*DERS))
    local = tmp_path / "local" / "deeper"
    local.mkdir(parents=True)
    (local / "ours.crt").write_text(pem(DERS[1]))
    (local / "der.cer").write_bytes(DERS[2])
    (local / "README.txt").write_text(pem(DERS[3]))
    store = system.of_bundles([bundle], [tmp_path / "local", tmp_path / "missing"])
    assert {anchor.certificate.der for anchor in store if anchor.locally_added} == {DERS[1], DERS[2]}
    assert "2 of them added by its administrator" in store.provenance


def test_a_machine_without_a_bundle_trusts_nothing(tmp_path):
    store = system.of_bundles([tmp_path / "missing.crt"])
    assert len(store) == 0
    assert "missing.crt" in store.provenance
    assert "Nothing is trusted" in store.provenance


def test_this_machines_store_is_loaded_without_an_error():
    store = load_stores(["system"])["system"]
    assert store.name == "system"
    assert store.provenance
    assert list(store) == [] or store.named(next(iter(store)).subject)


def test_macos_keychains(monkeypatch):
    asked = []

    def security(command, **options):
        asked.append(command)
        return subprocess.CompletedProcess(command, 0, stdout=pem(*DERS[:2]).encode(), stderr=b"")

    monkeypatch.setattr(system.subprocess, "run", security)
    store = system._of_macos()
    assert {anchor.certificate.der for anchor in store} == set(DERS[:2])
    assert asked[0][:2] == ["/usr/bin/security", "find-certificate"]


@pytest.mark.parametrize("error", [FileNotFoundError("security"), subprocess.TimeoutExpired("security", 20)])
def test_keychains_that_cannot_be_read(monkeypatch, error):
    def fail(*args, **kwargs):
        raise error

    monkeypatch.setattr(system.subprocess, "run", fail)
    store = system._of_macos()
    assert len(store) == 0
    assert "could not be read" in store.provenance


def test_windows_store_with_its_purposes(monkeypatch):
    server_auth = "1.3.6.1.5.5.7.3.1"
    listed = [(DERS[0], "x509_asn", True), (DERS[1], "x509_asn", {server_auth}), (b"p7", "pkcs_7_asn", True)]
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(system.ssl, "enum_certificates", lambda name: listed if name == "ROOT" else [], raising=False)
    store = system.load()
    purposes = {anchor.certificate.der: anchor.purposes for anchor in store}
    assert purposes == {DERS[0]: None, DERS[1]: frozenset({server_auth})}


@pytest.mark.parametrize(
    "content",
    [
        pem(*DERS).encode(),
        pem(*DERS).encode("utf-16"),
        b"".join(to_pem(der).encode() for der in (*DERS, *DERS)),
        write_pkcs7(read_certificate(der) for der in DERS),
    ],
    ids=["pem", "utf-16", "repeated", "pkcs7"],
)
def test_a_file_of_roots(tmp_path, content):
    file = tmp_path / "roots.pem"
    file.write_bytes(content)
    assert [root.der for root in load_roots_file(file)] == DERS


def test_one_root_as_der(tmp_path):
    file = tmp_path / "root.cer"
    file.write_bytes(DERS[0])
    assert [root.der for root in load_roots_file(file)] == [DERS[0]]


@pytest.mark.parametrize("content", [b"", b"no certificate", b"<html>"])
def test_a_file_without_roots_is_told(tmp_path, content):
    file = tmp_path / "roots.pem"
    file.write_bytes(content)
    with pytest.raises(UserProblem) as caught:
        load_roots_file(file)
    assert "roots.pem" in str(caught.value)


def test_a_file_that_is_not_there_is_told():
    with pytest.raises(UserProblem) as caught:
        load_roots_file(Path("/nowhere/roots.pem"))
    assert "/nowhere/roots.pem" in str(caught.value)
