"""Exchange asked itself, as an administrator types it: `--live` of `mailtrust services`."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Done
from tests.programs import exchange_small as small
from tests.programs.exchange_cmdlets import Exchange
from tests.programs.exchange_shell import ExchangeShell

Run = Callable[..., Done]


@pytest.fixture
def exchange() -> Exchange:
    return Exchange(small.organisation())


@pytest.fixture
def endpoint(exchange: Exchange) -> Iterator[ExchangeShell]:
    with ExchangeShell(exchange) as running:
        yield running


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
