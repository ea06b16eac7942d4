"""A plan made by one person, read and approved by another, applied by a third; and the trail that tells of it."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.cli.test_apply import Prepared

from mailtrust.core.formats.plan_file import decode_plan, encode_plan
from mailtrust.edge import person as person_module

Run = Callable[..., Any]
As = Callable[[str], None]


@pytest.fixture
def made(healthy: Any, tmp_path: Path) -> Prepared:
    """A plan that anna made, where two others must approve."""
    (tmp_path / "etc").mkdir()
    (tmp_path / "nginx.conf").write_text("events {}\n")
    (tmp_path / "mailtrust.toml").write_text("[apply]\napprovals = 2\n")
    prepared = Prepared(tmp_path, healthy)
    prepared.file.write_bytes(b"old")
    prepared.plan()
    by_anna(prepared)
    return prepared


def by_anna(prepared: Prepared) -> None:
    path = prepared.folder / "plan.json"
    plan = replace(decode_plan(path.read_bytes()), made_by="anna@post", id="")
    path.write_bytes(encode_plan(plan, lambda sentence: sentence))


@pytest.fixture
def i_am(monkeypatch: pytest.MonkeyPatch) -> As:
    monkeypatch.setattr(person_module.socket, "gethostname", lambda: "post")

    def call_me(name: str) -> None:
        monkeypatch.setattr(person_module, "_name", lambda: name)

    return call_me


@pytest.fixture
def apply(run: Run, made: Prepared) -> Callable[..., Any]:
    def command(*more: str) -> Any:
        return run(*made.arguments, "--yes", "--servers", str(made.folder / "mailtrust.toml"), *more)

    return command


def test_it_is_applied_when_enough_others_have_approved(
    run: Run, made: Prepared, i_am: As, apply: Callable[..., Any]
) -> None:
    plan = str(made.folder / "plan.json")
    i_am("anna")
    own = run("approve", plan)
    assert own.status == 0
    assert "It was you who made it" in own.err
    i_am("carl")
    none = run("audit", "--state", made.folder / "state")
    assert (none.status, "there is no audit trail" in none.err) == (0, True)
    refused = apply()
    assert (refused.status, made.file.read_bytes()) == (2, b"old")
    assert (
        "wants (2), by others than anna@post, who made it, and carl@post, who applies it, the plan has 0."
        in refused.err
    )
    assert "mailtrust approve" in refused.err
    assert run("approve", plan).status == 0  # carl's counts as little as anna's
    i_am("bert")
    assert run("approve", plan, "--note", "as in 4711").status == 0
    assert "has approved this plan already" in run("approve", plan).text
    i_am("dora")
    assert run("approve", plan).status == 0
    i_am("carl")
    done = apply()
    assert (done.status, made.file.read_bytes()) == (0, b"new"), done.err
    i_am("emil")
    assert apply("--undo").status == 0
    trail = run("audit", "--state", str(made.folder / "state"))
    assert trail.status == 0, trail.err
    first, proven, back, ended = trail.text.splitlines()
    assert "carl@post  applies the plan" in first
    assert "made by anna@post" in first
    assert all(name in first for name in ("bert@post", "dora@post"))
    assert "is applied and proven" in proven
    assert "emil@post  takes back the plan" in back
    assert "is taken back" in ended


def test_a_plan_that_was_changed_has_no_approvals(
    run: Run, made: Prepared, i_am: As, apply: Callable[..., Any]
) -> None:
    plan = made.folder / "plan.json"
    for name in ("bert", "dora"):
        i_am(name)
        assert run("approve", str(plan)).status == 0
    octets = plan.read_bytes()
    plan.write_bytes(octets.replace(b"Write other words.", b"Write other worms."))
    refused = run("approve", str(plan))
    assert (refused.status, "This plan was changed after it was made" in refused.err) == (2, True)
    assert run("plan", "--show", str(plan)).status == 2
    # Made again it is another plan, and what was said of the first does not count.
    changed = replace(decode_plan(octets), version="2", id="")
    plan.write_bytes(encode_plan(changed, lambda sentence: sentence))
    i_am("carl")
    assert (apply().status, made.file.read_bytes()) == (2, b"old")
    plan.write_bytes(octets)
    assert (apply().status, made.file.read_bytes()) == (0, b"new")


def test_approvals_that_cannot_be_read_are_none(run: Run, made: Prepared, i_am: As, apply: Callable[..., Any]) -> None:
    i_am("carl")
    (made.folder / "plan.json.approvals").write_text("yes\n")
    refused = apply()
    assert (refused.status, made.file.read_bytes()) == (2, b"old")
    assert "plan.json.approvals:1: expected an approval" in refused.err


def test_what_is_shown_of_a_trail_and_said_of_it_is_of_one_moment(
    run: Run, made: Prepared, i_am: As, apply: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another run may add to it in between."""
    (made.folder / "mailtrust.toml").write_text("")
    i_am("carl")
    assert apply().status == 0
    usual, opened = Path.open, []

    def noted(path: Path, *how: Any, **more: Any) -> Any:
        opened.append(path.name)
        return usual(path, *how, **more)

    monkeypatch.setattr(Path, "open", noted)
    state = str(made.folder / "state")
    assert run("audit", "--state", state, "--format", "json", "--expect", "0" * 64).status == 2
    assert opened.count("audit.jsonl") == 1


@pytest.mark.parametrize("how", ["changed", "removed", "cut"])
def test_a_trail_that_was_tampered_with_is_seen(
    run: Run, made: Prepared, i_am: As, apply: Callable[..., Any], how: str
) -> None:
    (made.folder / "mailtrust.toml").write_text("")
    i_am("carl")
    assert apply().status == 0
    state = str(made.folder / "state")
    trail = made.folder / "state" / "audit.jsonl"
    whole = run("audit", "--state", state)
    head = whole.err.split("the last hash is ")[1].rstrip(".\n")
    first, last = trail.read_text().splitlines(keepends=True)
    if how == "cut":
        trail.write_text(first)
        assert run("audit", "--state", state).status == 0  # the chain holds ...
        cut = run("audit", "--state", state, "--expect", head)  # ... and the head that was noted is gone
        assert (cut.status, "it was cut" in cut.err) == (2, True)
        return
    trail.write_text(first.replace("carl@post", "anna@post") + last if how == "changed" else last)
    seen = run("audit", "--state", state)
    assert (seen.status, "cannot be believed at line" in seen.err) == (2, True)
    # Nothing is done that could not be written down behind it.
    before = made.file.read_bytes()
    assert (apply("--undo").status, made.file.read_bytes()) == (2, before)


def test_a_torn_line_is_of_an_act_that_did_not_take_place(
    run: Run, made: Prepared, i_am: As, apply: Callable[..., Any]
) -> None:
    (made.folder / "mailtrust.toml").write_text("")
    i_am("carl")
    assert apply().status == 0
    trail = made.folder / "state" / "audit.jsonl"
    with trail.open("a") as file:
        file.write('{"n": 3, "at"')
    assert apply("--undo").status == 0
    lines = [json.loads(line) for line in trail.read_text().splitlines()]
    assert [line["n"] for line in lines] == [1, 2, 3, 4]


@pytest.mark.parametrize("lang", ["en", "fr", "zh"])
def test_a_plan_is_shown_with_its_digest_and_its_approvals(run: Run, made: Prepared, i_am: As, lang: str) -> None:
    path = str(made.folder / "plan.json")
    i_am("bert")
    run("approve", path, "--note", "<b>4711</b>")
    digest = decode_plan((made.folder / "plan.json").read_bytes()).id
    page = run("plan", "--show", path, "--format", "html", "--lang", lang)
    assert page.status == 0, page.err
    for part in (digest, "anna@post", "bert@post", "&lt;b&gt;4711", "Write other words.", f'<html lang="{lang}">'):
        assert part in page.text
    assert "<script" not in page.text
    text = run("plan", "--show", path, "--lang", lang)
    assert digest in text.text
    again = run("plan", "--show", path, "--format", "json")
    assert again.out == (made.folder / "plan.json").read_bytes()


def test_what_plan_needs(run: Run, made: Prepared) -> None:
    for given in ((), ("mail.example.com", "--show", str(made.folder / "plan.json"))):
        refused = run("plan", *given)
        assert (refused.status, "--show" in refused.err) == (2, True)
