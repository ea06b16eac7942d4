"""`mailtrust cert self-signed`: what every client takes, what MailStore's dialogue makes, and what is never done."""

import json
import stat
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest

from mailtrust.cli.cert.making import KEYS
from mailtrust.cli.cert.self_signed import LONGEST_DAYS
from mailtrust.core.model.certificate import Certificate, CertificateSpec
from mailtrust.core.x509.containers import read_container
from mailtrust.flows import self_signed

Run = Callable[..., Any]

UNKNOWABLE = {"outlook-mobile", "mta-sts", "mta-dane"}


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def certificate_in(path: Path) -> Certificate:
    return read_container(path.read_bytes(), path.name).certificates[0]


def outcomes(done: Any) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for verdict in json.loads(done.out)["verdicts"]:
        found.setdefault(verdict["outcome"], set()).add(verdict["client"])
    return found


def test_what_the_command_line_repeats_is_what_the_program_means() -> None:
    assert get_args(get_type_hints(CertificateSpec)["key"]) == KEYS
    assert self_signed.LONGEST_DAYS == LONGEST_DAYS


@pytest.mark.parametrize("key", ["rsa-2048", "ec-p256"])
def test_every_client_accepts_what_is_made_by_default(run: Run, folder: Path, key: str) -> None:
    names = ("mail.example.com", "*.example.net", "autodiscover.example.com", "192.0.2.25", "2001:db8::25")
    done = run("cert", "self-signed", *names, "--new-key", key, "--out", "mail", "--format", "json")
    assert done.status == 0
    assert set(outcomes(done)) == {"accepted", "unknown"}
    assert outcomes(done)["unknown"] == UNKNOWABLE
    made, root = certificate_in(folder / "mail.pem"), certificate_in(folder / "mail-root.pem")
    assert (*made.dns_names, *made.ip_addresses) == (*names[:3], "192.0.2.25", "2001:db8::25")
    assert made.not_after - made.not_before < timedelta(days=LONGEST_DAYS)
    assert made.not_before < datetime.now(UTC) < made.not_after
    assert made.serial.bit_length() == 127
    assert made.extended_key_usage == ("1.3.6.1.5.5.7.3.1",)
    usage = {"digitalSignature", "keyEncipherment"} if key == "rsa-2048" else {"digitalSignature"}
    assert made.key_usage == usage
    assert (made.is_ca, root.is_ca) == (False, True)
    assert root.basic_constraints is not None
    assert root.basic_constraints.path_length == 0
    assert root.name_constraints is not None
    assert not any("PRIVATE" in path.read_text() for path in (folder / "mail.pem", folder / "mail-root.pem"))
    assert stat.S_IMODE((folder / "mail.key").stat().st_mode) == 0o600
    assert {path.name for path in folder.iterdir()} >= {"mail.key", "mail.pem", "mail-root.pem"}
    assert "mail-root.pem: the root, for every client" in done.err


def test_the_root_vouches_for_no_other_name(run: Run) -> None:
    assert run("cert", "self-signed", "mail.example.com", "--out", "mail").status == 0
    text = subprocess.run(
        ["openssl", "x509", "-in", "mail-root.pem", "-noout", "-text"], check=True, capture_output=True
    )
    assert b"DNS:mail.example.com" in text.stdout
    assert b"IP:0.0.0.0/0.0.0.0" in text.stdout


@pytest.mark.parametrize("address", ["192.0.2.25", "2001:db8::25"])
def test_an_address_alone(run: Run, folder: Path, address: str) -> None:
    """OpenSSL must not take the commonName for a DNS name outside of the constraints."""
    assert run("cert", "self-signed", address, "--out", "mail").status == 0
    verify = ("openssl", "verify", "-x509_strict", "-CAfile", "mail-root.pem", "-verify_ip", address, "mail.pem")
    assert subprocess.run(verify, capture_output=True, check=False).stdout == b"mail.pem: OK\n"
    known = ("certtool", "--verify", "--load-ca-certificate", "mail-root.pem", "--infile", "mail.pem")
    assert b"The certificate is trusted" in subprocess.run(known, capture_output=True, check=False).stdout


def test_one_that_vouches_for_itself_is_not_taken_by_mozilla(run: Run, folder: Path) -> None:
    done = run("cert", "self-signed", "mail.example.com", "--single", "--format", "json")
    assert done.status == 1
    assert outcomes(done)["refused"] == {"firefox"}
    assert outcomes(done)["warned"] == {"thunderbird"}
    assert not (folder / "mail.example.com-root.pem").exists()
    made = certificate_in(folder / "mail.example.com.pem")
    assert made.self_issued
    assert not made.is_ca


def test_like_mailstore_and_who_refuses_it(run: Run, folder: Path) -> None:
    done = run("cert", "self-signed", "MailStoreServer", "--like", "mailstore", "--format", "json")
    assert done.status == 1
    assert outcomes(done)["refused"] == {"gmail-android", "firefox", "chrome", "edge"}
    made = certificate_in(folder / "MailStoreServer.pem")
    assert made.subject.text == "CN=MailStoreServer"
    assert made.subject_alt_names is None
    assert made.signature_algorithm.hash == "sha256"
    assert made.not_after.year - made.not_before.year == 20
    assert "there must be an A record (or a CNAME to the server's full name) called MailStoreServer" in done.err


def test_a_bare_name_made_well_is_told_of_its_record_too(run: Run) -> None:
    done = run("cert", "self-signed", "mailstoreserver", "--format", "json")
    assert done.status == 0
    assert "A record" in done.err


def test_a_key_is_encrypted_when_a_password_is_given(run: Run, folder: Path) -> None:
    (folder / "password").write_text("correct horse\n")
    done = run("cert", "self-signed", "mail.example.com", "--password-file", "password", "--out", "mail")
    assert done.status == 0
    assert (folder / "mail.key").read_text().startswith("-----BEGIN ENCRYPTED PRIVATE KEY-----")
    opened = read_container((folder / "mail.key").read_bytes(), "mail.key", b"correct horse").keys
    assert opened[0].matches(certificate_in(folder / "mail.pem"))
    assert "correct horse" not in done.text + done.err


def test_nothing_that_is_there_is_replaced(run: Run, folder: Path) -> None:
    (folder / "mail.pem").write_text("in use")
    done = run("cert", "self-signed", "mail.example.com", "--out", "mail")
    assert done.status == 2
    assert "mail.pem is there already and is not replaced" in done.err
    assert sorted(path.name for path in folder.glob("mail*")) == ["mail.pem"]
    assert (folder / "mail.pem").read_text() == "in use"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("https://mail.example.com/",), "Expected the name of a host such as"),
        (("mail..example.com",), "two dots in a row"),
        (("a.*.example.com",), "is a pattern, not a name"),
        (("mail.example.com", "--days", "826"), "Expected a number from 1 to 825 after --days"),
        (("mail.example.com", "--common-name", "x" * 65), "Expected 1 to 64 characters after --common-name"),
        (("a.example", "b.example", "--like", "mailstore"), "takes one name"),
        (("mail.example.com", "--out", "nowhere/mail"), "there is no folder nowhere"),
        ((",",), "got none"),
    ],
)  # fmt: skip
def test_mistakes_write_nothing(run: Run, folder: Path, given: tuple[str, ...], said: str) -> None:
    done = run("cert", "self-signed", *given)
    assert done.status == 2
    assert said in done.err
    assert not list(folder.glob("*.key"))
