"""The ways to prove control, each alone: strangers, programs that fail, keys that are none."""

from __future__ import annotations

import http.client
import os
import socket
import stat
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import dns.tsig
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrust.core.model.problem import CouldNotLook, UserProblem
from mailtrust.edge.acme.hook import Hook
from mailtrust.edge.acme.http_01 import MOST_AT_ONCE, HttpServer, Webroot
from mailtrust.edge.acme.proof import Challenge, expect_token
from mailtrust.edge.lookup.tsig_key import read_tsig_key

SHOWN = Challenge("mail.example.com", "token-token-token", "token-token-token.thumb", "r" * 43)
PATH = f"/.well-known/acme-challenge/{SHOWN.token}"


def fetch(port: int, path: str, method: str = "GET", address: str = "127.0.0.1") -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(address, port, timeout=10)
    try:
        connection.request(method, path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def test_the_server_gives_what_is_shown_as_long_as_it_is() -> None:
    with HttpServer("127.0.0.1", 0) as server:
        port = server.port
        assert fetch(port, PATH)[0] == 404
        server.show(SHOWN)
        assert fetch(port, PATH) == (200, SHOWN.key_authorization.encode())
        for stranger in ("/", "/etc/passwd", PATH + "/", "/.well-known/acme-challenge/", f"/x/..{PATH}"):
            assert fetch(port, stranger) == (404, b"")
        assert fetch(port, PATH, "POST")[0] == 501
        server.clear(SHOWN)
        assert fetch(port, PATH)[0] == 404
    with pytest.raises(OSError, match="refused"):
        fetch(port, PATH)


def test_every_address_is_both_families() -> None:
    with HttpServer("", 0) as server:
        server.show(SHOWN)
        assert fetch(server.port, PATH)[0] == 200
        if socket.has_dualstack_ipv6():
            assert fetch(server.port, PATH, address="::1")[0] == 200


def test_strangers_who_say_nothing_do_not_keep_the_ca_from_it() -> None:
    with HttpServer("127.0.0.1", 0) as server:
        server.show(SHOWN)
        idle = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(MOST_AT_ONCE - 8)]
        try:
            with ThreadPoolExecutor(4) as several:
                answers = list(several.map(lambda _: fetch(server.port, PATH)[0], range(20)))
            assert answers == [200] * 20
        finally:
            for one in idle:
                one.close()


def test_folders_that_were_there_stay(tmp_path: Path) -> None:
    (tmp_path / ".well-known").mkdir()
    (tmp_path / ".well-known" / "autoconfig").write_text("mine")
    before = os.umask(0o077)
    try:
        with Webroot(tmp_path) as files:
            files.show(SHOWN)
            file = tmp_path / PATH.removeprefix("/")
            assert file.read_bytes() == SHOWN.key_authorization.encode()
            assert stat.S_IMODE(file.stat().st_mode) == 0o644
            assert stat.S_IMODE(file.parent.stat().st_mode) == 0o755
            files.clear(SHOWN)
    finally:
        os.umask(before)
    assert [path.name for path in (tmp_path / ".well-known").iterdir()] == ["autoconfig"]


def test_a_folder_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UserProblem, match="folder that a web server serves"), Webroot(tmp_path / "none"):
        pass


@pytest.mark.parametrize("token", ["", "short", "../../../../etc/cron.d/x", "a/b" * 10, "a" * 20 + "\n", "ä" * 20])
def test_a_token_never_names_another_file(token: str) -> None:
    with pytest.raises(CouldNotLook):
        expect_token(token)


def program(folder: Path, body: str) -> Path:
    path = folder / "hook"
    path.write_text("#!/bin/sh\n" + body)
    path.chmod(0o755)
    return path


def test_a_programs_last_words_are_told_and_cannot_move_a_cursor(tmp_path: Path) -> None:
    hook = Hook(program(tmp_path, "printf 'no \\033[31mzone'; exit 7"), "dns-01", None)
    with hook, pytest.raises(UserProblem, match=r"failed at “present” with status 7.*no \\x1b\[31mzone"):
        hook.show(SHOWN)


def test_a_program_that_never_ends_is_stopped_with_its_children(tmp_path: Path) -> None:
    hook = Hook(program(tmp_path, f"(sleep 1; touch {tmp_path}/late) & wait"), "dns-01", None, seconds=0.3)
    with hook, pytest.raises(UserProblem, match="was not done with “present”"):
        hook.show(SHOWN)
    time.sleep(1)
    assert not (tmp_path / "late").exists()


def test_a_program_that_is_none_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("x")
    for path in (tmp_path / "none", tmp_path / "text", tmp_path):
        with pytest.raises(UserProblem, match="Expected a program"), Hook(path, "dns-01", None):
            pass
    script = tmp_path / "script"
    script.write_text("no interpreter")
    script.chmod(0o755)
    with Hook(script, "dns-01", None) as hook, pytest.raises(UserProblem, match="Could not run"):
        hook.show(SHOWN)


@pytest.mark.parametrize(
    "content",
    [
        'key "acme.example" { algorithm hmac-sha512; secret "c2VjcmV0"; };',
        "key acme.example {\n  secret c2VjcmV0;\n  algorithm HMAC-SHA512;\n};\n",
        "hmac-sha512:acme.example:c2VjcmV0",
        "# hmac-sha512:acme.example:c2VjcmV0\nkey:\n  - id: acme.example\n",  # keymgr -t
    ],
)
def test_keys_as_their_makers_write_them(tmp_path: Path, content: str) -> None:
    (tmp_path / "key").write_text(content)
    key = read_tsig_key(tmp_path / "key")
    assert (str(key.name), key.secret, key.algorithm) == ("acme.example.", b"secret", dns.tsig.HMAC_SHA512)


@given(st.binary() | st.text(alphabet='key {}";:hmac-sha256=A\n', max_size=200).map(str.encode))
def test_any_other_file_is_a_sentence_or_a_key(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.key"
    path.write_bytes(content)
    try:
        key = read_tsig_key(path)
    except UserProblem:
        return
    assert isinstance(key, dns.tsig.Key)
