"""Exchange 2007, on which the script of `services collect` does not run: what is advised runs there, and is read."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.exchange.making import NOW, certificate_xml, clixml, own

PASTED = """
[PS] C:\\>Get-ExchangeServer | Format-List Name,AdminDisplayVersion

Name                : MAIL07
AdminDisplayVersion : Version 8.3 (Build 83.6)
"""
CERTIFICATES = """
[PS] C:\\>Get-ExchangeCertificate | Format-List

CertificateDomains : {mail.example.com, autodiscover.example.com}
HasPrivateKey      : True
IsSelfSigned       : False
NotAfter           : 1/1/2027 10:00:00 AM
RootCAType         : ThirdParty
Services           : IMAP, POP, IIS, SMTP
Status             : Valid
Subject            : CN=mail.example.com
Thumbprint         : AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
"""
HOW = "Get-ExchangeCertificate | Export-Clixml MAIL07.xml"
AT = ("--at", NOW.strftime("%Y-%m-%dT%H:%M:%SZ"))
Run = Callable[..., Any]


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "server.txt").write_text(PASTED)
    (tmp_path / "MAIL07.txt").write_text(CERTIFICATES)
    return tmp_path


def check(run: Run, *files: str) -> str:
    given = [word for name in files for word in ("--export", name)]
    return " ".join(run("services", "check", *AT, *given).out.decode().split())


@pytest.mark.parametrize("files", [("server.txt", "MAIL07.txt"), ("MAIL07.txt",)], ids=["known", "unknown"])
def test_what_lacks_in_pasted_text_is_told_by_what_runs_there(run: Run, files: tuple[str, ...]) -> None:
    said = check(run, *files)
    assert f"on Exchange 2007 {HOW} writes a file that does, from 2010 on the script of" in said


def test_what_it_writes_says_what_lacked(run: Run, folder: Path) -> None:
    kept = certificate_xml(own("mail.example.com"), computer="MAIL07")
    served = '<Props><S N="Services">IIS, SMTP</S><S N="Status">Valid</S><B N="HasPrivateKey">true</B>'
    (folder / "MAIL07.xml").write_bytes(clixml(kept.replace("<Props>", served)))
    said = check(run, "server.txt", "MAIL07.xml")
    assert HOW not in said
    assert "Servers: MAIL07 (Exchange 2007)." in said


def test_of_a_later_release_the_script_alone_is_named(run: Run, folder: Path) -> None:
    (folder / "server.txt").write_text(PASTED.replace("Version 8.3 (Build 83.6)", "Version 15.1 (Build 2507.6)"))
    said = check(run, "server.txt", "MAIL07.txt")
    assert "let the script of `mailtrust services collect` export it" in said
    assert HOW not in said


def test_a_script_is_looked_after_by_what_runs_there(run: Run, folder: Path) -> None:
    """What stands at the end of the script: how the servers are asked anew."""
    files = ("--export", "server.txt", "--export", "MAIL07.txt", "--thumbprint", "A" * 40, *AT)
    done = run("services", "enable", *files, "--services", "UM", "-o", "enable.ps1")
    assert done.status == 0
    source = (folder / "enable.ps1").read_text(encoding="utf-8-sig")
    assert f"'{HOW}'" in source
    assert "'mailtrust services check --export MAIL07.xml'" in source
    assert "collect.ps1" not in source


def test_where_no_place_is_known_the_cmdlets_are_named(run: Run) -> None:
    said = " ".join(run("services", "select", *AT, "--export", "server.txt").out.decode().split())
    assert "on Exchange 2007, where it does not run, Get-ReceiveConnector" in said
