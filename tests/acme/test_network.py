"""Accounts, and servers that answer unlike an ACME server."""

from __future__ import annotations

import json
import ssl
import stat
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.acme.acme_front import Front, front
from tests.programs.pebble import Pebble, start_pebble

pytestmark = pytest.mark.real_server

KID, MAC = "kid-1", "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W"
PROBLEM = {"Content-Type": "application/problem+json"}
LIMITED = rb'{"type": "urn:ietf:params:acme:error:rateLimited", "detail": "slow \u001b[31m down"}'


def directory_of(pebble: Pebble) -> dict[str, object]:
    context = ssl.create_default_context(cafile=str(pebble.root))
    with urllib.request.urlopen(pebble.directory, context=context, timeout=10) as answer:
        found: dict[str, object] = json.load(answer)
    return found


@pytest.fixture
def served(pebble: Pebble) -> Iterator[Front]:
    with front(pebble) as started:
        started.directory(directory_of(pebble))
        yield started


@pytest.fixture
def register(run: Any, pebble: Pebble, tmp_path: Path) -> Any:
    def command(url: str, *arguments: object) -> Any:
        given = ("--server", url, "--account", tmp_path / "account", "--server-roots", pebble.root)
        return run("register", *given, *arguments)

    return command


def test_terms_are_agreed_to_in_so_many_words(register: Any, pebble: Pebble, tmp_path: Path) -> None:
    asked = register(pebble.directory)
    assert asked.status == 2
    assert "--agree-terms" in asked.err
    assert "terms of service" in asked.err
    assert not (tmp_path / "account" / "account.json").exists()
    made = register(pebble.directory, "--agree-terms", "--email", "hostmaster@example.com")
    assert made.status == 0, made.err
    again = register(pebble.directory, "--agree-terms")
    assert again.err.splitlines()[0] == made.err.splitlines()[0]
    assert stat.S_IMODE((tmp_path / "account" / "account.key").stat().st_mode) == 0o600
    other = register("https://localhost:1/dir", "--agree-terms")
    assert "holds an account with" in other.err


def test_a_contact_that_is_none(register: Any, pebble: Pebble) -> None:
    assert "e-mail address after --email" in register(pebble.directory, "--agree-terms", "--email", "nobody").err


def test_the_usual_folder_is_the_servers_own(run: Any, pebble: Pebble, tmp_path: Path) -> None:
    given = ("--server", pebble.directory, "--server-roots", pebble.root, "--agree-terms")
    assert run("register", *given).status == 0
    port = pebble.directory.split(":")[2].split("/")[0]
    assert (tmp_path / "config" / "mailtrust" / "acme" / f"localhost-{port}" / "account.json").exists()


def test_an_external_account_is_asked_for_and_bound(
    run: Any, daemons: Any, ports: Any, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    said = {"externalAccountBindingRequired": True, "externalAccountMACKeys": {KID: MAC}}
    here = tmp_path_factory.mktemp("eab") / "pebble"
    pebble = start_pebble(daemons, here, ports, dns="127.0.0.1:1", configuration=said)
    given = ("register", "--server", pebble.directory, "--server-roots", pebble.root, "--agree-terms")
    given = (*given, "--account", tmp_path / "account")
    assert "--eab-kid" in run(*given).err
    (tmp_path / "eab").write_text("no key at all!\n")
    assert "Expected a Base64url key" in run(*given, "--eab-kid", KID, "--eab-key-file", tmp_path / "eab").err
    (tmp_path / "eab").write_text(MAC + "\n")
    assert run(*given, "--eab-kid", "nobody", "--eab-key-file", tmp_path / "eab").status == 2
    bound = run(*given, "--eab-kid", KID, "--eab-key-file", tmp_path / "eab")
    assert bound.status == 0, bound.err


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((200, {}, b"<html>"), "unlike an ACME server"),
        ((200, {}, b"[]"), "unlike an ACME server"),
        ((200, {}, b"{}"), "unlike an ACME server"),
        ((200, {}, b'{"meta": 7, "newNonce": 1, "newAccount": 1, "newOrder": 1, "revokeCert": 1}'), "unlike an ACME"),
        ((200, {}, b'{"newNonce": 1, "newAccount": [], "newOrder": 1, "revokeCert": 1}'), ""),
        ((302, {"Location": "https://localhost:1/"}, b""), "unlike an ACME server"),
        ((404, {}, b""), "unlike an ACME server"),
        ((200, {}, b"x" * 3_000_000), "more than an ACME server does"),
        (
            (429, PROBLEM, LIMITED),
            "The CA counts",
        ),
        ((503, {"Retry-After": "9"}, b"busy"), "unlike an ACME server"),
    ],
)
def test_a_directory_that_is_none_is_a_sentence(register: Any, served: Front, answer: Any, said: str) -> None:
    served.answers["/dir"] = lambda: answer
    done = register(served.url("/dir"), "--agree-terms")
    assert done.status in (2, 3)
    assert said in done.err
    assert "\x1b" not in done.err


@pytest.mark.parametrize("url", ["http://localhost/dir", "ftp://x/", "localhost", "https://", "https://[/dir"])
def test_a_url_that_no_directory_has_is_a_sentence(run: Any, url: str) -> None:
    done = run("register", "--server", url, "--agree-terms")
    assert done.status == 2
    assert "HTTPS URL of an ACME directory" in done.err


def test_a_server_that_nobody_trusts_and_one_that_is_not_there(run: Any, pebble: Pebble, tmp_path: Path) -> None:
    given = ("--account", tmp_path / "account", "--agree-terms")
    untrusted = run("register", "--server", pebble.directory, *given)
    assert untrusted.status == 3
    assert "--server-roots PEM" in untrusted.err
    absent = run("register", "--server", "https://localhost:1/dir", *given)
    assert absent.status == 3
    assert "Could not reach" in absent.err


def test_an_order_without_an_account_says_how_to_make_one(run: Any, tmp_path: Path) -> None:
    done = run("issue", "mail.example.com", "--http", "80", "--account", tmp_path / "none", "--out", tmp_path / "m")
    assert done.status == 2
    assert "mailtrust acme register" in done.err


def test_a_busy_server_is_waited_for(register: Any, served: Front, pebble: Pebble) -> None:
    real = directory_of(pebble)
    served.directory(real, newAccount=served.url("/account"), newNonce=served.url("/nonce"))
    served.answers["/nonce"] = lambda: (200, {"Replay-Nonce": "abcdefghijklmnop"}, b"")
    tries: list[int] = []

    def answer() -> Any:
        tries.append(1)
        if len(tries) < 3:
            return 429, {**PROBLEM, "Retry-After": "0", "Replay-Nonce": "bcdefghijklmnopq"}, LIMITED
        return 201, {"Location": served.url("/account/1"), "Replay-Nonce": "cdefghijklmnopqr"}, b'{"status": "valid"}'

    served.answers["/account"] = answer
    done = register(served.url("/dir"), "--agree-terms")
    assert done.status == 0, done.err
    assert len(tries) == 3


def test_a_long_pause_is_told_and_not_waited_for(register: Any, served: Front, pebble: Pebble) -> None:
    served.directory(directory_of(pebble), newAccount=served.url("/account"), newNonce=served.url("/nonce"))
    served.answers["/nonce"] = lambda: (200, {"Replay-Nonce": "abcdefghijklmnop"}, b"")
    served.answers["/account"] = lambda: (429, {**PROBLEM, "Retry-After": "86400"}, LIMITED)
    done = register(served.url("/dir"), "--agree-terms")
    assert done.status == 2
    assert "86400" in done.err


def test_without_the_library_a_sentence_says_what_to_install(
    run: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in [known for known in sys.modules if known.split(".")[0] == "acme"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "acme", None)
    for name in ("network", "session", "order"):
        monkeypatch.delitem(sys.modules, f"mailtrust.edge.acme.{name}", raising=False)
    done = run("register", "--account", tmp_path / "account", "--agree-terms")
    assert done.status == 2
    assert "pip install 'mailtrust[acme]'" in done.err
    assert not (tmp_path / "account").exists()
