"""`mailtrust cert request` and `cert accept`: there to a CA and back, with OpenSSL as the CA."""

import json
import stat
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mailtrust.cli.cert import request
from mailtrust.core.x509 import request as requests
from mailtrust.core.x509.containers import read_container
from mailtrust.core.x509.pem import to_pem
from mailtrust.core.x509.pkcs7 import write_pkcs7

Run = Callable[..., Any]


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def openssl(*arguments: str) -> str:
    done = subprocess.run(["openssl", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def ca(folder: Path) -> Callable[[str, str], None]:
    """A CA made with OpenSSL, which copies the names that are asked for."""
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "ca.key",
            "-out", "ca.pem", "-subj", "/CN=OpenSSL Root", "-days", "30")  # fmt: skip

    def sign(asked: str, answer: str) -> None:
        openssl("x509", "-req", "-in", asked, "-CA", "ca.pem", "-CAkey", "ca.key", "-days", "20", "-out", answer,
                "-copy_extensions", "copyall")  # fmt: skip

    return sign


def test_what_the_command_line_repeats_is_what_the_program_means() -> None:
    assert request.FORMS == requests.REQUEST_FORMS


@pytest.mark.parametrize(("form", "ending"), [("pem", ".csr"), ("der", ".csr"), ("utf16", ".req")])
def test_each_form_is_read_again(run: Run, folder: Path, form: str, ending: str) -> None:
    done = run("cert", "request", "mail.example.com", "192.0.2.1", "--form", form, "--out", "mail")
    assert done.status == 0
    (other,) = read_container((folder / f"mail{ending}").read_bytes(), "mail").others
    (folder / "again.der").write_bytes(other.octets)
    told = openssl("req", "-inform", "DER", "-in", "again.der", "-noout", "-text", "-verify")
    assert "DNS:mail.example.com, IP Address:192.0.2.1" in told
    assert "TLS Web Server Authentication" in told
    assert stat.S_IMODE((folder / "mail.key").stat().st_mode) == 0o600
    if form == "utf16":
        assert (
            (folder / "mail.req")
            .read_bytes()
            .decode("utf-16")
            .startswith("-----BEGIN NEW CERTIFICATE REQUEST-----\r\n")
        )


@pytest.mark.parametrize("kind", ["rsa:2048", "ec"])
def test_with_a_key_that_is_there(run: Run, folder: Path, kind: str) -> None:
    if kind == "ec":
        openssl("ecparam", "-name", "secp384r1", "-genkey", "-noout", "-out", "old.key")
    else:
        openssl("genrsa", "-out", "old.key", "2048")
    done = run("cert", "request", "mail.example.com", "--key", "old.key", "--out", "mail")
    assert done.status == 0
    assert not (folder / "mail.key").exists()
    told = openssl("req", "-in", "mail.csr", "-noout", "-text")
    assert ("Key Encipherment" in told) is (kind != "ec")
    assert openssl("req", "-in", "mail.csr", "-noout", "-pubkey") == openssl("pkey", "-in", "old.key", "-pubout")


def test_a_key_too_short_is_not_asked_for(run: Run) -> None:
    openssl("genrsa", "-out", "old.key", "1024")
    done = run("cert", "request", "mail.example.com", "--key", "old.key")
    assert done.status == 2
    assert "The key has 1024 bits" in done.err


def test_from_what_a_report_asks_for(run: Run, folder: Path, lab: Any) -> None:
    world = lab("near-miss-name")
    checked = run("check", *world.given, "--format", "json", "-o", "report.json")
    assert checked.status == 1
    report = json.loads((folder / "report.json").read_bytes())
    (wanted,) = [one["certificate"] for one in report["remedies"] if one["certificate"]]
    done = run("cert", "request", "--from", "report.json", "--out", "mail")
    assert done.status == 0
    told = openssl("req", "-in", "mail.csr", "-noout", "-text")
    assert wanted["dns_names"]
    for name in wanted["dns_names"]:
        assert f"DNS:{name}" in told
    (folder / "spec.json").write_text(json.dumps(wanted))
    assert run("cert", "request", "--from", "spec.json", "--out", "again").status == 0


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("[]", "Expected the JSON of a report"),
        ("no json", "Expected the JSON of a report"),
        ('{"remedies": []}', "No remedy in it asks for a new certificate"),
        ('{"dns_names": []}', "names no host"),
        ('{"dns_names": ["a.example"], "key": "rsa-512"}', "key: expected one of"),
        ('{"dns_names": "a.example"}', "dns_names: expected"),
        ('{"dns_names": ["https://a.example"]}', "Expected the name of a host"),
        (json.dumps({"remedies": [{"id": one, "certificate": {"dns_names": [one]}} for one in "ab"]}), "with --remedy"),
        ("[" * 100_000, "Expected the JSON of a report"),
    ],
)  # fmt: skip
def test_a_spec_that_is_none(run: Run, folder: Path, data: str, said: str) -> None:
    (folder / "spec.json").write_text(data)
    done = run("cert", "request", "--from", "spec.json", "--out", "mail")
    assert done.status == 2
    assert said in done.err
    assert not (folder / "mail.key").exists()


def test_the_script_for_a_ca_of_the_domain(run: Run, folder: Path) -> None:
    ca = ("--adcs", r"ca1.example.com\Example CA", "--template", "WebServer")
    done = run("cert", "request", "mail.example.com", *ca, "--out", "mail")
    assert done.status == 0
    script = (folder / "mail-adcs.cmd").read_bytes()
    assert script.count(b"\r\n") == script.count(b"\n")
    lines = script.decode("ascii").splitlines()
    assert (
        r'certreq -submit -q -config "ca1.example.com\Example CA" -attrib "CertificateTemplate:WebServer" "mail.csr"'
        ' "mail.cer" "mail.p7b" "mail.rsp"'
    ) in lines
    assert r'certreq -retrieve -q -config "ca1.example.com\Example CA" %~1 "mail.cer" "mail.p7b"' in lines
    assert 'mailtrust cert accept "mail.p7b" "mail.key" --for pfx --out "mail"' in lines


def test_the_script_for_a_request_of_exchange(run: Run, folder: Path) -> None:
    run("cert", "request", "mail.example.com", "--form", "utf16", "--out", "exchange")
    adcs = ("--adcs", r"ca1\Example CA", "--template", "WebServer")
    done = run("cert", "request", "--request", "exchange.req", *adcs)
    assert done.status == 0
    lines = (folder / "exchange-adcs.cmd").read_text().splitlines()
    assert 'certreq -accept -q -machine "exchange.p7b"' in lines
    assert not any("mailtrust" in line for line in lines)


@pytest.mark.parametrize(
    ("ca", "template", "said"),
    [
        ("ca1", "WebServer", "Expected a CA as HOST"),
        (r'ca1\x" & calc & "', "WebServer", "Expected a CA as HOST"),
        (r"ca1\100%CA", "WebServer", "Expected a CA as HOST"),
        (r"ca1\CA", "Web Server", "Expected the name of a template"),
        (r"ca1\CA", 'x" & calc', "Expected the name of a template"),
    ],
)
def test_nothing_breaks_out_of_the_script(run: Run, folder: Path, ca: str, template: str, said: str) -> None:
    done = run("cert", "request", "mail.example.com", "--adcs", ca, "--template", template)
    assert done.status == 2
    assert said in done.err
    assert not list(folder.iterdir())[1:]


def test_a_file_name_with_a_meaning_to_cmd_is_not_written_into_a_script(run: Run, folder: Path) -> None:
    done = run("cert", "request", "a.example", "--out", "a & b", "--adcs", r"c\C", "--template", "W")
    assert done.status == 2
    assert "cannot be written into a script" in done.err
    assert not (folder / "a & b.key").exists()


class TestAccept:
    @pytest.mark.parametrize("answer", ["pem", "der", "p7b", "zip"])
    def test_every_form_of_answer(self, run: Run, folder: Path, ca: Callable[[str, str], None], answer: str) -> None:
        run("cert", "request", "mail.example.com", "--out", "mail")
        ca("mail.csr", "answer.pem")
        made = read_container((folder / "answer.pem").read_bytes(), "a").certificates[0]
        root = read_container((folder / "ca.pem").read_bytes(), "a").certificates[0]
        name = f"answer.{answer}"
        if answer == "der":
            (folder / name).write_bytes(made.der)
        elif answer == "p7b":
            (folder / name).write_bytes(write_pkcs7((root, made)))
        elif answer == "zip":
            with zipfile.ZipFile(folder / name, "w") as archive:
                archive.writestr("ca/root.crt", to_pem(root))
                archive.writestr("mail.crt", to_pem(made))
        done = run("cert", "accept", name, "mail.key", "mail.csr", "--roots", "ca.pem", "--no-aia", "--for",
                   "pem,postfix,pfx,exchange", "--out", "new")  # fmt: skip
        assert done.status == 0, done.err
        assert read_container((folder / "new.pem").read_bytes(), "n").certificates == (made,)
        assert b"PRIVATE" not in (folder / "new.pem").read_bytes()
        for private in ("new-postfix.pem", "new.pfx", "new-exchange.pfx"):
            assert stat.S_IMODE((folder / private).stat().st_mode) == 0o600
            assert read_container((folder / private).read_bytes(), private).keys[0].matches(made)
        assert "left out names" not in done.err

    def test_the_key_is_found_in_a_folder(self, run: Run, folder: Path, ca: Callable[[str, str], None]) -> None:
        (folder / "keys").mkdir()
        for name in ("a", "mail", "z"):
            run("cert", "request", f"{name}.example.com", "--out", f"keys/{name}")
        (folder / "keys" / "noise.bin").write_bytes(bytes(range(256)))
        ca("keys/mail.csr", "answer.pem")
        done = run("cert", "accept", "answer.pem", "ca.pem", "keys", "--roots", "ca.pem", "--no-aia")
        assert done.status == 0, done.err
        assert "key: keys/mail.key" in done.err
        assert (folder / "mail.example.com.pem").exists()

    def test_another_key_is_told(self, run: Run, folder: Path, ca: Callable[[str, str], None]) -> None:
        for name in ("mail", "other"):
            run("cert", "request", f"{name}.example.com", "--out", name)
        ca("mail.csr", "answer.pem")
        done = run("cert", "accept", "answer.pem", "other.key", "--no-aia")
        assert done.status == 2
        assert "None of the private keys found (other.key) belongs to the certificate for mail.example.com" in done.err
        done = run("cert", "accept", "answer.pem", "--no-aia")
        assert done.status == 2
        assert "and no private key" in done.err
        assert not (folder / "mail.example.com.pem").exists()

    def test_names_that_the_ca_left_out_are_told(self, run: Run) -> None:
        run("cert", "request", "mail.example.com", "autodiscover.example.com", "--out", "mail")
        openssl("req", "-x509", "-in", "mail.csr", "-key", "mail.key", "-days", "9", "-out", "answer.pem",
                "-addext", "subjectAltName=DNS:mail.example.com")  # fmt: skip
        done = run("cert", "accept", "answer.pem", "mail.key", "mail.csr", "--no-aia")
        assert "The CA has left out names that were asked for: autodiscover.example.com." in done.err

    def test_an_encrypted_key_needs_its_password(self, run: Run, folder: Path, ca: Callable[[str, str], None]) -> None:
        (folder / "pw").write_text("correct horse\n")
        run("cert", "request", "mail.example.com", "--password-file", "pw", "--out", "mail")
        ca("mail.csr", "answer.pem")
        done = run("cert", "accept", "answer.pem", "mail.key", "--no-aia")
        assert done.status == 2
        assert "give its password" in done.err
        done = run("cert", "accept", "answer.pem", "mail.key", "--roots", "ca.pem", "--no-aia", "--for", "pfx",
                   "--password-file", "pw")  # fmt: skip
        assert done.status == 0
        openssl("pkcs12", "-in", "mail.example.com.pfx", "-passin", "pass:correct horse", "-noout")

    @pytest.mark.parametrize(
        ("given", "said"),
        [
            (("mail.csr",), "found no certificate in them"),
            (("absent.pem",), "Could not read absent.pem"),
            (("mail.csr", "--for", "nonsense"), "Expected forms among"),
        ],
    )
    def test_mistakes(self, run: Run, given: tuple[str, ...], said: str) -> None:
        run("cert", "request", "mail.example.com", "--out", "mail")
        done = run("cert", "accept", *given)
        assert done.status == 2
        assert said in done.err
