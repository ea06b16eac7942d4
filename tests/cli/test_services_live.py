"""Exchange asked itself, as an administrator types it: `--live` of `mailtrust services`."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jsonschema
import pytest
from tests.cli.conftest import Done
from tests.programs import exchange_small as small
from tests.programs.exchange_cmdlets import Exchange
from tests.programs.exchange_shell import ExchangeShell

from mailtrust.core.model.exchange import ExchangeOrganisation, SendConnector
from mailtrust.core.model.exchange_change import ExchangeAct
from mailtrust.flows.exchange_asking import Doing

Run = Callable[..., Done]


@pytest.fixture
def at(endpoint: ExchangeShell, tmp_path: Path) -> tuple[Any, ...]:
    """Where it is, and who asks."""
    password = tmp_path / "password"
    password.write_text("geheim\n")
    return (
        "--live",
        endpoint.url,
        "--live-user",
        "EXAMPLE\\admin",
        "--live-password-file",
        password,
        "--live-auth",
        "basic",
    )


def test_the_export_without_a_script(at: tuple[Any, ...], run: Run, tmp_path: Path) -> None:
    done = run("services", "collect", *at, "-o", tmp_path / "exchange.json")
    assert (done.status, done.err) == (0, "")
    export = json.loads((tmp_path / "exchange.json").read_text())
    assert [server["name"] for server in export["servers"]] == ["MAIL1", "MAIL2"]
    assert len(export["servers"][0]["certificates"]) == 4
    assert "geheim" not in json.dumps(export)


def test_the_list(at: tuple[Any, ...], run: Run) -> None:
    done = run("services", "list", *at)
    assert done.status == 0
    assert small.thumbprint(small.FORMER) in done.text


def test_the_check_and_the_selection(at: tuple[Any, ...], run: Run) -> None:
    assert "MAIL2" in run("services", "check", *at, "--at", "2026-06-01", "--fail-on", "never").text
    assert "mail.example.com" in run("services", "select", *at, "--at", "2026-06-01").text


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("--live-user", "x"), "--live-user belong to --live URL"),
        (("--live", "mail1", "--export", "x.json"), "give one of them"),
        (("--live", "mail1", "--live-password-file", "x"), "--live-password-file is of --live-user"),
        (("--live", "mail1", "--live-auth", "basic"), "give --live-user and --live-password-file"),
        (("--live", "http://mail1.example.com/PowerShell/"), "Expected the URL of Exchange's PowerShell"),
    ],
)
def test_options_that_do_not_go_together(given: tuple[str, ...], said: str, run: Run) -> None:
    done = run("services", "select", *given)
    assert done.status == 2
    assert said in done.err


ENABLE = ("services", "enable", "--thumbprint", small.thumbprint(small.RENEWED), "--at", "2026-06-01")


def test_enabled_at_once(at: tuple[Any, ...], exchange: Exchange, run: Run, tmp_path: Path) -> None:
    state = ("--state", tmp_path / "state")
    done = run(*ENABLE, "--services", "IMAP,SMTP", "--server", "MAIL1", *at, "--yes", *state)
    assert done.status == 0, done.err
    assert "Done: Exchange was told, and says so itself." in done.text
    assert "Get-Service 'MSExchangeIMAP4','MSExchangeIMAP4BE'" in done.text
    assert exchange.organisation.servers[0].certificates[2].services == {"IMAP", "SMTP"}
    assert exchange.organisation.servers[0].internal_transport != small.thumbprint(small.RENEWED)
    assert exchange.organisation.servers[1].certificates[2].services == set()
    assert "geheim" not in done.text + done.err
    again = run(*ENABLE, "--services", "IMAP,SMTP", "--server", "MAIL1", *at, "--yes", *state)
    assert again.status == 0
    assert "It is so already" in again.text


def test_for_a_program(at: tuple[Any, ...], run: Run, tmp_path: Path) -> None:
    wish = ("--services", "IIS", "--server", "MAIL2", "--format", "json")
    done = run(*ENABLE, *wish, *at, "--yes", "--state", tmp_path / "state")
    assert done.status == 0, done.err
    told = json.loads(done.text)
    assert (told["schema"], told["outcome"]) == ("mailtrust/exchange-applied/1", "done")
    schema = Path(__file__).parents[2] / "docs" / "schemas" / "exchange-applied-1.json"
    jsonschema.validate(told, json.loads(schema.read_text()))


def test_nobody_can_be_asked(at: tuple[Any, ...], exchange: Exchange, run: Run) -> None:
    done = run(*ENABLE, "--services", "IIS", *at)
    assert done.status == 2
    assert "Give --yes to go on" in done.err
    assert not exchange.called


@pytest.mark.parametrize(("answer", "services"), [("y\n", {"IIS"}), ("n\n", set()), ("", set())])
def test_somebody_is_asked(
    at: tuple[Any, ...],
    exchange: Exchange,
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    answer: str,
    services: set[str],
) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(isatty=lambda: True, readline=lambda: answer))
    done = run(*ENABLE, "--services", "IIS", "--server", "MAIL1", *at, "--state", tmp_path / "state")
    assert "Tell Exchange exactly this? [y/N]" in done.err
    assert "Assign" in done.text, "what is asked about is shown before"
    assert done.status == (0 if services else 2)
    assert exchange.organisation.servers[0].certificates[2].services == services


def test_what_our_own_rules_refuse_is_not_tried(at: tuple[Any, ...], exchange: Exchange, run: Run) -> None:
    wild = ("services", "enable", "--thumbprint", small.thumbprint(small.WILD), "--services", "UM", "--server", "MAIL1")
    done = run(*wild, *at, "--yes", "--at", "2026-06-01")
    assert done.status == 1
    assert {name.partition("-")[0] for name, _ in exchange.called} == {"Get"}


def test_what_exchange_refuses_is_taken_back(at: tuple[Any, ...], exchange: Exchange, run: Run, tmp_path: Path) -> None:
    before = exchange.organisation
    exchange.broken["set-sendconnector"] = "The Active Directory server isn't available."
    renamed = ("--services", "IMAP,SMTP", "--server", "MAIL1", "--server", "MAIL2")
    exchange.organisation = before = replace(before, send_connectors=(stale(before),))
    done = run(*ENABLE, *renamed, *at, "--yes", "--state", tmp_path / "state")
    assert done.status == 4, done.text + done.err
    assert "refuses Set-SendConnector: “The Active Directory server isn't available.”" in done.text
    imap = [[one.services or set() for one in server.certificates] for server in exchange.organisation.servers]
    assert all("IMAP" not in services[2] for services in imap)
    assert exchange.organisation.send_connectors == before.send_connectors


def stale(organisation: ExchangeOrganisation) -> SendConnector:
    """A connector that names the former certificate by another issuer than the renewed one's."""
    assert organisation.send_connectors is not None
    subject = small.shown(small.FORMER).subject
    return replace(organisation.send_connectors[0], tls_certificate_name=f"<I>CN=Former CA<S>{subject}")


def test_what_an_earlier_run_left_is_taken_back_first(
    at: tuple[Any, ...], endpoint: ExchangeShell, exchange: Exchange, run: Run, tmp_path: Path
) -> None:
    wish = ("--services", "IMAP", "--server", "MAIL1", *at, "--yes", "--state", tmp_path / "state")
    endpoint.cut_after = "Enable-ExchangeCertificate"
    lost = run(*ENABLE, *wish)
    assert lost.status == 5
    assert "Nobody knows whether the last thing asked of it was done" in lost.text
    endpoint.cut_after = ""
    elsewhere = run(*ENABLE, *wish[:4], "--live", "https://other.example.com/PowerShell/", *wish[6:])
    assert elsewhere.status == 2
    assert "Take that back first" in elsewhere.err
    done = run(*ENABLE, *wish)
    assert done.status == 0, done.err
    assert "A run before this one was interrupted" in done.err
    assert exchange.organisation.servers[0].certificates[2].services == {"IMAP"}


def test_an_earlier_run_has_done_what_nothing_takes_back(
    at: tuple[Any, ...], run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wild, real = small.thumbprint(small.WILD), Doing.do

    def power_cut(doing: Doing, act: ExchangeAct) -> None:
        real(doing, act)
        raise SystemExit(1)

    state = (*at, "--yes", "--state", tmp_path / "state")
    with monkeypatch.context() as broken:
        broken.setattr(Doing, "do", power_cut)
        run("services", "remove", "--thumbprint", wild, "--server", "MAIL2", "--at", "2026-06-01", *state)
    done = run(*ENABLE, "--services", "IIS", "--server", "MAIL1", *state)
    assert done.status == 0, done.err
    assert "A run before this one was interrupted" in done.err
    assert "NOT taken back" in done.err
    assert "has been taken back" not in done.err, "it was not"


def test_a_certificate_that_is_not_there_yet(at: tuple[Any, ...], exchange: Exchange, run: Run, tmp_path: Path) -> None:
    fresh = small.issued("mail.example.com", serial=50)
    pfx = tmp_path / "new.pfx"
    pfx.write_bytes(small.pfx(fresh))
    (tmp_path / "pfx-password").write_text("pfx\n")
    incoming = ("--certificate", pfx, "--pfx-password-file", tmp_path / "pfx-password")
    wish = ("--services", "IIS", "--server", "MAIL1", "--at", "2026-06-01", "--state", tmp_path / "state")
    done = run("services", "enable", *incoming, *wish, *at, "--yes")
    assert done.status == 0, done.text + done.err
    there = exchange.organisation.servers[0].certificate(small.thumbprint(fresh.certificate))
    assert there is not None
    assert there.services == {"IIS"}


def test_removed(at: tuple[Any, ...], exchange: Exchange, run: Run, tmp_path: Path) -> None:
    wild = small.thumbprint(small.WILD)
    given = ("--thumbprint", wild, "--server", "MAIL2", "--at", "2026-06-01", "--state", tmp_path / "state")
    done = run("services", "remove", *given, *at, "--yes")
    assert done.status == 0, done.text + done.err
    assert [server.certificate(wild) is None for server in exchange.organisation.servers] == [False, True]


def test_a_script_from_live_facts_changes_nothing(
    at: tuple[Any, ...], exchange: Exchange, run: Run, tmp_path: Path
) -> None:
    done = run(*ENABLE, "--services", "IIS", "--server", "MAIL1", *at, "-o", tmp_path / "enable.ps1")
    assert done.status == 0, done.err
    assert {name.partition("-")[0] for name, _ in exchange.called} == {"Get"}


def test_a_wrong_password(at: tuple[Any, ...], run: Run, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("wrong\n")
    done = run("services", "select", *at)
    assert done.status == 2
    assert "does not let EXAMPLE\\admin in" in done.err
    assert "wrong\n" not in done.err


def test_nobody_there(run: Run) -> None:
    done = run("services", "select", "--live", "http://127.0.0.1:9/PowerShell/")
    assert done.status == 3
    assert "Connection refused" in done.err


def test_what_is_refused_is_told_and_exported(at: tuple[Any, ...], exchange: Exchange, run: Run) -> None:
    exchange.broken["get-sendconnector"] = "Not today."
    done = run("services", "collect", *at)
    assert done.status == 0
    assert {"part": "Get-SendConnector", "why": "Not today."} in json.loads(done.text)["not_read"]
