"""`mailtrust acme issue` against Pebble, which refuses half of all nonces and offers three chains."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from tests.acme.conftest import chain_in, key_in

from mailtrust.core.model.certificate import Certificate

pytestmark = pytest.mark.real_server

# Where a test is about the proof, its name is its own: even when told not to, Pebble reuses one proof in a hundred.


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if path.is_file()}


def test_key_chain_and_record_are_written_and_openssl_agrees(
    issue: Any, tmp_path: Path, roots: tuple[Path, ...]
) -> None:
    done = issue("mail.example.com", "imap.example.com", "--out", tmp_path / "mail", "--for", "nginx,haproxy")
    assert done.status == 0, done.err
    assert names_in(tmp_path) == {"mail.key", "mail.pem", "mail.acme.json", "mail-nginx.pem", "mail-haproxy.pem"}
    leaf, *issuers = chain_in(tmp_path / "mail.pem")
    assert key_in(tmp_path / "mail.key").matches(leaf)
    assert set(leaf.dns_names) == {"mail.example.com", "imap.example.com"}
    assert len(issuers) == 2
    for name in ("mail.key", "mail-haproxy.pem"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
    command = ["openssl", "verify", "-CAfile", roots[0], "-untrusted", tmp_path / "mail.pem", tmp_path / "mail.pem"]
    subprocess.run(command, capture_output=True, check=True)
    assert "Accepted by Gmail on Android" in done.out
    assert "PRIVATE KEY" not in (tmp_path / "mail.acme.json").read_text()


def test_nothing_is_replaced_and_then_nothing_is_ordered(issue: Any, tmp_path: Path) -> None:
    (tmp_path / "mail.key").write_text("mine")
    done = issue("mail.example.com", "--out", tmp_path / "mail", proof=("--http", "127.0.0.1:1"))
    assert done.status == 2
    assert "is there already and is not replaced" in done.err
    assert names_in(tmp_path) == {"mail.key"}


@pytest.mark.parametrize("number", [1, 2])
def test_the_chain_is_taken_that_ends_at_what_clients_have(
    run: Any, issue: Any, pebble: Any, account: Path, roots: tuple[Path, ...], tmp_path: Path, number: int
) -> None:
    way = ("--http", f"127.0.0.1:{pebble.http_port}", "--account", account, "--dns", pebble.dns)
    done = run("issue", "mail.example.com", "--out", tmp_path / "mail", "--roots", roots[number], *way)
    assert done.status == 0, done.err
    assert "Of 3 chains" in done.err
    (root,) = chain_in(roots[number])
    assert chain_in(tmp_path / "mail.pem")[-1].issuer.der == root.subject.der


def test_names_of_a_remedy_and_a_matrix_for_programs(issue: Any, tmp_path: Path) -> None:
    (tmp_path / "spec.json").write_text(json.dumps({"dns_names": ["smtp.example.com"], "key": "ec-p256"}))
    done = issue("--from", tmp_path / "spec.json", "--out", tmp_path, "--format", "json")
    assert done.status == 0, done.err
    assert {one["client"]: one["valid"] for one in json.loads(done.out)["verdicts"]}["thunderbird"] is True
    assert key_in(tmp_path / "smtp.example.com.key").public_key.algorithm == "ec"


def test_the_key_of_a_request_stays_where_it_is(issue: Any, tmp_path: Path) -> None:
    made = ["openssl", "req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", "other.key", "-out", "other.csr"]
    made += ["-subj", "/CN=mail.example.com", "-addext", "subjectAltName=DNS:mail.example.com"]
    subprocess.run(made, check=True, capture_output=True, cwd=tmp_path)
    done = issue("--csr", tmp_path / "other.csr", "--out", tmp_path / "mail")
    assert done.status == 0, done.err
    assert names_in(tmp_path) == {"other.key", "other.csr", "mail.pem", "mail.acme.json"}
    assert key_in(tmp_path / "other.key").matches(chain_in(tmp_path / "mail.pem")[0])
    refused = issue("--csr", tmp_path / "other.csr", "--out", tmp_path / "more", "--for", "pfx")
    assert refused.status == 2
    assert "the key is elsewhere" in refused.err


def test_a_password_encrypts_key_and_pfx(issue: Any, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("geheim\n")
    done = issue("a.example.com", "--out", tmp_path / "a", "--for", "pfx", "--password-file", tmp_path / "secret")
    assert done.status == 0, done.err
    assert "ENCRYPTED" in (tmp_path / "a.key").read_text()
    command = ["openssl", "pkcs12", "-in", tmp_path / "a.pfx", "-passin", "pass:geheim", "-noout"]
    subprocess.run(command, capture_output=True, check=True)


@pytest.fixture
def web_server(pebble: Any, tmp_path: Path) -> Any:
    """Serves a folder where the ACME server looks."""
    folder = tmp_path / "www"
    folder.mkdir()

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", pebble.http_port), partial(Quiet, directory=folder)) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield folder
        server.shutdown()


def test_files_for_a_web_server_are_gone_afterwards(issue: Any, web_server: Path, tmp_path: Path) -> None:
    done = issue("unproven1.example.com", "--out", tmp_path / "mail", proof=("--webroot", web_server))
    assert done.status == 0, done.err
    assert list(web_server.iterdir()) == []


def test_a_proof_that_is_not_served_is_explained_and_cleared(issue: Any, web_server: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere" / ".well-known").mkdir(parents=True)
    done = issue("unproven2.example.com", "--out", tmp_path / "mail", proof=("--webroot", tmp_path / "elsewhere"))
    assert done.status == 2
    assert "unproven2.example.com" in done.err
    assert "another web server answers for the name" in done.err
    assert names_in(tmp_path) == set()
    assert list((tmp_path / "elsewhere" / ".well-known").iterdir()) == []


def test_a_port_that_nobody_answers_is_explained(issue: Any, tmp_path: Path) -> None:
    done = issue("unproven3.example.com", "--out", tmp_path / "mail", proof=("--webroot", tmp_path))
    assert done.status == 2
    assert "(connection)" in done.err
    assert "port 80 must be reachable" in done.err


def test_a_wildcard_needs_dns(issue: Any, tmp_path: Path) -> None:
    done = issue("*.example.com", "--out", tmp_path / "wild")
    assert done.status == 2
    assert "A wildcard is proven by dns-01 alone" in done.err


def test_a_port_that_is_taken_is_a_sentence(issue: Any, web_server: Path, tmp_path: Path) -> None:
    del web_server
    done = issue("unproven4.example.com", "--out", tmp_path / "mail")
    assert done.status == 2
    assert "--webroot DIR" in done.err


HOOK = """#!{python}
import http.client, json, os
ask = lambda what, **said: http.client.HTTPConnection("127.0.0.1", {port}).request("POST", "/" + what, json.dumps(said))
name = os.environ["MAILTRUST_RECORD_NAME"] + "."
with open({log!r}, "a") as log:
    print(os.environ["MAILTRUST_ACTION"], os.environ["MAILTRUST_CHALLENGE"], os.environ["MAILTRUST_DOMAIN"], file=log)
if os.environ["MAILTRUST_ACTION"] == "present":
    {wrong}ask("set-txt", host=name, value=os.environ["MAILTRUST_RECORD_VALUE"])
else:
    ask("clear-txt", host=name)
"""


@pytest.fixture
def hook(pebble: Any, tmp_path: Path) -> Any:
    def make(*, wrong: bool = False) -> tuple[Path, Path]:
        log, program = tmp_path / "hook.log", tmp_path / "hook"
        program.write_text(
            HOOK.format(python=sys.executable, port=pebble.mock_port, log=str(log), wrong="0 and " if wrong else "")
        )
        program.chmod(0o755)
        return program, log

    return make


def test_a_hook_proves_a_wildcard_and_is_asked_to_clear_it(issue: Any, hook: Any, tmp_path: Path) -> None:
    program, log = hook()
    done = issue("*.wild.example.com", "--out", tmp_path / "wild", proof=("--hook", program, "--dns-wait", "0"))
    assert done.status == 0, done.err
    assert chain_in(tmp_path / "wild.pem")[0].dns_names == ("*.wild.example.com",)
    said = ["present dns-01 wild.example.com", "clear dns-01 wild.example.com"]
    assert log.read_text().splitlines() == said


def test_a_hook_clears_after_a_refusal_too(issue: Any, hook: Any, tmp_path: Path) -> None:
    program, log = hook(wrong=True)
    done = issue("bad.example.com", "--out", tmp_path / "bad", proof=("--hook", program, "--dns-wait", "0"))
    assert done.status == 2
    assert "bad.example.com" in done.err
    assert log.read_text().splitlines()[-1] == "clear dns-01 bad.example.com"


def command(*arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "mailtrust", "acme", *map(str, arguments)], stderr=subprocess.PIPE, text=True
    )


def test_asked_to_end_it_clears_the_proof(pebble: Any, account: Path, tmp_path: Path) -> None:
    slow, log = tmp_path / "slow", tmp_path / "log"
    slow.write_text(f"#!/bin/sh\necho $MAILTRUST_ACTION >> {log}\n[ $MAILTRUST_ACTION = clear ] || sleep 60\n")
    slow.chmod(0o755)
    given = ("--hook", slow, "--dns-wait", 0, "--account", account, "--out", tmp_path / "mail")
    process = command("issue", "unproven5.example.com", *given)
    give_up = time.monotonic() + 30
    while not log.exists() and time.monotonic() < give_up:
        time.sleep(0.02)
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 130
    assert "nothing was changed" in process.communicate()[1]
    assert log.read_text().split() == ["present", "clear"]
    assert names_in(tmp_path) == {"slow", "log"}


@pytest.mark.long
def test_killed_at_any_moment_no_half_key_is_left(pebble: Any, account: Path, roots: Any, tmp_path: Path) -> None:
    given = (
        "--http",
        f"127.0.0.1:{pebble.http_port}",
        "--account",
        account,
        "--roots",
        roots[0],
        "--new-key",
        "ec-p256",
    )
    whole = 0
    for number in range(40):
        stem = tmp_path / f"mail{number}"
        process = command("issue", f"mail{number}.example.com", *given, "--out", stem)
        time.sleep(0.5 + number * 0.05)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.communicate()
        if (key := stem.with_suffix(".key")).exists():
            assert key_in(key)
            assert stat.S_IMODE(key.stat().st_mode) == 0o600
        if (chain := stem.with_suffix(".pem")).exists():
            whole += 1
            assert key_in(key).matches(chain_in(chain)[0])
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in tmp_path.glob(".*.key.*"))
    assert whole


def test_two_at_once_are_one_too_many(issue: Any, account: Path, tmp_path: Path) -> None:
    from mailtrust.edge.acme.account import AccountFolder

    with AccountFolder(account).held():
        done = issue("mail.example.com", "--out", tmp_path / "mail")
    assert done.status == 2
    assert "Another mailtrust is using this ACME account" in done.err


def test_revoked_is_revoked_and_twice_is_a_sentence(
    run: Any, issue: Any, pebble: Any, account: Path, tmp_path: Path
) -> None:
    assert issue("mail.example.com", "--out", tmp_path / "mail").status == 0
    leaf: Certificate = chain_in(tmp_path / "mail.pem")[0]
    assert pebble.status_of(leaf.serial) == "Valid"
    given = (tmp_path / "mail.pem", "--reason", "keyCompromise", "--account", account)
    assert run("revoke", *given).status == 0
    assert pebble.status_of(leaf.serial) == "Revoked"
    again = run("revoke", *given)
    assert again.status == 2
    assert "revoked already" in again.err
    assert os.path.exists(tmp_path / "mail.key")
