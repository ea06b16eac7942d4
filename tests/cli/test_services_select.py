"""`mailtrust services select`, as an administrator types it."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from tests.cli.conftest import Done
from tests.formats.test_exchange_protocol_log import HEADINGS, RECEIVE, row, whole
from tests.services.exchange_world import NOW, certificate, connector, organisation, send_connector, server

from mailtrust.core.formats.exchange.export_json import encode_export
from mailtrust.core.formats.exchange.written import wire_of
from mailtrust.core.model.exchange import ExchangeOrganisation

AT = NOW.strftime("%Y-%m-%dT%H:%M:%SZ")
FRONT = "Default Frontend MAIL1"
Run = Callable[..., Done]


def good() -> ExchangeOrganisation:
    it = server(
        certificate("A", "mail.example.com", days_old=20),
        certificate("B", "mail1.corp.example", issuer="", lasts=1800),
        receive_connectors=(connector(), connector("", name="Default MAIL1")),
        internal_transport="B" * 40,
    )
    return organisation(it, sends=(send_connector(),))


def written(folder: Path, it: ExchangeOrganisation) -> Path:
    path = folder / "exchange.json"
    path.write_bytes(encode_export(wire_of(it)))
    return path


def test_every_place_has_one(tmp_path: Path, run: Run) -> None:
    done = run("services", "select", "--export", written(tmp_path, good()), "--at", AT)
    assert (done.status, done.err) == (0, "")
    assert "Every place that was exported presents a usable certificate." in done.text
    assert "mail.example.com (AAAAAAAA), until" in done.text
    assert "Why" not in done.text


def test_later_it_has_expired(tmp_path: Path, run: Run) -> None:
    done = run("services", "select", "--export", written(tmp_path, good()), "--at", "2027-01-01")
    assert done.status == 1
    assert "it has expired" in done.text
    assert "12016" in done.text
    assert "└─ " in done.text


def test_one_connector_with_its_search(tmp_path: Path, run: Run) -> None:
    done = run("services", "select", "--export", written(tmp_path, good()), "--at", AT, "--connector", FRONT.upper())
    assert done.status == 0
    assert "does not hold the name" in done.text
    assert "X-ANONYMOUSTLS" not in done.text


def test_json_is_as_published(tmp_path: Path, run: Run) -> None:
    done = run("services", "select", "--export", written(tmp_path, good()), "--at", AT, "--format", "json")
    told = json.loads(done.out)
    schema = json.loads((Path(__file__).parents[2] / "docs" / "schemas" / "selection-1.json").read_bytes())
    jsonschema.validate(told, schema)
    assert [(one["kind"], one["certificate"]["thumbprint"][0]) for one in told["selections"]] == [
        ("receive", "A"),
        ("receive", "B"),
        ("send", "A"),
        ("anonymous-in", "B"),
    ]
    assert told["after"] is None


@pytest.mark.parametrize(("letter", "status", "said"), [("A", 0, "as foretold"), ("C", 1, "another one than foretold")])
def test_a_log_beside_it(tmp_path: Path, run: Run, letter: str, status: int, said: str) -> None:
    log = tmp_path / "RECV2023083000-1.LOG"
    log.write_text(
        RECEIVE + row("S", "<", "STARTTLS", "") + row("S", "*", whole(letter * 40), HEADINGS), encoding="utf-8"
    )
    done = run("services", "select", "--export", written(tmp_path, good()), "--at", AT, "--log", log)
    assert done.status == status
    assert said in done.text


def test_before_and_after_a_planned_change(tmp_path: Path, run: Run) -> None:
    new = certificate("C", "mail.example.com", services=(), days_old=1)
    it = good()
    it = replace(it, servers=(replace(it.servers[0], certificates=(*it.servers[0].certificates, new)),))
    export = written(tmp_path, it)
    planned = ("services", "select", "--export", export, "--at", AT, "--thumbprint", "\u200e" + "cc " * 20)
    done = run(*planned, "--services", "smtp")
    assert done.status == 0
    assert done.text.startswith("Afterwards every place that was exported presents a usable certificate.")
    changed = done.text.partition("\nAfterwards")[2]
    assert "receives: Default Frontend MAIL1  mail.example.com (CCCCCCCC)" in changed
    assert "sends: Outbound" in changed
    assert "All else stays as it is (2)." in changed
    refused = run(*planned, "--services", "UM")
    assert "All else stays as it is (4)." in refused.text
    assert "UM" in refused.text.partition("stays as it is")[2]
    told = json.loads(run(*planned, "--services", "SMTP", "--format", "json").out)
    assert [one["certificate"]["thumbprint"][0] for one in told["after"]] == ["C", "B", "C", "B"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("--server", "MAIL9"), "There are: MAIL1"),
        (("--connector", "No\x1b such"), "There are: MAIL1\\Default Frontend MAIL1"),
        (("--log", "exchange.json"), "is no SMTP protocol log"),
        (("--at", "soon"), "Expected a date"),
        (("--thumbprint", "A" * 40), "Expected both of --thumbprint and --services"),
    ],
)
def test_mistakes(tmp_path: Path, run: Run, given: tuple[str, str], said: str) -> None:
    export = written(tmp_path, good())
    done = run("services", "select", "--export", export, given[0], given[1].replace("exchange.json", str(export)))
    assert (done.status, done.out) == (2, b"")
    assert said in done.err
    assert "\x1b" not in done.err


def test_a_service_that_is_none_is_told_the_nearest(tmp_path: Path, run: Run) -> None:
    export = written(tmp_path, good())
    done = run("services", "select", "--export", export, "--thumbprint", "A" * 40, "--services", "IMAP,smtps")
    assert (done.status, done.out) == (2, b"")
    assert "Did you mean SMTP?" in done.err
