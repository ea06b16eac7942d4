"""`mailtrust cert inf`: certreq's files made without Windows, explained, written; refused without leaving a trace."""

import json
import stat
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from tests.certreq_inf.conftest import GOLDEN, golden_file
from tests.certreq_inf.test_reader import AS_PRINTED

from mailtrust.cli.verify import store_loader
from mailtrust.core.issuance.authority import issue, make_root
from mailtrust.core.issuance.keys import make_key
from mailtrust.core.issuance.recipe import root_recipe
from mailtrust.core.issuance.requested import recipe_of
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.x509.containers import read_container
from mailtrust.flows.self_signed import judged

Run = Callable[..., Any]
MAILSTORE = GOLDEN / "01-mailstore.inf"
EXCHANGE = GOLDEN / "02-exchange-csr.inf"
SCHEMA = Path(__file__).parents[2] / "docs" / "schemas" / "inf-1.json"
HOST = "mailstoreserver.example.com"


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def there(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if path.is_file()}


def certificate_in(path: Path) -> Certificate:
    return read_container(path.read_bytes(), path.name).certificates[0]


def openssl(*arguments: str) -> str:
    done = subprocess.run(["openssl", *arguments], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def test_a_certificate_its_key_and_a_pfx(run: Run, folder: Path) -> None:
    done = run("cert", "inf", MAILSTORE, "--out", "mail")
    assert done.status == 0
    assert there(folder) == {"mail.pem", "mail.key", "mail.pfx"}
    modes = {name: stat.S_IMODE((folder / name).stat().st_mode) for name in there(folder)}
    assert modes == {"mail.pem": 0o644, "mail.key": 0o600, "mail.pfx": 0o600}
    made = certificate_in(folder / "mail.pem")
    assert made.dns_names == (HOST, "mailstoreserver", "172.31.1.5")
    assert made.ip_addresses == ("172.31.1.5",)
    assert made.not_after.replace(year=made.not_before.year) == made.not_before
    assert made.not_after.year - made.not_before.year == 20
    assert openssl("pkey", "-in", "mail.key", "-pubout") == openssl("x509", "-in", "mail.pem", "-noout", "-pubkey")
    assert f"names: DNS {HOST}, DNS mailstoreserver, DNS 172.31.1.5, IP 172.31.1.5\n" in done.err
    assert "the PFX has no password" in done.err


def test_openssl_reads_the_pfx_and_what_windows_notes_in_it(run: Run) -> None:
    assert run("cert", "inf", MAILSTORE, "--out", "mail").status == 0
    shown = openssl("pkcs12", "-in", "mail.pfx", "-passin", "pass:", "-noenc")
    assert f"friendlyName: {HOST}" in shown
    assert "Microsoft CSP Name: Microsoft RSA SChannel Cryptographic Provider" in shown
    assert "Microsoft Local Key set" in shown
    own = openssl("x509", "-in", "mail.pem")
    assert own in shown


def test_a_password_closes_pfx_and_key(run: Run, secret: Path) -> None:
    done = run("cert", "inf", MAILSTORE, "--out", "mail", "--password-file", secret)
    assert done.status == 0
    assert "not encrypted" not in done.err
    assert "BEGIN ENCRYPTED PRIVATE KEY" in Path("mail.key").read_text()
    assert HOST in openssl("pkcs12", "-in", "mail.pfx", "-passin", "pass:geheim", "-noenc")
    wrong = subprocess.run(
        ["openssl", "pkcs12", "-in", "mail.pfx", "-passin", "pass:", "-noout"], capture_output=True, check=False
    )
    assert wrong.returncode != 0


def test_a_request_and_its_key(run: Run, folder: Path) -> None:
    done = run("cert", "inf", EXCHANGE, "--out", "mail")
    assert done.status == 0
    assert there(folder) == {"mail.csr", "mail.key"}
    shown = openssl("req", "-in", "mail.csr", "-verify", "-noout", "-text")
    assert "DNS:mail.example.com, DNS:autodiscover.example.com, DNS:autodiscover.example.org" in shown
    assert "Digital Signature, Key Encipherment" in shown
    assert openssl("pkey", "-in", "mail.key", "-pubout") == openssl("req", "-in", "mail.csr", "-noout", "-pubkey")


class TestWhatClientsSay:
    """The mended file's certificate, once it is trusted itself, and below a root that is."""

    def test_the_command_tells_it(self, run: Run) -> None:
        told = run("cert", "inf", MAILSTORE, "--out", "mail").err
        assert "Firefox refuses it all the same: self-signed." in told
        assert "Thunderbird refuses it all the same: self-signed." in told
        accepting = next(line for line in told.splitlines() if line.startswith("Clients that trust mail.pem as a root"))
        for client in ("Outlook for Windows", "Chrome", "Gmail on Android", "Mail on iPhone and iPad", "OpenSSL"):
            assert client in accepting

    def test_a_name_in_cn_alone_is_told_too(self, run: Run, folder: Path) -> None:
        (folder / "request.inf").write_text("[NewRequest]\nRequestType=Cert\nSubject=CN=mail.example.com\n")
        told = run("cert", "inf", "request.inf", "--out", "mail").err
        assert "Chrome refuses it all the same: name-only-in-common-name" in told
        (folder / "request.inf").write_text("[NewRequest]\nRequestType=Cert\nSubject=CN=Example Scripts\n")
        assert "all the same" not in run("cert", "inf", "request.inf", "--out", "scripts").err

    def test_below_a_root_apple_refuses_twenty_years(self) -> None:
        golden = golden_file("01-mailstore")
        now = datetime.now(UTC)
        ends = {"not_before": now - timedelta(days=1), "not_after": now + timedelta(days=20 * 365)}
        root = make_root(root_recipe("Example Root"), make_key("ec-p256"), serial=1, **ends)
        leaf = issue(root, recipe_of(golden.asked), golden.made.key, serial=2, **ends).certificate
        verdicts = judged(
            (leaf,), root.certificate, (HOST, "mailstoreserver", "172.31.1.5"),
            clients=None, store_named=store_loader(), now=now,
        )  # fmt: skip
        refusing = {one.client.id: {reason.code for reason in one.reasons} for one in verdicts if one.valid is False}
        assert set(refusing) == {"apple-mail-ios", "apple-mail-macos", "outlook-mac"}
        assert all("validity-too-long" in codes for codes in refusing.values())


class TestWhatIsRefused:
    def test_the_file_as_printed_is_told_in_three_sentences(self, run: Run, folder: Path) -> None:
        (folder / "request.inf").write_text(AS_PRINTED, encoding="ascii")
        done = run("cert", "inf", "request.inf", "--out", "mail")
        assert done.status == 2
        told = done.err.splitlines()
        assert [line.partition(": error: ")[0] for line in told[:3]] == [
            "request.inf, line 5",
            "request.inf, line 6",
            "request.inf, line 6",
        ]
        assert told[3:] == ["mailtrust: request.inf cannot be made before 3 mistakes are mended; nothing was written."]
        assert there(folder) == {"request.inf"}

    @pytest.mark.parametrize("there_already", ["mail.pem", "mail.key", "mail.pfx"])
    def test_nothing_is_replaced_and_nothing_half_written(self, run: Run, folder: Path, there_already: str) -> None:
        (folder / there_already).write_text("kept")
        done = run("cert", "inf", MAILSTORE, "--out", "mail")
        assert done.status == 2
        assert f"{there_already} is there already and is not replaced" in done.err
        assert there(folder) == {there_already}
        assert (folder / there_already).read_text() == "kept"

    @pytest.mark.parametrize(
        ("source", "told"),
        [
            (b"[NewRequest]\nSubject=CN=a\nRequestType=CMC\n", "RequestType = CMC is made on Windows only"),
            (b"[NewRequest]\nSubject=CN=a\nRequestType=PKCS7\n", "RequestType = PKCS7 is made on Windows only"),
            (b"", "There is no [NewRequest]"),
            (b"\x30\x82\x01\x00", "There is no [NewRequest]"),
            (b"x" * 300_000, "is larger than 256 KB, and no INF file"),
            (b"[NewRequest]\nSubject=CN=a\nRequestType=Cert\nNotBefore=2027-01-02\nNotAfter=2027-01-01\n",
             "would end before it begins"),
            (b"[NewRequest]\nSubject=CN=a\nRequestType=Cert\nValidityPeriod=Years\nValidityPeriodUnits=9000\n",
             "after the year 9999"),
        ],
    )  # fmt: skip
    def test_files_that_cannot_be_made(self, run: Run, folder: Path, source: bytes, told: str) -> None:
        (folder / "request.inf").write_bytes(source)
        done = run("cert", "inf", "request.inf", "--out", "mail")
        assert done.status == 2
        assert told in done.err
        assert there(folder) == {"request.inf"}

    @pytest.mark.parametrize(
        ("given", "told"),
        [
            (("request.inf",), "Expected --out NAME for what is made, or --explain"),
            (("request.inf", "--out", "mail"), "Could not read request.inf"),
            (("a.inf", "b.inf", "--out", "mail"), "Expected one INF file, got 2 arguments; names need --write"),
            (("a.inf", "--self-signed", "--out", "mail"), "--self-signed goes with --write"),
            (("--out", "mail"), "Expected one INF file, got 0 arguments"),
            (("a.inf", "--from", "spec.json", "--out", "mail"), "--from and --remedy go with --write"),
            (("a.inf", "--format", "json", "--out", "mail"), "--format json goes with --explain"),
            (("--write",), "Expected the names that clients use"),
            (
                ("--write", "mail.example.com", "--from", "spec.json"),
                "Expected names, or a file with them after --from",
            ),
            (("--write", "mail.example.com", "--format", "json"), "--format json is for reading a file"),
            (("--write", "mail.example.com", "--explain"), "--explain is for reading a file"),
            (("--write", "mail.example.com", "--days", "30"), "--days goes with --self-signed"),
            (("--write", "mail example"), "Expected a name of letters, digits, hyphens and dots"),
            (("--write", "mail.example.com", "--out", "nowhere/mail"), "there is no folder nowhere"),
            (("-", "--out", "mail", "--password-file", "-"), "Standard input (-) can stand for one file only"),
        ],
    )
    def test_usage(self, run: Run, folder: Path, given: tuple[str, ...], told: str) -> None:
        done = run("cert", "inf", *given)
        assert done.status == 2
        assert told in done.err
        assert there(folder) == set()


class TestExplaining:
    def test_every_line_with_what_windows_and_mailtrust_do(self, run: Run, folder: Path) -> None:
        done = run("cert", "inf", MAILSTORE, "--explain")
        assert done.status == 0
        assert there(folder) == set()
        assert (
            "   7  KeySpec = 1\n"
            "      Windows: how an older provider may use the key: Schannel and Exchange need 1; keys of newer "
            "providers have 0\n"
            "      mailtrust: warns where servers for mail need another one\n"
        ) in done.text
        assert "MachineKeySet = TRUE" in done.text
        assert "subjectAltName, the names that clients compare" in done.text
        assert "DNS=172.31.1.5 is an IP address written as a DNS name" in done.err

    def test_a_broken_file_is_explained_as_far_as_it_goes(self, run: Run, folder: Path) -> None:
        (folder / "request.inf").write_text(AS_PRINTED, encoding="ascii")
        done = run("cert", "inf", "request.inf", "--explain")
        assert done.status == 2
        assert "HashAlgorithm = sha256" in done.text
        assert done.err.count(": error: ") == 3

    @pytest.mark.parametrize("source", [MAILSTORE, None])
    def test_for_programs_by_the_published_schema(self, run: Run, folder: Path, source: Path | None) -> None:
        if source is None:
            source = folder / "request.inf"
            source.write_text(AS_PRINTED, encoding="ascii")
        done = run("cert", "inf", source, "--explain", "--format", "json")
        told = json.loads(done.out)
        jsonschema.validate(told, json.loads(SCHEMA.read_bytes()))
        assert told["can_be_made"] is (done.status == 0)
        severities = [remark["severity"] for remark in told["remarks"]]
        assert severities.count("error") == (3 if done.status else 0)
        lines = {line["key"]: line for line in told["lines"]}
        assert lines["RequestType"]["value"] == "Cert"
        assert lines["KeyUsage"]["windows"].startswith("the keyUsage extension, critical")

    def test_windows_1252_is_told(self, run: Run) -> None:
        done = run("cert", "inf", GOLDEN / "32-as-documented.inf", "--explain")
        assert done.status == 0
        assert "is read as Windows-1252" in done.err
        assert "Société Générique" in done.text


class TestWriting:
    def test_an_inf_file_and_its_twin_for_names(self, run: Run, folder: Path) -> None:
        names = ("mail.example.com", "autodiscover.example.com", "192.0.2.25")
        done = run("cert", "inf", "--write", *names, "--organisation", "Bürobedarf Müller", "--out", "mail")
        assert done.status == 0
        assert there(folder) == {"mail.inf", "mail.cnf"}
        assert "certreq -new -machine mail.inf mail.csr" in done.err
        assert (folder / "mail.inf").read_bytes().startswith(b"\xff\xfe")
        made = run("cert", "inf", "mail.inf", "--out", "made")
        assert made.status == 0
        assert "warning" not in made.err
        command = (folder / "mail.cnf").read_text(encoding="utf-8").splitlines()[0].removeprefix("# ").split(" ")
        openssl(*command[1:])
        for request in ("made.csr", "mail.csr"):
            shown = openssl("req", "-in", request, "-noout", "-text", "-nameopt", "utf8,sep_comma_plus_space")
            assert "DNS:mail.example.com, DNS:autodiscover.example.com, IP Address:192.0.2.25" in shown
            assert "Bürobedarf Müller" in shown

    def test_a_certificate_for_apples_longest_days(self, run: Run, folder: Path) -> None:
        done = run("cert", "inf", "--write", "mail.example.com", "--self-signed", "--new-key", "ec-p256")
        assert done.status == 0
        assert there(folder) == {"mail.example.com.inf", "mail.example.com.cnf"}
        assert (folder / "mail.example.com.inf").read_bytes().isascii()
        assert run("cert", "inf", "mail.example.com.inf", "--out", "made.pfx").status == 0
        made = certificate_in(folder / "made.pem")
        assert made.not_after - made.not_before == timedelta(days=825)
        assert made.public_key.algorithm == "ec"

    def test_for_what_a_remedy_asks_for(self, run: Run, folder: Path) -> None:
        spec = {"dns_names": ["mail.example.com", "imap.example.com"], "key": "ec-p384", "organisation": "Example"}
        (folder / "spec.json").write_text(json.dumps(spec))
        done = run("cert", "inf", "--write", "--from", "spec.json", "--out", "mail")
        assert done.status == 0, done.err
        assert run("cert", "inf", "mail.inf", "--out", "made").status == 0
        shown = openssl("req", "-in", "made.csr", "-noout", "-text")
        assert "DNS:mail.example.com, DNS:imap.example.com" in shown
        assert "secp384r1" in shown

    def test_nothing_is_replaced(self, run: Run, folder: Path) -> None:
        (folder / "mail.cnf").write_text("kept")
        assert run("cert", "inf", "--write", "mail.example.com", "--out", "mail.inf").status == 2
        assert there(folder) == {"mail.cnf"}
