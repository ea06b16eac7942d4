"""The command: files in, verdicts out; and lines in, lines out, as a program on the other end of a pipe meets it."""

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mailtrust.cli.main import main
from mailtrust.cli.verify import bounded_lines
from mailtrust.core.formats import verify_request
from mailtrust.core.x509.pem import to_pem

AT = "2026-06-01T12:00:00Z"


@pytest.fixture
def files(pki: Any, tmp_path: Path) -> Path:
    (tmp_path / "leaf.pem").write_text(to_pem(pki.leaf.certificate))
    (tmp_path / "issuing.der").write_bytes(pki.issuing.certificate.der)
    (tmp_path / "fullchain.pem").write_text(to_pem(pki.leaf.certificate) + to_pem(pki.issuing.certificate))
    (tmp_path / "root.pem").write_text(to_pem(pki.root.certificate))
    (tmp_path / "ca.crl").write_bytes(pki.crl(None, pki.entry(pki.leaf.certificate.serial, 1)))
    (tmp_path / "root.crl").write_text(to_pem(pki.crl(pki.root), "X509 CRL"))
    (tmp_path / "good.ocsp").write_bytes(pki.ocsp())
    return tmp_path


def run(files: Path, *arguments: str) -> int:
    roots = [] if "--no-roots" in arguments else ["--roots", str(files / "root.pem")]
    given = [str(files / one) if (files / one).is_file() else one for one in arguments if one != "--no-roots"]
    return main(["verify", *given, *roots, "--at", AT, "--lang", "en"])


def test_a_good_chain_is_accepted_by_all(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(files, "fullchain.pem", "--name", "mail.example.com", "--width", "100") == 0
    shown = capsys.readouterr().out
    assert "Accepted by" in shown
    assert "Refused" not in shown
    assert "mail.example.com → Verify Issuing CA → Verify Root" in shown


def test_a_chain_in_several_files_and_forms(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(files, "leaf.pem", "issuing.der", "--name", "mail.example.com", "--client", "openssl,gnutls") == 0
    assert "Accepted by OpenSSL programs, GnuTLS programs." in capsys.readouterr().out


def test_a_missing_intermediate_hurts_those_that_fetch_none(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(files, "leaf.pem", "--pool", "issuing.der", "--client", "openssl,chrome") == 1
    shown = capsys.readouterr().out
    assert "Refused by OpenSSL programs." in shown
    assert "chain-incomplete" in shown
    assert "Accepted by Chrome." in shown


def test_json_is_the_answer_of_a_line(files: Path, pki: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(files, "fullchain.pem", "--name", "x.example.com", "--client", "rfc5280", "--format", "json") == 1
    answer = json.loads(capsys.readouterr().out)
    expected = pki.ask(name="x.example.com")
    assert answer["verdicts"][0]["reasons"][0]["facts"] == expected.verdicts[0].reasons[0].facts
    assert answer["verdicts"][0]["path"] == expected.verdicts[0].path


def test_revocation_from_files(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["fullchain.pem", "--client", "rfc5280"]
    assert run(files, *asked, "--crl", "ca.crl") == 1
    assert "was revoked at 2026-05-27" in capsys.readouterr().out
    assert run(files, *asked, "--crl", "ca.crl", "--revocation", "off") == 0
    assert run(files, *asked, "--revocation", "require") == 1
    assert run(files, *asked, "--revocation", "require", "--ocsp", "good.ocsp", "--crl", "root.crl") == 0


def test_the_other_demands(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["fullchain.pem", "--client", "rfc5280"]
    assert run(files, *asked, "--max-intermediates", "0") == 1
    assert run(files, *asked, "--max-intermediates", "1") == 0
    assert run(files, *asked, "--purpose", "tls-client") == 1
    assert run(files, *asked, "--flag", "explicit-policy", "--policy", "1.2.3") == 1
    assert run(files, *asked, "--policy", "1.2.3", "--client", "openssl") == 0
    assert "Disregarded: policies." in capsys.readouterr().out


def test_output_goes_where_it_is_asked_to(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(files, "fullchain.pem", "--format", "json", "-o", str(files / "out.json")) == 0
    assert capsys.readouterr().out == ""
    assert json.loads((files / "out.json").read_bytes())["verdicts"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "Expected FILE"),
        (["nowhere.pem"], "nowhere.pem"),
        (["root.crl"], "found none"),
        (["fullchain.pem", "--client", "nobody"], "There is no client nobody"),
        (["fullchain.pem", "--max-intermediates", "-1"], "from 0 to 1000"),
        (["fullchain.pem", "--policy", "gold"], "object identifiers"),
        (["--batch", "--name", "mail.example.com"], "--name"),
        (["--batch", "fullchain.pem"], "FILE"),
    ],
)
def test_mistakes_are_told_in_a_sentence(
    files: Path, arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(files, *arguments, *(["--no-roots"] if "--batch" in arguments else [])) == 2
    assert words in capsys.readouterr().err


def batch(
    lines: list[bytes], monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes], *more: str
) -> tuple[int, list[Any]]:
    class Stdin:
        buffer = io.BytesIO(b"".join(line + b"\n" for line in lines))

    monkeypatch.setattr(sys, "stdin", Stdin())
    status = main(["verify", "--batch", *more])
    return status, [json.loads(line) for line in capsysbinary.readouterr().out.splitlines()]


def test_a_batch_of_good_lines_ends_well(
    pki: Any, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    lines = [json.dumps(pki.request(id=number, name=f"{number}.example.com")).encode() for number in range(3)]
    status, answers = batch([*lines, b"", b"   "], monkeypatch, capsysbinary, "--no-network")
    assert status == 0
    assert [answer["id"] for answer in answers] == [0, 1, 2]
    assert all(answer["verdicts"][0]["valid"] is False for answer in answers)


def test_one_bad_line_is_told_by_the_status(
    pki: Any, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    good = json.dumps(pki.request(id=1)).encode()
    status, answers = batch([good, b"{}", good], monkeypatch, capsysbinary)
    assert status == 2
    assert [bool(answer["verdicts"]) for answer in answers] == [True, False, True]
    assert answers[1]["error"]["code"] == "bad-request"


def test_an_empty_batch_is_no_mistake(
    monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert batch([], monkeypatch, capsysbinary) == (0, [])


def test_the_moment_of_a_run_can_be_given(
    pki: Any, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    line = json.dumps(pki.request(at=None)).encode()
    status, (answer,) = batch([line], monkeypatch, capsysbinary, "--at", "2040-01-01")
    assert status == 0
    assert answer["at"] == "2040-01-01T00:00:00Z"
    assert "expired" in {reason["code"] for reason in answer["verdicts"][0]["reasons"]}


def test_each_answer_is_there_before_the_next_question(pki: Any) -> None:
    """Over real pipes: who asks one by one never waits for a buffer to fill."""
    command = [sys.executable, "-m", "mailtrust", "verify", "--batch", "--no-network"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for number in range(3):
            process.stdin.write(json.dumps(pki.request(id=number)).encode() + b"\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["id"] == number
        process.stdin.close()
        assert process.stdout.read() == b""
        assert process.wait() == 0


def test_a_line_without_end_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify_request, "MOST_BYTES", 10)
    stream = io.BytesIO(b"x" * 1000 + b"\nshort\n" + b"y" * 12 + b"\n" + b"z" * 500)
    lines = list(bounded_lines(stream))
    assert [line[:1] for line in lines] == [b"x", b"s", b"y", b"z"]
    assert max(map(len, lines)) == 12
    assert [len(line.rstrip(b"\n")) > 10 for line in lines] == [True, False, True, True]
