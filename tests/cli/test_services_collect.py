"""`services collect` and `--export` as a person uses them: the script, files, folders, standard input, and mistakes."""

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.exchange.making import certificate_xml, clixml, own, print_of, serialized
from tests.exchange.test_export_json import WINDOWS
from tests.exchange.test_format_list import LISTED, TABLE


def test_without_a_file_the_script_is_printed(run: Callable[..., Any]) -> None:
    done = run("services", "collect")
    assert (done.status, done.err) == (0, "")
    assert done.out.startswith(b"\xef\xbb\xbf<#\r\n.SYNOPSIS")


def test_what_is_next_is_said(run: Callable[..., Any], tmp_path: Path) -> None:
    done = run("services", "collect", "-o", tmp_path / "export.ps1")
    assert (done.status, done.out) == (0, b"")
    assert "(.\\export.ps1 -OutFile exchange.json)" in done.err
    assert "mailtrust services check --export exchange.json" in done.err


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What an administrator has put together, by whatever means."""
    certificate = own("mail.example.com")
    kept = tmp_path / "exports"
    kept.mkdir()
    (kept / "exchange.json").write_text(WINDOWS, encoding="utf-16")
    (kept / "certificates.xml").write_bytes(clixml(certificate_xml(certificate, serialized=serialized(certificate))))
    (kept / "MAIL2.txt").write_bytes(TABLE.replace("CN=MAIL1", "CN=relay.example.com").encode())
    (kept / "notes.docx").write_bytes(b"PK")
    return kept


def test_a_folder_of_every_form_becomes_one_export(run: Callable[..., Any], folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "all.json"
    done = run("services", "collect", "--export", folder, "-o", output)
    assert (done.status, done.out) == (0, b"")
    first, second = done.err.splitlines()
    assert first.startswith("mailtrust: ")
    assert "MAIL2.txt: PowerShell has cut Subject" in first
    assert "MAIL2.txt does not say of which server it is: it is taken for MAIL2." in second
    written = json.loads(output.read_bytes())
    assert [server["name"] for server in written["servers"]] == ["MAIL1", "MAIL2"]
    assert print_of(own("mail.example.com")) in {one["thumbprint"] for one in written["servers"][0]["certificates"]}
    again = run("services", "collect", "--export", output)
    assert (again.status, again.out, again.err) == (0, output.read_bytes(), "")


def test_what_is_no_export_among_exports_is_told_and_left_aside(
    run: Callable[..., Any], folder: Path, tmp_path: Path
) -> None:
    (folder / "Antimalware.xml").write_text("<?xml version='1.0'?><Definition><A/></Definition>", encoding="utf-8")
    (folder / "processes.xml").write_bytes(clixml('<Obj RefId="0"><MS><S N="ProcessName">w3wp</S></MS></Obj>'))
    (folder / "readme.txt").write_text("Dear all,\nhere are the exports.\n", encoding="utf-8")
    output = tmp_path / "all.json"
    done = run("services", "collect", "--export", folder, "-o", output)
    assert done.status == 0
    assert [server["name"] for server in json.loads(output.read_bytes())["servers"]] == ["MAIL1", "MAIL2"]
    (said,) = [line for line in done.err.splitlines() if "Left aside" in line]
    assert [one in said for one in ("Antimalware.xml", "processes.xml", "readme.txt", "exchange.json")] == [
        True
    ] * 3 + [False]
    alone = run("services", "collect", "--export", folder / "Antimalware.xml")
    assert (alone.status, "it is no CLIXML (expected the element Objs, found Definition)" in alone.err) == (2, True)
    (folder / "exchange.json").write_text(WINDOWS[:1500], encoding="utf-8")
    done = run("services", "collect", "--export", folder)
    assert (done.status, "it ends in the middle" in done.err) == (2, True)


def test_standard_input(run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(LISTED.encode()), encoding="utf-8"))
    done = run("services", "collect", "--export", "-")
    assert (done.status, done.err) == (0, "")
    assert json.loads(done.out)["servers"][0]["name"] == "MAIL1"


def test_mistakes_are_told_in_a_sentence_each(run: Callable[..., Any], tmp_path: Path, folder: Path) -> None:
    empty, other, cut = tmp_path / "empty", tmp_path / "other.txt", tmp_path / "cut.json"
    empty.mkdir()
    other.write_text("Dear all,\nthe mail server is slow today.\n", encoding="utf-8")
    cut.write_text(WINDOWS[:1500], encoding="utf-8")
    for given, says in (
        (empty, "Expected up to 200 exports in the folder"),
        (tmp_path / "none.json", "Could not read"),
        (other, "it holds nothing that Get-ExchangeCertificate or a cmdlet beside it shows"),
        (cut, "it ends in the middle; copy it again, whole"),
        (folder / "notes.docx", "it holds nothing"),
    ):
        output = tmp_path / "out.json"
        done = run("services", "collect", "--export", given, "-o", output)
        assert (done.status, done.out) == (2, b""), given
        assert says in done.err
        assert done.err.count("\n") == 1
        assert not output.exists()


def test_nothing_is_asked_of_exchange_where_it_could_not_be_written(run: Callable[..., Any], folder: Path) -> None:
    done = run("services", "collect", "--export", folder, "-o", folder / "no" / "such.json")
    assert (done.status, "there is no folder" in done.err) == (2, True)


def test_commands_need_an_export(run: Callable[..., Any]) -> None:
    done = run("services", "select")
    assert done.status == 2
    assert "`mailtrust services collect -o collect.ps1` writes the script" in done.err
