"""INF files as administrators publish them: what is made of each, read by others; and OpenSSL's twin makes the same."""

from __future__ import annotations

import subprocess
import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from asn1crypto.x509 import Certificate as Asn1Certificate
from tests.certreq_inf.conftest import GOLDEN, NAMES, NOW, Golden, extension_facts, golden_file, read, subject_facts

from mailtrust.core.formats.certreq_inf.explanation import explain
from mailtrust.core.formats.certreq_inf.lints import lint
from mailtrust.core.formats.certreq_inf.meaning import read_request
from mailtrust.core.formats.certreq_inf.write import write_inf
from mailtrust.core.formats.openssl_conf import openssl_command, write_openssl_conf
from mailtrust.core.x509.pem import to_pem

EXPECTED = tomllib.loads((GOLDEN / "expected.toml").read_text(encoding="utf-8"))


def test_every_file_is_expected_and_there_are_thirty() -> None:
    assert set(EXPECTED) == set(NAMES)
    assert len(NAMES) >= 30


def test_what_is_made_says_what_is_expected(golden: Golden) -> None:
    expected: dict[str, Any] = EXPECTED[golden.name]
    subject, extensions = read(golden.der)
    asked = golden.asked
    assert asked.form == expected["form"]
    assert (f"rsa-{asked.key_bits}" if asked.key == "rsa" else asked.key) == expected["key"]
    assert subject_facts(subject) == expected["subject"]
    assert extension_facts(extensions) == expected["extensions"]
    if asked.form == "certificate":
        made = Asn1Certificate.load(golden.der)["tbs_certificate"]["validity"]
        ends: list[datetime] = [made["not_before"].native, made["not_after"].native]
        assert [f"{end:%Y-%m-%d %H:%M}" for end in ends] == expected["lasts"]


def test_what_is_told_is_expected(golden: Golden) -> None:
    remarks = (*golden.reading.remarks, *lint(golden.reading, NOW))
    told = sorted(remark.line for remark in remarks if remark.severity == "warning")
    assert told == EXPECTED[golden.name]["warnings"]


def test_every_line_is_explained(golden: Golden) -> None:
    lines = explain(golden.reading)
    wanted = {entry.line for name in ("NewRequest", "Extensions") for entry in golden.reading.document.entries(name)}
    assert wanted <= {line.number for line in lines}
    assert all(str(line.windows) and str(line.here) for line in lines)


def test_written_anew_it_asks_for_the_same(golden: Golden) -> None:
    again = read_request(write_inf(golden.asked)).requested
    assert again is not None
    assert again == golden.asked or golden.name == "22-smart-card"  # an OID's value is written as Base64
    assert [name.general_name for name in again.names] == [name.general_name for name in golden.asked.names]


def openssl(*arguments: str, folder: Path) -> str:
    done = subprocess.run(["openssl", *arguments], cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def with_own_key(command: tuple[str, ...], key: str) -> tuple[str, ...]:
    """The command of the file, with a key that is there instead of a new one."""
    first, last = command.index("-newkey"), command.index("-keyout")
    return (*command[1:first], "-key", key, *command[last + 2 :])


def test_openssl_makes_the_same_of_the_twin(golden: Golden, tmp_path: Path) -> None:
    asked = golden.asked
    (tmp_path / "twin.cnf").write_text(write_openssl_conf(asked, "twin", 30), encoding="utf-8")
    (tmp_path / "ours.key").write_text(golden.made.key.to_pem())
    command = openssl_command(asked, "twin", 30)
    openssl(*with_own_key(command, "ours.key"), folder=tmp_path)
    kind = "x509" if asked.form == "certificate" else "req"
    ending = "pem" if kind == "x509" else "csr"
    openssl(kind, "-in", f"twin.{ending}", "-outform", "DER", "-out", "twin.der", folder=tmp_path)
    their_subject, theirs = read((tmp_path / "twin.der").read_bytes())
    subject, ours = read(golden.der)
    assert their_subject.dump() == subject.dump()
    assert sorted(one.dump() for one in theirs) == sorted(one.dump() for one in ours)


@pytest.mark.parametrize("name", ["02-exchange-csr", "10-elliptic-p384"])
def test_the_twins_command_runs_as_it_stands(name: str, tmp_path: Path) -> None:
    asked = golden_file(name).asked
    conf = write_openssl_conf(asked, "mail", 30)
    (tmp_path / "mail.cnf").write_text(conf, encoding="utf-8")
    command = conf.splitlines()[0].removeprefix("# ").split(" ")
    openssl(*command[1:], folder=tmp_path)
    assert (tmp_path / "mail.key").read_text().startswith("-----BEGIN PRIVATE KEY-----")


def test_openssl_verifies_every_request(golden: Golden, tmp_path: Path) -> None:
    if golden.asked.form == "certificate":
        (tmp_path / "made.pem").write_text(to_pem(golden.der))
        # -partial_chain: a certificate that is no CA is an anchor only when it is told to be
        given = ("verify", "-partial_chain", "-auth_level", "0", "-check_ss_sig", "-attime", f"{int(NOW.timestamp())}")
        assert "OK" in openssl(*given, "-CAfile", "made.pem", "made.pem", folder=tmp_path)
    else:
        (tmp_path / "made.csr").write_text(to_pem(golden.der, "CERTIFICATE REQUEST"))
        assert "verify OK" in openssl("req", "-in", "made.csr", "-verify", "-noout", folder=tmp_path)


def test_openssl_reads_the_names_of_mailstores_file(tmp_path: Path) -> None:
    (tmp_path / "made.pem").write_text(to_pem(golden_file("01-mailstore").der))
    shown = openssl("x509", "-in", "made.pem", "-noout", "-text", folder=tmp_path)
    names = "DNS:mailstoreserver.example.com, DNS:mailstoreserver, DNS:172.31.1.5, IP Address:172.31.1.5"
    assert names in shown
    assert "X509v3 Key Usage: critical\n                Digital Signature, Key Encipherment\n" in shown
    assert "TLS Web Server Authentication" in shown
    assert "2046" in shown
