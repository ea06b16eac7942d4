"""`mailtrust acme renew`: when it is due, and what is in place afterwards, whatever interrupts it."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.acme.acme_front import Front, front
from tests.acme.conftest import chain_in, key_in
from tests.acme.test_network import directory_of

from mailtrust.edge.acme import install
from mailtrust.edge.files import NewFile

pytestmark = pytest.mark.real_server


@pytest.fixture
def issued(issue: Any, tmp_path: Path) -> Path:
    """A stem, issued just now."""
    done = issue("mail.example.com", "--out", tmp_path / "mail", "--for", "haproxy", "--new-key", "ec-p256")
    assert done.status == 0, done.err
    return tmp_path / "mail"


@pytest.fixture(autouse=True)
def no_tlsa(monkeypatch: pytest.MonkeyPatch) -> None:
    """The mock of the DNS knows no TLSA records, and says nothing at all when it is asked for one."""
    from mailtrust.edge.lookup.dns import DnsResolver
    from mailtrust.edge.lookup.dns_answers import NoData

    async def texts(self: DnsResolver, name: str, record_type: str) -> NoData:
        return NoData(name)

    monkeypatch.setattr(DnsResolver, "texts", texts)


def test_young_it_stays(run: Any, issued: Path) -> None:
    before = issued.with_suffix(".pem").read_bytes()
    done = run("renew", issued)
    assert done.status == 0, done.err
    assert "two thirds of its life are over by then" in done.err
    assert issued.with_suffix(".pem").read_bytes() == before


def test_with_less_left_than_asked_for_everything_is_replaced(run: Any, issued: Path) -> None:
    os.chmod(issued.with_suffix(".key"), 0o640)
    before = {path.name: path.read_bytes() for path in issued.parent.iterdir() if path.is_file()}
    done = run("renew", issued.parent, "--before", "99%")
    assert done.status == 0, done.err  # its age is some seconds of ninety days
    assert before == {path.name: path.read_bytes() for path in issued.parent.iterdir() if path.is_file()}
    done = run("renew", issued.parent, "--before", "91d")
    assert done.status == 0, done.err
    after = {path.name: path.read_bytes() for path in issued.parent.iterdir() if path.is_file()}
    assert after.keys() == before.keys()
    assert not [name for name in before if after[name] == before[name]]
    assert key_in(issued.with_suffix(".key")).matches(chain_in(issued.with_suffix(".pem"))[0])
    assert stat.S_IMODE(issued.with_suffix(".key").stat().st_mode) == 0o640  # as its administrator has set it
    assert "must be reloaded" in done.err


def test_one_that_fails_does_not_keep_the_others(run: Any, issued: Path) -> None:
    (issued.parent / "broken.acme.json").write_text("{}")
    done = run("renew", issued.parent, "--force")
    assert done.status == 2
    assert "broken.acme.json" in done.err
    assert "must be reloaded" in done.err


def test_another_certificate_is_not_replaced(run: Any, issued: Path, roots: tuple[Path, ...]) -> None:
    issued.with_suffix(".pem").write_bytes(roots[0].read_bytes())
    done = run("renew", issued, "--force")
    assert done.status == 2
    assert "another certificate than the one that was issued here last" in done.err
    assert issued.with_suffix(".pem").read_bytes() == roots[0].read_bytes()


def test_nothing_there_is_a_sentence(run: Any, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for place in ("empty", "nowhere"):
        done = run("renew", tmp_path / place)
        assert done.status == 2
        assert "acme issue" in done.err


@pytest.fixture
def suggesting(run: Any, pebble: Any, roots: Any, tmp_path: Path) -> Iterator[tuple[Front, Path]]:
    """A certificate of a CA that suggests when to renew."""
    with front(pebble) as served:
        served.directory(directory_of(pebble), renewalInfo=served.url("/ari"))
        given = ("--server", served.url("/dir"), "--account", tmp_path / "account")
        registered = run("register", *given, "--server-roots", pebble.root, "--agree-terms")
        assert registered.status == 0, registered.err
        way = ("--http", f"127.0.0.1:{pebble.http_port}", "--dns", pebble.dns, "--roots", roots[0])
        stem = tmp_path / "mail"
        assert run("issue", "mail.example.com", *way, *given, "--new-key", "ec-p256", "--out", stem).status == 0
        yield served, stem


def suggest(served: Front, start: timedelta, end: timedelta) -> None:
    now = datetime.now(UTC)
    said = {"start": (now + start).isoformat(), "end": (now + end).isoformat().replace("+00:00", "Z")}
    body = json.dumps({"suggestedWindow": said}).encode()
    served.answers["/ari"] = lambda: (200, {"Content-Type": "application/json", "Retry-After": "21600"}, body)


HOUR = timedelta(hours=1)


def test_the_ca_says_when(run: Any, suggesting: tuple[Front, Path]) -> None:
    served, stem = suggesting
    suggest(served, HOUR, 2 * HOUR)
    waiting = run("renew", stem, "--before", "91d")
    assert waiting.status == 0
    assert "the CA suggests it" in waiting.err
    before = chain_in(stem.with_suffix(".pem"))[0]
    suggest(served, -2 * HOUR, -HOUR)
    renewed = run("renew", stem)
    assert renewed.status == 0, renewed.err
    assert chain_in(stem.with_suffix(".pem"))[0] != before
    key_id, serial = served.asked[-1][1].removeprefix("/ari/").split(".")
    assert len(key_id) == 27  # SHA-1 in Base64url
    assert serial.isascii()


JSON = {"Content-Type": "application/json"}
UNREADABLE = (
    (500, {}, b"no"),
    (200, JSON, b"{}"),
    (200, JSON, b'{"suggestedWindow": {"start": "soon", "end": 7}}'),
    (200, JSON, b'{"suggestedWindow": {"start": "2026-01-01", "end": "2026-01-02"}}'),
    (200, JSON, b"[" * 900_000),
    (200, JSON, b"[" * 2_000_000),
)


def test_a_suggestion_that_cannot_be_read_is_none(run: Any, suggesting: tuple[Front, Path]) -> None:
    served, stem = suggesting
    for answer in UNREADABLE:
        served.answers["/ari"] = lambda answer=answer: answer
        done = run("renew", stem)
        assert done.status == 0, done.err
        assert "two thirds of its life are over by then" in done.err


def test_a_ca_out_of_reach_is_no_matter_as_long_as_nothing_is_due(run: Any, suggesting: tuple[Front, Path]) -> None:
    served, stem = suggesting
    served.answers.clear()
    young = run("renew", stem)
    assert young.status == 0, young.err
    assert "not due yet" in young.err
    assert run("renew", stem, "--force").status == 3


OLD, NEW = b"old", b"new"


@pytest.mark.parametrize("dies_at", range(12))
def test_killed_between_any_two_steps_all_is_old_or_becomes_new(
    tmp_path: Path, dies_at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [tmp_path / name for name in ("m.key", "m.pem", "m.pfx")]
    last = tmp_path / "m.acme.json"
    for path in (*paths, last):
        path.write_bytes(OLD)
    child = os.fork()
    if not child:
        steps = 0
        real = os.replace

        def replace(source: Any, target: Any) -> None:
            nonlocal steps
            if steps == dies_at:
                os._exit(0)  # as by kill -9: nothing is tidied up
            steps += 1
            real(source, target)

        monkeypatch.setattr(os, "replace", replace)
        install.replace_together([NewFile(path, NEW, 0o600) for path in paths], NewFile(last, NEW))
        os._exit(0)
    os.waitpid(child, 0)
    if install.staged(last).exists():
        install.finish(paths, last)
    else:
        install.forget(paths)
    contents = {path.read_bytes() for path in (*paths, last)}
    assert len(contents) == 1
    assert contents == ({OLD} if dies_at < 4 else {NEW})
    assert not list(tmp_path.glob(".*.new"))


def test_an_interrupted_renewal_is_completed_by_the_next(
    run: Any, issued: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(paths: Any, last: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(install, "finish", stop)
        assert run("renew", issued, "--force").status == 130
    before = chain_in(issued.with_suffix(".pem"))[0]
    done = run("renew", issued)
    assert done.status == 0, done.err
    assert "a renewal was interrupted, and is complete now" in done.err
    assert chain_in(issued.with_suffix(".pem"))[0] != before
    assert key_in(issued.with_suffix(".key")).matches(chain_in(issued.with_suffix(".pem"))[0])
    assert not list(issued.parent.glob(".*.new"))


def test_a_disk_that_is_full_changes_nothing(run: Any, issued: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = {path.name: path.read_bytes() for path in issued.parent.iterdir() if path.is_file()}
    real = install.write_whole

    def full(path: Path, data: bytes, *, mode: int) -> None:
        if path.name.startswith(".mail.acme"):
            raise OSError(28, "No space left on device")
        real(path, data, mode=mode)

    monkeypatch.setattr(install, "write_whole", full)
    done = run("renew", issued, "--force")
    assert done.status == 2
    assert "No space left on device" in done.err
    assert before == {path.name: path.read_bytes() for path in issued.parent.iterdir() if path.is_file()}
