"""`mailtrust cert inspect`: any file and any server, what belongs together, and nothing private or raw shown."""

import hashlib
import json
import subprocess
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailtrust.core.issuance.authority import self_signed
from mailtrust.core.issuance.keys import make_key
from mailtrust.core.issuance.recipe import Recipe
from mailtrust.core.report.inspection import Specimen, inspect
from mailtrust.core.x509.containers import read_container
from mailtrust.core.x509.pem import to_pem

Run = Callable[..., Any]

DATES = {"not_before": datetime(2026, 1, 1, tzinfo=UTC), "not_after": datetime(2036, 1, 1, tzinfo=UTC)}
SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "schemas" / "inspection-1.json").read_bytes())


def openssl(*arguments: str) -> str:
    done = subprocess.run(["openssl", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A CA of OpenSSL's with a request, its answer, a CRL and an OCSP answer."""
    folder = tmp_path_factory.mktemp("world")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        (folder / "ca.cnf").write_text(
            "[ca]\ndefault_ca=d\n[d]\ndatabase=index\nserial=serial\nnew_certs_dir=.\ndefault_md=sha256\npolicy=p\n"
            "default_days=30\ndefault_crl_days=7\ncopy_extensions=copy\ncrlnumber=crlnumber\n[p]\ncommonName=supplied\n"
        )
        (folder / "index").write_text("")
        (folder / "serial").write_text("1000\n")
        (folder / "crlnumber").write_text("07\n")
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem",
                "-subj", "/CN=Inspect Root", "-days", "60")  # fmt: skip
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", "mail.key", "-out", "mail.csr",
                "-subj", "/CN=mail.example.com",
                "-addext", "subjectAltName=DNS:mail.example.com,IP:192.0.2.1")  # fmt: skip
        sign = ("ca", "-config", "ca.cnf", "-cert", "ca.pem", "-keyfile", "ca.key")
        openssl(*sign, "-batch", "-in", "mail.csr", "-out", "mail.pem", "-notext")
        openssl(*sign, "-revoke", "mail.pem", "-crl_reason", "superseded")
        openssl(*sign, "-gencrl", "-out", "ca.crl")
        openssl("ocsp", "-index", "index", "-rsigner", "ca.pem", "-rkey", "ca.key", "-CA", "ca.pem", "-ndays", "3",
                "-issuer", "ca.pem", "-cert", "mail.pem", "-respout", "mail.ocsp", "-noverify")  # fmt: skip
        openssl("pkcs12", "-export", "-in", "mail.pem", "-inkey", "mail.key", "-certfile", "ca.pem",
                "-out", "mail.pfx", "-passout", "pass:correct horse")  # fmt: skip
        (folder / "pw").write_text("correct horse\n")
        with zipfile.ZipFile(folder / "all.zip", "w") as archive:
            for name in ("mail.pem", "ca.pem", "ca.crl"):
                archive.write(folder / name, name)
        (folder / "utf16.req").write_bytes((folder / "mail.csr").read_text().encode("utf-16"))
    return folder


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, world: Path) -> None:
    monkeypatch.chdir(world)


def as_json(done: Any) -> list[dict[str, Any]]:
    found = json.loads(done.out)
    jsonschema.validate(found, SCHEMA)
    return list(found["specimens"])


def test_what_belongs_together(run: Run, world: Path) -> None:
    files = ("mail.pem", "mail.key", "mail.csr", "ca.pem", "ca.crl", "mail.ocsp")
    done = run("cert", "inspect", *files, "--format", "json")
    assert done.status == 0
    mail, key, asked, ca, crl, ocsp = as_json(done)
    leaf, root = mail["certificates"][0], ca["certificates"][0]
    assert leaf["issued_by"] == [root["sha256"]]
    assert root["issued_by"] == [root["sha256"]]
    assert leaf["key_here"]
    assert not root["key_here"]
    assert key["private_keys"][0]["belongs_to"] == [leaf["sha256"]]
    request = asked["requests"][0]
    assert (request["signed"], request["key_here"], request["answered_by"]) == (True, True, [leaf["sha256"]])
    assert request["names"] == leaf["names"]
    assert leaf["names"] == [{"kind": "dns", "value": "mail.example.com"}, {"kind": "ip", "value": "192.0.2.1"}]
    revocations = crl["revocation_lists"][0]
    assert revocations["signed_by"] == [root["sha256"]]
    assert (revocations["number"], revocations["revoked"]) == (7, 1)
    assert (revocations["entries"][0]["serial"], revocations["entries"][0]["reason"]) == ("1000", "superseded")
    answer = ocsp["ocsp_answers"][0]
    assert [(one["serial"], one["status"]) for one in answer["answers"]] == [("1000", "revoked")]
    assert root["sha256"] in answer["signed_by"]


def test_the_same_numbers_as_openssl_shows(run: Run) -> None:
    (found,) = as_json(run("cert", "inspect", "mail.pem", "--format", "json"))
    leaf = found["certificates"][0]
    for digest in ("sha1", "sha256"):
        told = openssl("x509", "-in", "mail.pem", "-noout", "-fingerprint", f"-{digest}").partition("=")[2].strip()
        assert leaf[digest] == told.replace(":", "").lower()
    assert leaf["thumbprint"] == leaf["sha1"].upper()
    assert leaf["serial"] == openssl("x509", "-in", "mail.pem", "-noout", "-serial").partition("=")[2].strip().lower()
    public = subprocess.run(
        ["openssl", "pkey", "-in", "mail.key", "-pubout", "-outform", "DER"], capture_output=True, check=True
    ).stdout
    assert leaf["key"]["sha256"] == hashlib.sha256(public).hexdigest()


@pytest.mark.parametrize("name", ["mail.pem", "mail.csr", "utf16.req", "ca.crl", "mail.ocsp", "all.zip", "mail.key"])
def test_every_form_as_text(run: Run, name: str) -> None:
    done = run("cert", "inspect", name)
    assert done.status == 0
    assert name in done.text
    assert "PRIVATE" not in done.text
    known = {"ca.crl": "Inspect Root", "mail.ocsp": "Inspect Root", "mail.key": "rsa 2048"}
    assert known.get(name, "mail.example.com") in done.text


def test_a_pfx_needs_its_password(run: Run, world: Path) -> None:
    done = run("cert", "inspect", "mail.pfx", "--format", "json")
    assert done.status == 1
    assert "needs its password" in as_json(done)[0]["problems"][0]
    done = run("cert", "inspect", "mail.pfx", "--password-file", "pw", "--format", "json")
    assert done.status == 0
    (found,) = as_json(done)
    assert found["form"] == "pkcs12"
    assert len(found["certificates"]) == 2
    assert found["certificates"][0]["key_here"]
    assert "correct horse" not in done.text


def test_what_is_nothing_of_ours(run: Run, tmp_path: Path) -> None:
    (tmp_path / "noise").write_bytes(b"hello")
    done = run("cert", "inspect", tmp_path / "noise")
    assert done.status == 1
    assert "not a certificate" in done.text
    done = run("cert", "inspect", "absent.pem")
    assert done.status == 2


def test_a_changed_request_is_told(run: Run, tmp_path: Path, world: Path) -> None:
    (other,) = read_container((world / "mail.csr").read_bytes(), "m").others
    (tmp_path / "x.csr").write_bytes(other.octets.replace(b"mail.example.com", b"evil.example.com"))
    done = run("cert", "inspect", tmp_path / "x.csr")
    assert "its signature is not made by its key" in done.text


def test_a_server(run: Run, healthy: Any) -> None:
    done = run("cert", "inspect", *healthy.given, "--format", "json")
    assert done.status == 0, done.err
    (found,) = as_json(done)
    assert found["form"] == "server"
    assert len(found["certificates"]) == 2
    assert found["certificates"][0]["issued_by"] == [found["certificates"][1]["sha256"]]
    assert ":" in found["certificates"][0]["origin"]


def test_nothing_hostile_is_shown_raw(run: Run, tmp_path: Path) -> None:
    evil = Recipe(common_name="a\x1b[31mred\u202eb\nc", dns_names=("x\x1b]0;t\x07",), uris=("http://a/\x9b2J",))
    made = self_signed(evil, make_key("ec-p256"), serial=1, **DATES)
    (tmp_path / "evil.pem").write_text(to_pem(made.certificate))
    for form in ("text", "json"):
        out = run("cert", "inspect", tmp_path / "evil.pem", "--format", form).text
        assert not set(out) & {"\x1b", "\u202e", "\x07", "\x9b"}


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damaged_files_are_shown_as_far_as_they_go(world: Path, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(["mail.ocsp", "ca.crl", "mail.csr", "mail.pem"]))
    octets = (world / name).read_bytes()
    whole = read_container(octets, name)
    der = bytearray(whole.others[0].octets if whole.others else whole.certificates[0].der)
    for _ in range(data.draw(st.integers(1, 5))):
        der[data.draw(st.integers(0, len(der) - 1))] = data.draw(st.integers(0, 255))
    found = inspect([Specimen(name, read_container(bytes(der), name))], str)
    assert len(found.specimens) == 1
