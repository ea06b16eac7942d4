"""`mailtrust explain` as people type it."""

# ruff: noqa: RUF001 - a Chinese comma

import io
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from mailtrust.cli.main import main
from mailtrust.core.issuance.authority import self_signed
from mailtrust.core.issuance.keys import make_key
from mailtrust.core.issuance.recipe import server_recipe
from mailtrust.core.x509.pem import to_pem

GMAIL = "Certificate not trusted. Contact your email provider about this error"


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    now = datetime.now(UTC)
    made = self_signed(
        server_recipe("other.example.com"),
        make_key("rsa-2048"),
        serial=5,
        not_before=now - timedelta(days=1),
        not_after=now + timedelta(days=90),
    )
    path = tmp_path / "exchange.cer"
    path.write_text(to_pem(made.certificate))
    return path


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE", "en")


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = main(["explain", *arguments])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def test_a_known_message(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, GMAIL)
    assert (status, err) == (0, "")
    assert out.startswith("Gmail on Android says this.")
    assert "mailtrust check HOST --client gmail-android" in out


def test_words_need_no_quotation_marks(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, *GMAIL.split()) == run(capsys, GMAIL)


def test_an_unknown_message(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "connection timed out while reading mailbox quota")
    assert status == 1
    assert out.startswith("This text is not known here.")


def test_a_log_on_standard_input(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    log = b"postfix/smtp[1]: certificate verification failed for mx.example.net[192.0.2.7]:25: untrusted issuer\n\xff"
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(log)))
    status, out, _ = run(capsys, "-")
    assert status == 0
    assert "Postfix, sending says this." in out
    assert "mailtrust check smtp://mx.example.net --client mta-verified" in out


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "0x800B0109", "--format", "json")
    assert status == 0
    assert json.loads(out)["answers"][0]["said_by"][0]["id"] == "windows-codes"


def test_json_into_a_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    target = tmp_path / "explained.json"
    assert run(capsys, "0x800B0109", "--format", "json", "-o", str(target)) == (0, "", "")
    assert json.loads(target.read_bytes())["schema"] == "mailtrust/explanation/1"


@pytest.mark.parametrize("option", ["--cert", "--with"])
def test_url_and_certificate(capsys: pytest.CaptureFixture[str], certificate: Path, option: str) -> None:
    status, out, _ = run(
        capsys,
        "Could not establish trust relationship for the SSL/TLS secure channel",
        "--url",
        "https://mail.example.com/EWS/Exchange.asmx",
        option,
        str(certificate),
        "--width",
        "120",
    )
    assert status == 0
    assert "The URL names mail.example.com, but the certificate is for other.example.com" in out
    assert "The certificate is self-signed." in out
    assert out.count("this is so in the certificate given") == 2


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["  "], "Expected the words of a message or a symptom, got nothing."),
        ([GMAIL, "--url", "gopher://x"], "Expected one of"),
        ([GMAIL, "--cert", "/nowhere.pem"], "Could not read /nowhere.pem"),
    ],
)
def test_mistakes_are_told(capsys: pytest.CaptureFixture[str], arguments: list[str], problem: str) -> None:
    status, out, err = run(capsys, *arguments)
    assert (status, out) == (2, "")
    assert problem in err


def test_a_hostile_text_is_shown_tame(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "0x800B0109 \x1b]0;owned\x07 https://mail.example.com/\x1b[2J$(reboot)")
    assert "\x1b" not in out
    assert "reboot" not in out


def test_as_a_program_in_another_language() -> None:
    """Chinese words in, an answer out, whatever the terminal can show."""
    done = subprocess.run(
        [sys.executable, "-m", "mailtrust", "explain", "安全证书上的名称无效，或者与站点名称不匹配"],
        capture_output=True,
        env={"PYTHONIOENCODING": "ascii", "LANG": "C", "PATH": "/usr/bin:/bin", "PYTHONUTF8": "1"},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert b"Outlook for Windows" in done.stdout
