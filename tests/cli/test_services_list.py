"""`services list` and `services least` as people use them, without a server that answers."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import validate

from mailtrust.core.report.schemas import schemas

FRONT, INNER = "434AC224C8459924B26521298CE8834C514856AB", "534AC224C8459924B26521298CE8834C514856AB"
EXPORT: dict[str, Any] = {
    "schema": "mailtrust/exchange/1",
    "accepted_domains": ["example.com"],
    "servers": [
        {
            "name": "MAIL1",
            "fqdn": "mail1.corp.local",
            "version": "15.2.1544.4",
            "certificates": [
                {
                    "thumbprint": FRONT, "services": ["IIS", "SMTP"], "status": "Valid",
                    "subject": "CN=mail.example.com, O=Example", "issuer": "CN=R11", "friendly_name": "Mail",
                    "domains": ["mail.example.com"], "not_after": "2099-01-01T00:00:00Z", "root_ca_type": "ThirdParty",
                },
                {
                    "thumbprint": INNER, "services": ["SMTP"], "status": "Valid", "subject": "CN=MAIL1",
                    "issuer": "CN=MAIL1", "domains": ["MAIL1", "mail1.corp.local"], "self_signed": True,
                },
            ],
            "client_access": [
                {"service": "IMAP", "connection_settings": ["imap.example.com:993:SSL"], "running": True}
            ],
            "directories": [{"name": "EWS", "urls": ["https://mail.example.com/EWS/Exchange.asmx"]}],
        }
    ],
}  # fmt: skip
TOML = """\
[[server]]
name = "archive"
product = "mailstore"
endpoints = ["https://127.0.0.1:8462"]

[[server]]
name = "mx"
product = "postfix"
endpoints = ["smtp://mx.invalid"]
"""


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "exchange.json"
    path.write_text(json.dumps(EXPORT))
    return path


def test_exchange_is_listed_as_exchange_lists_it(run: Callable[..., Any], export: Path) -> None:
    done = run("services", "list", "--export", export)
    assert done.status == 0
    first = done.text.split("\n\n")[0]
    assert first == (
        "FriendlyName       : Mail\n"
        "Subject            : CN=mail.example.com, O=Example\n"
        "CertificateDomains : {mail.example.com}\n"
        f"Thumbprint         : {FRONT}\n"
        "Services           : IIS, SMTP"
    )
    table = run("services", "list", "mail1", "--export", export, "--table").text.splitlines()
    assert table[2:] == [f"{FRONT}  ...WS..   CN=mail.example.com, O=Example", f"{INNER}  ....S..   CN=MAIL1"]


def test_the_list_for_programs(run: Callable[..., Any], export: Path) -> None:
    read = json.loads(run("services", "list", "--export", export, "--format", "json").out)
    validate(read, json.loads(schemas()["assigned-1.json"]))
    assert [(one["thumbprint"], one["services"], one["served_at"]) for one in read["certificates"]] == [
        (FRONT, ["IIS", "SMTP"], None),
        (INNER, ["SMTP"], None),
    ]


def test_what_cannot_be_known_is_told(run: Callable[..., Any]) -> None:
    Path("mailtrust.toml").write_text(TOML)
    done = run("services", "list")
    assert (done.status, done.text) == (3, "")
    assert "archive: MailStore keeps its choice" in done.err
    assert "mx: nothing says how its configuration is come by" in done.err


def test_mistakes(run: Callable[..., Any], export: Path) -> None:
    nothing = run("services", "list")
    assert (nothing.status, nothing.text) == (2, "")
    assert "No server is known" in nothing.err
    assert "No server is known" in run("services", "least").err
    stranger = run("services", "list", "MAIL2", "--export", export)
    assert stranger.status == 2
    assert "There are: MAIL1." in stranger.err
    assert run("services", "least", "--most-names", "0").status == 2
    assert run("services", "least", "a b").status == 2


@pytest.mark.parametrize("view", [(), ("--table",)])
def test_what_nobody_says_is_not_none_and_stays_unknown_when_it_is_read_again(
    run: Callable[..., Any], tmp_path: Path, view: tuple[str, ...]
) -> None:
    (server,) = EXPORT["servers"]
    silent = [{**one, "services": None} for one in server["certificates"]]
    (path := tmp_path / "silent.json").write_text(
        json.dumps({**EXPORT, "servers": [{**server, "certificates": silent}]})
    )
    listed = run("services", "list", "--export", path, *view).text
    assert "None" not in listed
    assert "......." not in listed
    (again := tmp_path / "MAIL1.txt").write_text(listed)
    read = json.loads(run("services", "list", "--export", again, "--format", "json").out)
    assert [one["services"] for one in read["certificates"]] == [None, None]
    removal = run("services", "remove", "--export", again, "--thumbprint", FRONT)
    assert (removal.status, "does not say what" in removal.text) == (1, True)


def test_the_least_set(run: Callable[..., Any], export: Path) -> None:
    done = run("services", "least", "--export", export, "https://archive.corp.local:8462")
    assert done.status == 0
    assert done.text.startswith("2 certificates serve all, 2 of them to be ordered.\n")
    for part in (
        "No public CA certifies archive.corp.local",
        "1. From a public CA: autodiscover.example.com, imap.example.com, mail.example.com",
        "$ mailtrust cert request autodiscover.example.com imap.example.com mail.example.com",
        "2. From your own CA: archive.corp.local",
    ):
        assert part in done.text
    own = run("services", "least", "--export", export, "https://archive.corp.local:8462", "--ca", "own")
    assert own.text.startswith("One certificate serves all. It is to be ordered.")


def test_the_least_set_is_what_requests_are_made_from(run: Callable[..., Any], export: Path) -> None:
    least = run("services", "least", "--export", export, "https://archive.corp.local:8462", "--format", "json").out
    Path("least.json").write_bytes(least)
    several = run("cert", "request", "--from", "least.json", "--out", "first")
    assert (several.status, "There are: 1, 2." in several.err) == (2, True)
    done = run("cert", "request", "--from", "least.json", "--remedy", "2", "--out", "second")
    assert (done.status, "archive.corp.local" in done.err, Path("second.csr").exists()) == (0, True, True)


def test_what_setup_made_is_neither_ordered_nor_counted(run: Callable[..., Any], tmp_path: Path) -> None:
    """A server below a public domain too: its own name is nobody's business."""
    (server,) = EXPORT["servers"]
    front, inner = server["certificates"]
    inner = {**inner, "domains": ["MAIL1", "mail1.ad.example.com"]}
    connectors = [
        {"name": f"{kind} MAIL1", "fqdn": fqdn, "auth_mechanisms": ["Tls"]}
        for kind, fqdn in (("Default Frontend", "mail.example.com"), ("Default", "mail1.ad.example.com"))
    ]
    changed = {
        **server, "fqdn": "mail1.ad.example.com", "certificates": [front, inner], "receive_connectors": connectors
    }  # fmt: skip
    path = tmp_path / "ad.json"
    path.write_text(json.dumps({**EXPORT, "servers": [changed]}))
    said = run("services", "least", "--export", path).text
    assert "Serving it today: certificates 1, names 1." in said
    requested = next(line for line in said.split("\n") if "mailtrust cert request" in line)
    assert "mail1.ad.example.com" not in requested
    assert "SMTP under mail1.ad.example.com: the self-signed certificates" in said


def test_the_least_set_for_programs_is_what_a_request_is_made_from(
    run: Callable[..., Any], export: Path, tmp_path: Path
) -> None:
    read = json.loads(run("services", "least", "--export", export, "--format", "json").out)
    validate(read, json.loads(schemas()["least-set-1.json"]))
    (one,) = read["certificates"]
    assert (one["ca"], one["reuse"], read["proven"], len(read["today"])) == ("public", None, True, 1)
    (tmp_path / "spec.json").write_text(json.dumps(one["certificate"]))
    assert run("cert", "request", "--from", tmp_path / "spec.json", "--out", tmp_path / "mail").status == 0
    shown = run("cert", "inspect", tmp_path / "mail.csr").text
    assert "imap.example.com" in shown


def test_what_is_there_and_serves_all(run: Callable[..., Any], tmp_path: Path) -> None:
    (server,) = EXPORT["servers"]
    whole = {**server["certificates"][0], "domains": ["*.example.com", "mail.example.com"], "services": ["IIS"]}
    path = tmp_path / "wild.json"
    path.write_text(json.dumps({**EXPORT, "servers": [{**server, "certificates": [whole]}]}))
    done = run("services", "least", "--export", path)
    assert done.text.startswith("One certificate serves all. It is there already.")
    assert f"--thumbprint {FRONT} --services IMAP --server MAIL1" in " ".join(done.text.split())
    assert "X509CertificateName" in done.text
